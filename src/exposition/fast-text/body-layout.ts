import { type BodyDesk, PlacedBytes } from './body-desk.ts';
import type { FamilyMessages } from './family-messages.ts';
import type { KeyTexts } from './line-labels.ts';
import type { NumberUse } from './numbers.ts';

export const noNames: ReadonlySet<string> = new Set();

/** What bodies of one template have in common: all but their values. */
export interface BodyLayout {
  /** Bytes in memory. */
  readonly weight: number;
  /** Names of the families of which text does not tell everything, so that a message is kept beside it. */
  readonly familiesWithMessage: ReadonlySet<string>;
  isLike(other: BodyLayout): boolean;
  /** Whether the body on the desk is laid out so. If it is, `writeValues` knows its values until the next call. */
  match(desk: BodyDesk): boolean;
  /** Writes the values on the desk, and where each begins. Returns where the last one ends; -1: one of them is none for the fast path. */
  writeValues(desk: BodyDesk, plan: ValuePlan): number;
  /** The messages of these families, of a body that matched, in a group with this key; null without such families. */
  writeMessages(desk: BodyDesk, texts: KeyTexts): FamilyMessages | null;
}

/** For each value in the order of the ready text: which line of the body it is of, and whether it is a count. A word for each, as `BodyValues` reads it. */
export class ValuePlan {
  readonly length: number;
  readonly words: PlacedBytes;
  readonly #words: Uint32Array;

  constructor(values: readonly PlannedValue[]) {
    this.length = values.length;
    this.#words = Uint32Array.from(values, ({ line, use }) => 2 * line + (use === 'count' ? 1 : 0));
    this.words = new PlacedBytes(new Uint8Array(this.#words.buffer));
  }

  lineOf(place: number): number {
    return (this.#words[place] as number) >>> 1;
  }

  useOf(place: number): NumberUse {
    return ((this.#words[place] as number) & 1) === 1 ? 'count' : 'value';
  }
}

export interface PlannedValue {
  readonly line: number;
  readonly use: NumberUse;
}
