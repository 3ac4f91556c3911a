import { compileRegexp } from './regexp.ts';
import type { WorkBudget } from './work-budget.ts';

export type MatchOperator = '=' | '!=' | '=~' | '!~';

/** One matcher of a selector. */
export interface Matcher {
  readonly name: string;
  readonly operator: MatchOperator;
  /** What the value is compared with, as written behind the operator. */
  readonly operand: string;
  /** Whether the value fits, negation included. The value of a label that is not there is `''`, as in PromQL. */
  matches(value: string): boolean;
}

/** Makes a matcher. Throws `PG_SELECTOR` for a regexp that RE2 refuses, and so does the matcher where the budget runs out. */
export function createMatcher(name: string, operator: MatchOperator, operand: string, budget: WorkBudget): Matcher {
  switch (operator) {
    case '=':
      return { name, operator, operand, matches: (value) => value === operand };
    case '!=':
      return { name, operator, operand, matches: (value) => value !== operand };
    case '=~':
      return { name, operator, operand, matches: compileRegexp(operand, budget) };
    case '!~': {
      const test = compileRegexp(operand, budget);
      return { name, operator, operand, matches: (value) => !test(value) };
    }
  }
}
