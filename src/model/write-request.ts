import type { FamilyTable } from './family-table.ts';
import type { GroupingKey } from './grouping-key.ts';

/** A write as it enters the one door of the store. The time is in it, so that applying it depends on it and the store alone. */
export type WriteRequest =
  | {
      /** `replace`: PUT, all families of the group; `add`: POST, only families of the pushed names, each as a whole. */
      readonly kind: 'replace' | 'add';
      readonly key: GroupingKey;
      readonly families: FamilyTable;
      /** Whether any pushed metric had a timestamp, even 0: such a push is refused (SPEC §4.3). */
      readonly hasTimestamps: boolean;
      readonly atMs: number;
    }
  | { readonly kind: 'delete'; readonly key: GroupingKey; readonly atMs: number }
  | { readonly kind: 'wipe'; readonly atMs: number };
