import type { Automaton } from './automaton.ts';
import { compileRegexp } from './regexp.ts';
import type { WorkBudget } from './work-budget.ts';

export type MatchOperator = '=' | '!=' | '=~' | '!~';

/** One matcher of a selector. */
export interface Matcher {
  readonly name: string;
  readonly operator: MatchOperator;
  /** What the value is compared with, as written behind the operator. */
  readonly operand: string;
  readonly isNegative: boolean;
  /** `null` for a comparison. */
  readonly regexp: Automaton | null;
  /** Whether the value fits, negation included. The value of a label that is not there is `''`, as in PromQL. */
  matches(value: string): boolean;
}

/** Makes a matcher. Throws `PG_SELECTOR` for a regexp that RE2 refuses, and so does the matcher where the budget runs out. */
export function createMatcher(name: string, operator: MatchOperator, operand: string, budget: WorkBudget): Matcher {
  const isNegative = operator === '!=' || operator === '!~';
  const regexp = operator === '=~' || operator === '!~' ? compileRegexp(operand, budget) : null;
  const isEqual = (value: string): boolean => regexp?.matches(value) ?? value === operand;
  return { name, operator, operand, isNegative, regexp, matches: (value) => isEqual(value) !== isNegative };
}
