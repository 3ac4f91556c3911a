import { RE2JS, RE2JSException } from 're2js';
import { badSelector } from '../errors.ts';
import { quickAlternativesMax, quickQuantifiersMax, quickValueLengthMax, regexpLengthMax, verdictsKeptMax } from '../limits.ts';
import { matchWildcards } from './wildcards.ts';

/** Whether a label value fits. */
type Test = (value: string) => boolean;

/**
 * A regexp as Prometheus reads it: RE2's syntax, anchored at both ends, with a dot that also takes line feeds. It takes time in proportion
 * to the text, whatever the pattern: nobody can stall the server with `(a+)+b`. Throws `PG_SELECTOR` for one that RE2 refuses. To be used
 * within one turn of the event loop.
 */
export function compileRegexp(pattern: string): Test {
  if (pattern.length > regexpLengthMax)
    throw badSelector(`cannot compile a regexp of ${pattern.length} characters: ${regexpLengthMax} are the most`);
  const wildcards = matchWildcards(pattern);
  if (wildcards !== null) return wildcards;
  try {
    const regexp = RE2JS.compile(pattern, RE2JS.DOTALL);
    return matchQuickly(
      pattern,
      remember((value) => regexp.testExact(value)),
    );
  } catch (error) {
    if (error instanceof RE2JSException) throw badSelector(`cannot compile the regexp ${JSON.stringify(pattern)}: ${error.message}`);
    throw error;
  }
}

/** Decides once for each value: jobs and environments are few. */
function remember(test: Test): Test {
  const verdicts = new Map<string, boolean>();
  return (value) => {
    let verdict = verdicts.get(value);
    if (verdict === undefined) {
      verdict = test(value);
      if (verdicts.size < verdictsKeptMax) verdicts.set(value, verdict);
    }
    return verdict;
  };
}

/** One character of what a tame pattern may hold: itself, any, one of a class. */
const atom =
  /(?:[\w\- @/:=,;<>&%#~"'!]|\\[.\-/+*?()[\]{}|^$\\dDwW]|\.|\[\^?(?:[\w .:/@,=+*?()|&%#~!'"<>;-]|\\[dDwW](?!-)|\\[.\-[\]^\\])+\])/.source;
const quantifier = /(?:[*+?]\??|\{\d{1,2}(?:,\d{0,2})?\}\??)/.source;
const tamePattern = new RegExp(`^(?:\\(\\?i\\))?(?:${atom}${quantifier}?|\\((?:\\?:)?|\\)(?![*+?{])|[|^$])*$`);
const atoms = new RegExp(atom, 'g');

/**
 * Fast path for short values: V8's own engine, ten times as fast as RE2 in JavaScript. It goes back and tries again, so it only gets patterns
 * that leave it little to try: no quantifier on a group, few quantifiers, few alternatives; and where it is slow all the same, it is not asked again.
 * The two engines read such patterns alike, as far as values are ASCII. `exact` takes what is left.
 */
function matchQuickly(pattern: string, exact: Test): Test {
  if (!isTame(pattern)) return exact;
  const isCaseIgnored = pattern.startsWith('(?i)');
  const regexp = new RegExp(`^(?:${isCaseIgnored ? pattern.slice('(?i)'.length) : pattern})$`, isCaseIgnored ? 'is' : 's');
  let startMs = 0;
  let tests = 0;
  let isSlow = false;
  return (value) => {
    if (isSlow || value.length > quickValueLengthMax || !isAscii(value)) return exact(value);
    if (tests === 0) startMs = performance.now();
    // A few microseconds for each, and some milliseconds in which something else had the machine.
    if (++tests % 16 === 0) isSlow = performance.now() - startMs > slackMs + tests * testMsMax;
    return regexp.test(value);
  };
}

const slackMs = 10;
const testMsMax = 0.003;

function isTame(pattern: string): boolean {
  if (!tamePattern.test(pattern)) return false;
  // What is left of it once each character is an `a`: a fixed number of them leaves nothing to try.
  const frame = pattern
    .replace('(?i)', '')
    .replaceAll(/(?<!\\)\{\d+\}/g, '')
    .replaceAll(atoms, 'a')
    .replaceAll('(?a', '(');
  return (frame.match(/[*+?{]\??/g) ?? []).length <= quickQuantifiersMax && (frame.match(/\|/g) ?? []).length <= quickAlternativesMax;
}

function isAscii(text: string): boolean {
  // eslint-disable-next-line no-control-regex -- all of ASCII is meant
  return /^[\x00-\x7f]*$/.test(text);
}
