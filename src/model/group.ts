import type { FamilyTable } from './family-table.ts';
import type { GroupingKey } from './grouping-key.ts';

/**
 * A group with all that is stored of it: the state that is committed, replayed and scraped. Immutable; a write makes a new one.
 * The two push time families (SPEC §4.2) are derived from the times and are not among `families`.
 */
export interface Group {
  readonly key: GroupingKey;
  readonly families: FamilyTable;
  /** The value of `push_time_seconds`: Unix seconds, 0 if no push succeeded yet. Not milliseconds, so that imported values stay as they are. */
  readonly pushTimeSeconds: number;
  /** The value of `push_failure_time_seconds`: Unix seconds, 0 if no push failed yet. */
  readonly failureTimeSeconds: number;
}
