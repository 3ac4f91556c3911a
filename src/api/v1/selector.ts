import type { FamilyMatcher } from './family-matcher.ts';
import type { Matcher } from './matcher.ts';

/** Label matchers over groups: all of them must fit. */
export interface Selector {
  readonly labels: readonly Matcher[];
  /** Over the families that a group holds. */
  readonly families: readonly FamilyMatcher[];
}

/** Whether a selector chooses: `{}` and `{job=~".*"}` take every group, and so do those that only say what a group is not. */
export function isSelective({ labels, families }: Selector): boolean {
  return labels.some((matcher) => !matcher.matches('')) || families.some(({ isNegative }) => !isNegative);
}
