import { areEqual, type BodyBytes, type BodyLayout, noNames, viewOf } from './body-layout.ts';
import { blank } from './bytes.ts';
import { type NumberUse, writeNumber } from './numbers.ts';
import type { ReadyLines } from './ready-lines.ts';

/** Where the values of the text at hand lie: starts and ends. Decoding never awaits, so one serves all pushes. */
let bounds = new Uint32Array(0);

/** A text: what stands between its values, and before the first and behind the last. */
export class Segments implements BodyLayout {
  readonly #bytes: Buffer;
  readonly #view: DataView;
  readonly #ends: Uint32Array;

  constructor(segments: readonly Uint8Array[]) {
    let end = 0;
    this.#ends = Uint32Array.from(segments, ({ length }) => (end += length));
    this.#bytes = Buffer.allocUnsafeSlow(end);
    for (const [i, segment] of segments.entries()) this.#bytes.set(segment, (this.#ends[i] as number) - segment.length);
    this.#view = viewOf(this.#bytes);
  }

  /** Bytes in memory. */
  get weight(): number {
    return this.#bytes.length + this.#ends.length * 4;
  }

  get familiesWithMessage(): ReadonlySet<string> {
    return noNames;
  }

  isLike(other: BodyLayout): boolean {
    if (!(other instanceof Segments)) return false;
    const ends = other.#ends;
    return this.#bytes.equals(other.#bytes) && this.#ends.length === ends.length && this.#ends.every((end, i) => end === ends[i]);
  }

  /** Whether a body consists of the segments and something without blanks between them. */
  match(body: BodyBytes): boolean {
    const { bytes, view, length } = body;
    const last = this.#ends.length - 1;
    if (bounds.length < 2 * last) bounds = new Uint32Array(2 * last);
    let start = 0;
    let at = 0;
    for (let i = 0; i <= last; i++) {
      const end = this.#ends[i] as number;
      if (at + end - start > length || !areEqual(this.#view, start, end, view, at)) return false;
      at += end - start;
      start = end;
      if (i === last) break;
      bounds[2 * i] = at;
      while (at < length && (bytes[at] as number) > blank) at++;
      bounds[2 * i + 1] = at;
    }
    return at === length;
  }

  writeValue({ bytes }: BodyBytes, value: number, use: NumberUse, target: Buffer, at: number): number {
    return writeNumber(bytes, bounds[2 * value] as number, bounds[2 * value + 1] as number, use, target, at);
  }

  writeMessages(): null {
    return null;
  }
}

/** The layout of a text that was just decoded into `lines`. */
export function cutSegments(body: Buffer, lines: ReadyLines): Segments {
  const segments: Uint8Array[] = [];
  let at = 0;
  for (let line = 0; line < lines.lineCount; line++) {
    segments.push(body.subarray(at, lines.valueStarts[line]));
    at = lines.valueEnds[line] as number;
  }
  return new Segments([...segments, body.subarray(at)]);
}
