import { compareAsBytes } from '../base/bytes.ts';
import type { LabelPair } from './metric-family.ts';

/**
 * The labels in a push path: they name a group, and every metric of the group carries them.
 * The order in which they were given does not matter (SPEC §1).
 */
export interface GroupingKey {
  /** Sorted by name (bytes), names unique, always with a non-empty `job`. */
  readonly labels: readonly LabelPair[];
  /** Identifies the group: equal for equal label sets, different otherwise. JSON, since no character is safe as a separator. */
  readonly id: string;
  /** The label names alone, as JSON: two groups of one shape with different ids can never hold equal series. */
  readonly shape: string;
  /** Whether a label value came from bytes that are not valid UTF-8; such a key can be deleted but never pushed to. */
  readonly hasInvalidUtf8: boolean;
}

/** Makes the grouping key of a label map. Does not check names or values: the path parser did, or a stored record holds them. */
export function createGroupingKey(labels: ReadonlyMap<string, string>, hasInvalidUtf8 = false): GroupingKey {
  const sorted = [...labels].map(([name, value]) => ({ name, value })).sort((a, b) => compareAsBytes(a.name, b.name));
  return {
    labels: sorted,
    id: JSON.stringify(sorted.flatMap(({ name, value }) => [name, value])),
    shape: JSON.stringify(sorted.map(({ name }) => name)),
    hasInvalidUtf8,
  };
}
