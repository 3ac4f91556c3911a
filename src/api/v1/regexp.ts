import { RE2JS, RE2JSException } from 're2js';
import { badSelector } from '../errors.ts';
import { regexpLengthMax, regexpSizeMax } from '../limits.ts';
import { Automaton, type Program } from './automaton.ts';
import { estimateProgramSize } from './program-size.ts';
import type { WorkBudget } from './work-budget.ts';

/** Compiling a regexp, and each of its instructions, takes as long as so many steps of an automaton that grows. */
const [stepsPerRegexp, stepsPerInstruction] = [2000, 20];

/**
 * A regexp as Prometheus reads it: RE2's syntax, anchored at both ends, with a dot that also takes line feeds. It takes time in proportion
 * to the text, whatever the pattern: nobody can stall the server with `(a+)+b`. Throws `PG_SELECTOR` for one that RE2 refuses or that is too large;
 * and so does the automaton, where the regexps of a budget together are more work than it allows.
 */
export function compileRegexp(pattern: string, budget: WorkBudget): Automaton {
  return new Automaton(compileProgram(pattern, budget), budget);
}

/** `re2js` reads and compiles. Of its machine come the program and the characters that it tells apart; to run it, it takes three times as long as ours. */
function compileProgram(pattern: string, budget: WorkBudget): Program {
  if (pattern.length > regexpLengthMax)
    throw badSelector(`cannot compile a regexp of ${pattern.length} characters: ${regexpLengthMax} are the most`);
  const size = estimateProgramSize(pattern);
  if (size > regexpSizeMax)
    throw badSelector(
      `cannot compile the regexp ${JSON.stringify(pattern)}: with its repeats written out it is about ${size} characters, ${regexpSizeMax} are the most`,
    );
  budget.spend(stepsPerRegexp + size * stepsPerInstruction);
  try {
    const compiled = RE2JS.compile(pattern, RE2JS.DOTALL).re2();
    return { graph: compiled.prog as Program['graph'], bounds: compiled.dfa.classBounds };
  } catch (error) {
    if (error instanceof RE2JSException) throw badSelector(`cannot compile the regexp ${JSON.stringify(pattern)}: ${error.message}`);
    throw error;
  }
}
