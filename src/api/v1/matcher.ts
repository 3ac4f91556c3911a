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
  if (pattern.length > regexpLengthMax)
    throw badSelector(`cannot compile a regexp of ${pattern.length} characters: ${regexpLengthMax} are the most`);
  const wildcards = matchWildcards(pattern);
  if (wildcards !== null) return wildcards;
  try {
    const regexp = RE2JS.compile(pattern, RE2JS.DOTALL);
    return (value) => regexp.testExact(value);
  } catch (error) {
    if (error instanceof RE2JSException) throw badSelector(`cannot compile the regexp ${JSON.stringify(pattern)}: ${error.message}`);
    throw error;
  }
}

/**
 * Fast path for what most regexps are: alternatives of plain text with `.*` and `.+` in between, such as `a|b`, `nightly-.*` and
 * `.*\.example\.org:.*`. `null` for all others.
 */
function matchWildcards(pattern: string): ((value: string) => boolean) | null {
  if (!/^(?:[\w\- @/:=,;<>&%#~"'!|]|\\[.\-/+*?()[\]{}|^$\\]|\.[*+])*$/.test(pattern)) return null;
  const alternatives = (pattern.match(/(?:\\.|[^|\\])+|(?<=^|\|)(?=\||$)/gs) ?? ['']).map(parseWildcards);
  const texts = new Set(alternatives.flatMap(({ texts: [text = ''], gaps }) => (gaps.length === 0 ? [text] : [])));
  const globs = alternatives.filter(({ gaps }) => gaps.length > 0);
  if (globs.length === 0) return (value) => texts.has(value);
  return (value) => texts.has(value) || globs.some((glob) => fitsWildcards(glob, value));
}

/** Plain texts, and between each two of them the least number of characters that stand there. */
interface Wildcards {
  readonly texts: readonly string[];
  readonly gaps: readonly number[];
}

function parseWildcards(pattern: string): Wildcards {
  const parts = pattern.split(/(?<!\\)((?:\\\\)*)(\.[*+])/);
  const texts: string[] = [];
  const gaps: number[] = [];
  for (let i = 0; i < parts.length; i += 3) {
    texts.push(`${parts[i] ?? ''}${parts[i + 1] ?? ''}`.replaceAll(/\\(.)/gs, '$1'));
    if (i + 2 < parts.length) gaps.push(parts[i + 2] === '.+' ? 1 : 0);
  }
  return { texts, gaps };
}

/** Each text where it comes first, the last one at the end: no other way of placing them fits where this one does not. */
function fitsWildcards({ texts, gaps }: Wildcards, value: string): boolean {
  const [first = ''] = texts;
  if (!value.startsWith(first)) return false;
  let at = first.length;
  for (let i = 1; i < texts.length - 1; i++) {
    const text = texts[i] ?? '';
    const found = value.indexOf(text, at + (gaps[i - 1] ?? 0));
    if (found === -1) return false;
    at = found + text.length;
  }
  const last = texts.at(-1) ?? '';
  return value.length - last.length >= at + (gaps.at(-1) ?? 0) && value.endsWith(last);
}
