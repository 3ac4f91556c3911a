import { pushFailureTimeName, pushTimeName } from '../../store/push-times.ts';
import type { Matcher } from './matcher.ts';

/** What `__name__` in a selector asks of a group. */
export interface FamilyMatcher {
  readonly isNegative: boolean;
  /** Whether a group with these families fits. */
  holds(names: readonly string[]): boolean;
}

/**
 * `=` and `=~` ask for a family that the group holds, the two push times included; `!=` and `!~` for a group that holds none of that name. So a
 * matcher and its opposite never both fit.
 */
export function createFamilyMatcher(matcher: Matcher): FamilyMatcher {
  const { isNegative } = matcher;
  const isNamed = (name: string): boolean => matcher.matches(name) !== isNegative;
  const isPushTimeNamed = isNamed(pushTimeName) || isNamed(pushFailureTimeName);
  return {
    isNegative,
    holds: (names) => (isPushTimeNamed || names.some(isNamed)) !== isNegative,
  };
}
