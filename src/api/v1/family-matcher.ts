import { pushFailureTimeName, pushTimeName } from '../../store/push-times.ts';
import type { FamilyNames } from './family-names.ts';
import type { Matcher } from './matcher.ts';

/** What `__name__` in a selector asks of a group. */
export interface FamilyMatcher {
  readonly isNegative: boolean;
  /** Whether a group with these families fits. Decides once for each `FamilyNames`. */
  holds(families: FamilyNames): boolean;
}

/**
 * `=` and `=~` ask for a family that the group holds, the two push times included; `!=` and `!~` for a group that holds none of that name. So a
 * matcher and its opposite never both fit.
 */
export function createFamilyMatcher(matcher: Matcher): FamilyMatcher {
  const { operator } = matcher;
  const isNegative = operator === '!=' || operator === '!~';
  const isNamed = (name: string): boolean => matcher.matches(name) !== isNegative;
  const isPushTimeNamed = isNamed(pushTimeName) || isNamed(pushFailureTimeName);
  const verdicts = new Map<FamilyNames, boolean>();
  return {
    isNegative,
    holds(families) {
      let verdict = verdicts.get(families);
      if (verdict === undefined) {
        verdict = (isPushTimeNamed || families.names.some(isNamed)) !== isNegative;
        verdicts.set(families, verdict);
      }
      return verdict;
    },
  };
}
