import { encodeSegments } from '../../wasm/body-values.ts';
import { type BodyDesk, PlacedBytes } from './body-desk.ts';
import { type BodyLayout, noNames, type ValuePlan } from './body-layout.ts';
import { lineFeed } from './bytes.ts';
import { writeOtherNumber } from './numbers.ts';
import type { ReadyLines } from './ready-lines.ts';

/** A text: what stands between its values, and before the first and behind the last. */
export class Segments implements BodyLayout {
  readonly #segments: PlacedBytes;
  readonly #valueCount: number;

  constructor(segments: readonly Uint8Array[]) {
    this.#segments = new PlacedBytes(encodeSegments(segments));
    this.#valueCount = segments.length - 1;
  }

  get weight(): number {
    return this.#segments.bytes.length;
  }

  get familiesWithMessage(): ReadonlySet<string> {
    return noNames;
  }

  isLike(other: BodyLayout): boolean {
    return other instanceof Segments && Buffer.compare(this.#segments.bytes, other.#segments.bytes) === 0;
  }

  /** Whether a body consists of the segments and something without blanks between them. */
  match(desk: BodyDesk): boolean {
    desk.reserve(this.#valueCount);
    const segments = desk.place(this.#segments);
    return desk.values.match(segments, desk.bodyAt, desk.length, desk.boundsAt) === 1;
  }

  writeValues(desk: BodyDesk, plan: ValuePlan): number {
    const { length } = plan;
    const words = desk.place(plan.words);
    const { values, boundsAt, startsAt } = desk;
    const { bytes } = desk.memory;
    let place = 0;
    let at = desk.outputAt;
    for (;;) {
      place = values.write(words, place, length, boundsAt, at, startsAt);
      if (place === length) return values.end();
      at = writeOtherNumber(bytes.toString('latin1', values.valueStart(), values.valueEnd()), plan.useOf(place), bytes, values.end());
      if (at === -1) return -1;
      bytes[at++] = lineFeed;
      place++;
    }
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
