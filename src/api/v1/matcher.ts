import { RE2JS, RE2JSException } from 're2js';
import { badSelector } from '../errors.ts';
import { regexpLengthMax } from '../limits.ts';

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

/** Makes a matcher. Throws `PG_SELECTOR` for a regexp that RE2 refuses. */
export function createMatcher(name: string, operator: MatchOperator, operand: string): Matcher {
  switch (operator) {
    case '=':
      return { name, operator, operand, matches: (value) => value === operand };
    case '!=':
      return { name, operator, operand, matches: (value) => value !== operand };
    case '=~':
      return { name, operator, operand, matches: compileRegexp(operand) };
    case '!~': {
      const test = compileRegexp(operand);
      return { name, operator, operand, matches: (value) => !test(value) };
    }
  }
}

/**
 * A regexp as Prometheus reads it: RE2's syntax, anchored at both ends, with a dot that also takes line feeds. It takes time in proportion
 * to the text, whatever the pattern: nobody can stall the server with `(a+)+b`.
 */
function compileRegexp(pattern: string): (value: string) => boolean {
  if (pattern.length > regexpLengthMax) throw badSelector(`cannot compile a regexp of ${pattern.length} characters: ${regexpLengthMax} are the most`);
  const literal = matchLiterals(pattern);
  if (literal !== null) return literal;
  try {
    const regexp = RE2JS.compile(pattern, RE2JS.DOTALL);
    return (value) => regexp.testExact(value);
  } catch (error) {
    if (error instanceof RE2JSException) throw badSelector(`cannot compile the regexp ${JSON.stringify(pattern)}: ${error.message}`);
    throw error;
  }
}

/** Fast path: `a|b|c`, `a.*`, `.*a`, `.*a.*` and `.+` over plain characters, which most selectors are; `null` for all others. */
function matchLiterals(pattern: string): ((value: string) => boolean) | null {
  if (pattern === '.*') return () => true;
  if (pattern === '.+') return (value) => value !== '';
  const [, before, literal = '', after] = /^(\.\*)?([\w\- @/:=,;<>&%#~"'!|]*)(\.\*)?$/.exec(pattern) ?? [];
  if (literal === '') return pattern === '' ? (value) => value === '' : null;
  if (before === undefined && after === undefined) {
    const words = new Set(literal.split('|'));
    return (value) => words.has(value);
  }
  if (literal.includes('|')) return null;
  if (after === undefined) return (value) => value.endsWith(literal);
  return before === undefined ? (value) => value.startsWith(literal) : (value) => value.includes(literal);
}
