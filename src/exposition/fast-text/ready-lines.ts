import { fastTextLinesMax } from '../limits.ts';
import { backslash, equals, quote } from './bytes.ts';

/**
 * The ready lines of one push while it is decoded: bytes in a buffer that is reused from push to push, and where each line lies.
 * Decoding never awaits, so one table serves all pushes.
 *
 *     bytes      h_bucket{instance="",job="a",le="1"} 3\n h_sum{instance="",job="a"} 1.5\n ...
 *     starts     ^                                         ^                                   of each line, and the end of the last one
 *     labels             ^                                      ^                              first byte of the labels, if there are any
 *     labelEnds                               ^                                         ^      behind the last label but `le` or `quantile`
 */
export class ReadyLines {
  bytes: Uint8Array = new Uint8Array(64 * 1024);
  length = 0;
  lineCount = 0;
  starts: Uint32Array = new Uint32Array(1024);
  labels: Uint32Array = new Uint32Array(1024);
  labelEnds: Uint32Array = new Uint32Array(1024);
  /** Labels of each line but `le` or `quantile`. */
  labelCounts: Uint16Array = new Uint16Array(1024);

  clear(): void {
    this.length = 0;
    this.lineCount = 0;
    this.starts[0] = 0;
  }

  /** Makes room for `count` more bytes. Write them with the methods below. */
  reserve(count: number): void {
    if (this.length + count <= this.bytes.length) return;
    const grown = new Uint8Array(Math.max(this.bytes.length * 2, this.length + count));
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

  /** Notes that the labels of the line at hand begin here. */
  beginLabels(): void {
    this.labels[this.lineCount] = this.length;
  }

  /** Notes that `count` labels were written, with only `le` or `quantile` still to come. */
  endLabels(count: number): void {
    this.labelEnds[this.lineCount] = this.length;
    this.labelCounts[this.lineCount] = count;
  }

  /** Ends the line at hand. False: there are too many lines for the fast path. */
  endLine(): boolean {
    if (this.lineCount >= fastTextLinesMax) return false;
    this.lineCount++;
    if (this.lineCount >= this.labels.length - 1) this.#growTables();
    this.starts[this.lineCount] = this.length;
    return true;
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

  #growTables(): void {
    this.starts = grow(this.starts, new Uint32Array(this.starts.length * 2));
    this.labels = grow(this.labels, new Uint32Array(this.labels.length * 2));
    this.labelEnds = grow(this.labelEnds, new Uint32Array(this.labelEnds.length * 2));
    this.labelCounts = grow(this.labelCounts, new Uint16Array(this.labelCounts.length * 2));
  }
}

function grow<T extends Uint32Array | Uint16Array>(from: T, to: T): T {
  to.set(from);
  return to;
}

/** What an escape in a label value stands for. */
function unescape(letter: number): number {
  return letter === 110 /* n */ ? 10 : letter;
}
