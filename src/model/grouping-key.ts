import { compareAsBytes } from '../base/bytes.ts';
import type { LabelPair } from './metric-family.ts';

/** Maps that leave notes on keys, in one server. With more of them some share a place, and look up more often. */
export const keyNotesMax = 5;

/**
 * The labels in a push path: they name a group, and every metric of the group carries them.
 * The order in which they were given does not matter (SPEC §1).
 */
export class GroupingKey {
  /** Sorted by name (bytes), names unique, always with a non-empty `job`. */
  readonly labels: readonly LabelPair[];
  /** Identifies the group: equal for equal label sets, different otherwise. JSON, since no character is safe as a separator. */
  readonly id: string;
  /** The label names alone, as JSON: two groups of one shape with different ids can never hold equal series. */
  readonly shape: string;
  /** Whether a label value came from bytes that are not valid UTF-8; such a key can be deleted but never pushed to. */
  readonly hasInvalidUtf8: boolean;
  #rendered: unknown = null;
  #notes: unknown[] | null = null;

  constructor(labels: readonly LabelPair[], hasInvalidUtf8: boolean) {
    this.labels = labels;
    this.id = idOf(labels);
    this.shape = shapeOf(labels);
    this.hasInvalidUtf8 = hasInvalidUtf8;
  }

  /**
   * What `render` makes of the key, made once, for the one who asks first and always: a WeakMap of all keys would cost each new one a
   * microsecond, and every collection of garbage a walk through it.
   */
  rendered<T>(render: (key: GroupingKey) => T): T {
    return (this.#rendered ??= render(this)) as T;
  }

  /** For `GroupMap` alone. */
  noteAt(place: number): unknown {
    return this.#notes === null ? undefined : this.#notes[place];
  }

  /** For `GroupMap` alone. */
  setNote(place: number, note: unknown): void {
    this.#notes ??= new Array<unknown>(keyNotesMax).fill(undefined);
    this.#notes[place] = note;
  }
}

/** Makes the grouping key of a label map. Does not check names or values: the path parser did, or a stored record holds them. */
export function createGroupingKey(labels: ReadonlyMap<string, string>, hasInvalidUtf8 = false): GroupingKey {
  const pairs: LabelPair[] = [];
  for (const [name, value] of labels) pairs.push({ name, value });
  return new GroupingKey(pairs.sort(byName), hasInvalidUtf8);
}

function byName(a: LabelPair, b: LabelPair): number {
  return compareAsBytes(a.name, b.name);
}

/** That of the last key, which most have in common with the next one: so they share one string. */
let lastNames: readonly string[] = [];
let lastShape = '[]';

function shapeOf(labels: readonly LabelPair[]): string {
  if (labels.length === lastNames.length && labels.every(({ name }, i) => name === lastNames[i])) return lastShape;
  lastNames = labels.map(({ name }) => name);
  return (lastShape = JSON.stringify(lastNames));
}

function idOf(labels: readonly LabelPair[]): string {
  const texts: string[] = [];
  for (const { name, value } of labels) texts.push(name, value);
  return JSON.stringify(texts);
}
