import type { FamilyMatcher } from './family-matcher.ts';
import type { GroupRow } from './group-row.ts';
import type { Matcher } from './matcher.ts';

/** Label matchers over groups: all of them must fit. */
export interface Selector {
  readonly labels: readonly Matcher[];
  /** Over the families that a group holds. */
  readonly families: readonly FamilyMatcher[];
}

/** Hot path: once per group of the store. */
export function selects({ labels, families }: Selector, row: GroupRow): boolean {
  for (const matcher of labels) if (!matcher.matches(row.labelValue(matcher.name))) return false;
  for (const matcher of families) if (!matcher.holds(row.familyNames)) return false;
  return true;
}

/** Whether a selector chooses: `{}` and `{job=~".*"}` take every group, and so do those that only say what a group is not. */
export function isSelective({ labels, families }: Selector): boolean {
  return labels.some((matcher) => !matcher.matches('')) || families.some(({ isNegative }) => !isNegative);
}
