import { fastTextLinesMax } from './limits.ts';

/**
 * The ready lines of one push while it is decoded: bytes in a buffer that is reused from push to push, and where each line lies.
 * Decoding never awaits, so one table serves all pushes.
 *
 *     bytes   up{instance="",job="a"} 1\n up{instance="b",job="a"} 0\n ...
 *     starts  ^                           ^                            start of each line, and the end of the last one
 */
export class ReadyLines {
  bytes: Uint8Array = new Uint8Array(64 * 1024);
  length = 0;
  lineCount = 0;
  starts: Uint32Array = new Uint32Array(1024);
  /** Labels of each line. */
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

  /** Appends `source[start, end)`. Short runs are copied here, since a call into the runtime costs more than twenty bytes. */
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

  /** Ends a line that was begun where the last one ended. */
  endLine(labelCount: number): boolean {
    if (this.lineCount >= fastTextLinesMax) return false;
    this.lineCount++;
    if (this.lineCount >= this.starts.length) this.#growTables();
    this.starts[this.lineCount] = this.length;
    this.labelCounts[this.lineCount - 1] = labelCount;
    return true;
  }

  /**
   * Orders two lines of one family as they are exposed (SPEC §6): fewer labels first, then by label values in label order. 0 for values
   * that are equal, whatever the names. `nameLength`: bytes of the metric name, which both begin with.
   */
  compare(a: number, b: number, nameLength: number): number {
    const byCount = (this.labelCounts[a] as number) - (this.labelCounts[b] as number);
    if (byCount !== 0) return byCount;
    const { bytes } = this;
    let atA = (this.starts[a] as number) + nameLength;
    let atB = (this.starts[b] as number) + nameLength;
    const endA = this.starts[a + 1] as number;
    for (let label = this.labelCounts[a] as number; label > 0 && atA < endA; label--) {
      // Behind `{` or `,` comes a name, then `="`.
      while (bytes[atA] !== 61 /* = */) atA++;
      while (bytes[atB] !== 61 /* = */) atB++;
      atA += 2;
      atB += 2;
      for (;;) {
        const byteA = bytes[atA++] as number;
        const byteB = bytes[atB++] as number;
        if (byteA === byteB) {
          if (byteA === 34 /* " */) break;
          if (byteA !== 92 /* \ */) continue;
        } else if (byteA === 34 || byteB === 34) {
          return byteA === 34 ? -1 : 1;
        }
        const valueA = byteA === 92 ? unescape(bytes[atA++] as number) : byteA;
        const valueB = byteB === 92 ? unescape(bytes[atB++] as number) : byteB;
        if (valueA !== valueB) return valueA - valueB;
      }
    }
    return 0;
  }

  /** Whether two lines of one family have equal label sets, given that they have equally many labels. */
  haveEqualLabels(a: number, b: number): boolean {
    const startA = this.starts[a] as number;
    const startB = this.starts[b] as number;
    const lengthA = this.#seriesLength(a);
    if (lengthA !== this.#seriesLength(b)) return false;
    for (let i = 0; i < lengthA; i++) if (this.bytes[startA + i] !== this.bytes[startB + i]) return false;
    return true;
  }

  /** Bytes of a line up to its value, which holds no blank. */
  #seriesLength(line: number): number {
    const start = this.starts[line] as number;
    return this.bytes.lastIndexOf(32 /* blank */, (this.starts[line + 1] as number) - 1) - start;
  }

  #growTables(): void {
    const starts = new Uint32Array(this.starts.length * 2);
    starts.set(this.starts);
    this.starts = starts;
    const labelCounts = new Uint16Array(this.labelCounts.length * 2);
    labelCounts.set(this.labelCounts);
    this.labelCounts = labelCounts;
  }
}

/** What an escape in a label value stands for. */
function unescape(letter: number): number {
  return letter === 110 /* n */ ? 10 : letter;
}
