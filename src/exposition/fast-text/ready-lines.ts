import { fastTextLinesMax, readyLinesKeptBytesMax, readyTextLengthMax } from '../limits.ts';
import { refuseTooLong, refuseTooManyParts } from '../push-size.ts';
import { backslash, equals, quote } from './bytes.ts';
import { type NumberUse, writeNumber } from './numbers.ts';

/** Kinds of holes besides the places of single grouping labels. */
export const allLabels = -1;
export const valueHole = -2;
export const countHole = -3;

/** Of all tables together, for `ReadyLines.shrink`. */
const bytesPerLine = 26;
const bytesPerHole = 10;

/**
 * The ready lines of one push while it is decoded: bytes in a buffer that is reused from push to push, and where each line lies.
 * Decoding never awaits, so one table serves all pushes.
 *
 *     bytes      h_bucket{instance="",job="a",le="1"} 3\n h_sum{instance="",job="a"} 1.5\n ...
 *     starts     ^                                         ^                                   of each line, and the end of the last one
 *     labels             ^                                      ^                              first byte of the labels, if there are any
 *     labelEnds                               ^                                         ^      behind the last label but `le` or `quantile`
 *
 * What changes from push to push and from group to group is noted as holes, so that a template can be made of the lines: the value of each
 * line, and the grouping labels.
 */
export class ReadyLines {
  bytes: Buffer = Buffer.allocUnsafeSlow(64 * 1024);
  length = 0;
  lineCount = 0;
  starts: Uint32Array = new Uint32Array(1024);
  labels: Uint32Array = new Uint32Array(1024);
  labelEnds: Uint32Array = new Uint32Array(1024);
  /** Labels of each line but `le` or `quantile`. */
  labelCounts: Uint16Array = new Uint16Array(1024);

  /** Where the value of each line lies in the body. */
  valueStarts: Uint32Array = new Uint32Array(1024);
  valueEnds: Uint32Array = new Uint32Array(1024);
  /** The first hole of each line, and the end of the last one's. */
  firstHoles: Uint32Array = new Uint32Array(1024);
  holeCount = 0;
  holeStarts: Uint32Array = new Uint32Array(4096);
  holeEnds: Uint32Array = new Uint32Array(4096);
  /** The place of a grouping label among those of the key, or `allLabels` or `valueHole` or `countHole`. */
  holeKinds: Int16Array = new Int16Array(4096);

  clear(): void {
    this.length = 0;
    this.holeCount = 0;
    this.firstHoles[0] = 0;
    this.lineCount = 0;
    this.starts[0] = 0;
  }

  /** Gives back what an unusually large push made this grow to; nothing that was read is left then. */
  shrink(): void {
    const tableBytes = this.starts.length * bytesPerLine + this.holeStarts.length * bytesPerHole;
    if (this.bytes.length + tableBytes > readyLinesKeptBytesMax) Object.assign(this, new ReadyLines());
  }

  /** Makes room for `count` more bytes. Write them with the methods below. */
  reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(this.bytes.length * 2, this.length + count));
    grown.set(this.bytes.subarray(0, this.length));
    this.bytes = grown;
  }

  /** Appends `source[start, end)`. Short runs are copied here, since a call into the runtime costs more than some fifty bytes. */
  append(source: Uint8Array, start: number, end: number): void {
    const { bytes } = this;
    let at = this.length;
    if (end - start > 48) {
      bytes.set(source.subarray(start, end), at);
      at += end - start;
    } else {
      for (let i = start; i < end; i++) bytes[at++] = source[i] as number;
    }
    this.length = at;
  }

  appendByte(byte: number): void {
    this.bytes[this.length++] = byte;
  }

  appendAscii(text: string): void {
    for (let i = 0; i < text.length; i++) this.bytes[this.length++] = text.charCodeAt(i);
  }

  /** Appends what fills a hole. */
  appendHole(source: Uint8Array, kind: number): void {
    if (this.holeCount === this.holeStarts.length) this.#growHoles();
    this.holeStarts[this.holeCount] = this.length;
    this.append(source, 0, source.length);
    this.holeEnds[this.holeCount] = this.length;
    this.holeKinds[this.holeCount++] = kind;
  }

  /** Appends a number of the body as Go prints it. False: it is none for the fast path. */
  appendNumber(body: Uint8Array, start: number, end: number, use: NumberUse): boolean {
    const written = writeNumber(body, start, end, use, this.bytes, this.length);
    if (written !== -1) this.length = written;
    return written !== -1;
  }

  /** Appends the value of the line at hand, which lies at `start` to `end` of the body. False: it is none for the fast path. */
  appendValue(body: Uint8Array, start: number, end: number, use: NumberUse): boolean {
    if (this.holeCount === this.holeStarts.length) this.#growHoles();
    this.holeStarts[this.holeCount] = this.length;
    if (!this.appendNumber(body, start, end, use)) return false;
    this.holeEnds[this.holeCount] = this.length;
    this.holeKinds[this.holeCount++] = use === 'count' ? countHole : valueHole;
    this.valueStarts[this.lineCount] = start;
    this.valueEnds[this.lineCount] = end;
    return true;
  }

  /** Notes that the labels of the line at hand begin here. */
  beginLabels(): void {
    this.labels[this.lineCount] = this.length;
  }

  /** Notes that `count` labels were written, with only `le` or `quantile` still to come. */
  endLabels(count: number): void {
    this.labelEnds[this.lineCount] = this.length;
    this.labelCounts[this.lineCount] = count;
  }

  /** Ends the line at hand. Refuses more lines or text than a push may have. */
  endLine(): void {
    if (this.lineCount >= fastTextLinesMax) throw refuseTooManyParts(fastTextLinesMax);
    if (this.length > readyTextLengthMax) throw refuseTooLong();
    this.lineCount++;
    if (this.lineCount >= this.labels.length - 1) this.#growTables();
    this.starts[this.lineCount] = this.length;
    this.firstHoles[this.lineCount] = this.holeCount;
  }

  /**
   * Orders the metrics of two lines of one family as they are exposed (SPEC §6): fewer labels first, then by label values in label order.
   * 0 for values that are equal, whatever the names.
   */
  compare(a: number, b: number): number {
    const labelCount = this.labelCounts[a] as number;
    const byCount = labelCount - (this.labelCounts[b] as number);
    if (byCount !== 0) return byCount;
    const { bytes } = this;
    let atA = this.labels[a] as number;
    let atB = this.labels[b] as number;
    for (let label = 0; label < labelCount; label++) {
      while (bytes[atA] !== equals) atA++;
      while (bytes[atB] !== equals) atB++;
      // Behind the equals sign comes a quote.
      atA += 2;
      atB += 2;
      for (;;) {
        const byteA = bytes[atA++] as number;
        const byteB = bytes[atB++] as number;
        if (byteA === byteB) {
          if (byteA === quote) break;
          if (byteA !== backslash) continue;
        } else if (byteA === quote || byteB === quote) {
          return byteA === quote ? -1 : 1;
        }
        const valueA = byteA === backslash ? unescape(bytes[atA++] as number) : byteA;
        const valueB = byteB === backslash ? unescape(bytes[atB++] as number) : byteB;
        if (valueA !== valueB) return valueA - valueB;
      }
    }
    return 0;
  }

  /** Whether the metrics of two lines have equal labels. */
  haveEqualLabels(a: number, b: number): boolean {
    const startA = this.labels[a] as number;
    const startB = this.labels[b] as number;
    const length = (this.labelEnds[a] as number) - startA;
    if (length !== (this.labelEnds[b] as number) - startB) return false;
    // From the end, where neighbours differ most often.
    for (let i = length - 1; i >= 0; i--) if (this.bytes[startA + i] !== this.bytes[startB + i]) return false;
    return true;
  }

  /** Whether the metrics of two lines, which have as many labels, have the same label names. */
  haveEqualNames(a: number, b: number): boolean {
    const { bytes } = this;
    let atA = this.labels[a] as number;
    let atB = this.labels[b] as number;
    for (let label = this.labelCounts[a] as number; label > 0; label--) {
      let byte: number;
      do {
        byte = bytes[atA++] as number;
        if (byte !== bytes[atB++]) return false;
      } while (byte !== equals);
      atA = this.#skipValue(atA);
      atB = this.#skipValue(atB);
    }
    return true;
  }

  /** The labels of the metric of a line: the value of one from the body, the place of a grouping label. */
  labelValues(line: number): (string | number)[] {
    const values: (string | number)[] = [];
    const end = this.labelEnds[line] as number;
    let hole = this.firstHoles[line] as number;
    for (let at = this.labels[line] as number; at < end;) {
      if (this.holeStarts[hole] === at) {
        const kind = this.holeKinds[hole] as number;
        if (kind === allLabels) return Array.from({ length: this.labelCounts[line] as number }, (_, place) => place);
        values.push(kind);
        at = (this.holeEnds[hole++] as number) + ','.length;
      } else {
        while (this.bytes[at] !== equals) at++;
        const next = this.#skipValue(at + 1);
        values.push(this.#readValue(at + 2, next - 2));
        at = next;
      }
    }
    return values;
  }

  #readValue(start: number, end: number): string {
    return this.bytes.toString('latin1', start, end).replaceAll(/\\(.)/g, (_, letter: string) => (letter === 'n' ? '\n' : letter));
  }

  /** From the opening quote of a label value to behind the comma that follows the closing one. */
  #skipValue(start: number): number {
    let at = start + 1;
    while (this.bytes[at] !== quote) at += this.bytes[at] === backslash ? 2 : 1;
    return at + 2;
  }

  #growHoles(): void {
    this.holeStarts = grow(this.holeStarts, new Uint32Array(this.holeStarts.length * 2));
    this.holeEnds = grow(this.holeEnds, new Uint32Array(this.holeEnds.length * 2));
    this.holeKinds = grow(this.holeKinds, new Int16Array(this.holeKinds.length * 2));
  }

  #growTables(): void {
    this.valueStarts = grow(this.valueStarts, new Uint32Array(this.valueStarts.length * 2));
    this.valueEnds = grow(this.valueEnds, new Uint32Array(this.valueEnds.length * 2));
    this.firstHoles = grow(this.firstHoles, new Uint32Array(this.firstHoles.length * 2));
    this.starts = grow(this.starts, new Uint32Array(this.starts.length * 2));
    this.labels = grow(this.labels, new Uint32Array(this.labels.length * 2));
    this.labelEnds = grow(this.labelEnds, new Uint32Array(this.labelEnds.length * 2));
    this.labelCounts = grow(this.labelCounts, new Uint16Array(this.labelCounts.length * 2));
  }
}

function grow<T extends Uint32Array | Uint16Array | Int16Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** What an escape in a label value stands for. */
function unescape(letter: number): number {
  return letter === 110 /* n */ ? 10 : letter;
}
