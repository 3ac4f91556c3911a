import type { Group } from '../model/group.ts';
import type { MetricFamily } from '../model/metric-family.ts';

/** What families hold at the time of a scrape. */
export interface ExposedValues {
  /** All groups by slot. */
  readonly groups: readonly (Group | null)[];
  /** Families that no group holds, our own metrics, by name. */
  readonly own: ReadonlyMap<string, MetricFamily>;
}
