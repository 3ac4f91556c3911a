import { readBoundedFile } from '../base/read-bounded-file.ts';
import { badCommandLine } from './errors.ts';
import { argumentFileBytesMax, argumentsMax } from './limits.ts';

/** One piece of a command line. `--name=value` is two: the flag and an argument. */
export type ArgumentToken =
  { readonly kind: 'long' | 'short'; readonly name: string } | { readonly kind: 'argument'; readonly text: string };

/**
 * Splits a command line as the reference's flag library (kingpin v2) does, lazily: a flag that ends the program leaves what follows
 * unread. `--` ends the flags; `-ab` is `-a -b`; `@file` stands for the lines of a file, each one argument with its blanks, an empty
 * line an empty argument, lines that begin with `#` left out. A value is not a flag: `--flag -x` are two flags.
 *
 * `node:util` parseArgs is of no help here: it takes `--flag --other` for a value, and knows no files.
 */
export function* readTokens(argv: readonly string[]): Generator<ArgumentToken, void> {
  const pending = [...argv].reverse();
  let isPastFlags = false;
  for (let count = 0; ; count++) {
    const argument = pending.pop();
    if (argument === undefined) return;
    if (count > argumentsMax) throw badCommandLine(`more than ${argumentsMax} arguments`);
    if (isPastFlags) {
      yield { kind: 'argument', text: argument };
    } else if (argument === '--') {
      isPastFlags = true;
    } else if (argument.startsWith('--')) {
      yield* splitLongFlag(argument.slice(2));
    } else if (argument.startsWith('-')) {
      yield { kind: 'short', name: argument.slice(1, 2) };
      if (argument.length > 2) pending.push(`-${argument.slice(2)}`);
    } else if (argument.startsWith('@')) {
      pending.push(...readArgumentFile(argument.slice(1)).reverse());
    } else {
      yield { kind: 'argument', text: argument };
    }
  }
}

function* splitLongFlag(text: string): Generator<ArgumentToken, void> {
  const equals = text.indexOf('=');
  yield { kind: 'long', name: equals < 0 ? text : text.slice(0, equals) };
  if (equals >= 0) yield { kind: 'argument', text: text.slice(equals + 1) };
}

function readArgumentFile(path: string): string[] {
  if (path === '') throw badCommandLine('expected @ file to expand arguments from');
  const lines = readText(path).split('\n');
  // What follows the last line feed is a line only if there is something.
  if (lines.at(-1) === '') lines.pop();
  const given = lines.map((line) => line.replace(/\r$/, '')).filter((line) => !line.startsWith('#'));
  if (given.length > argumentsMax) throw badCommandLine(`more than ${argumentsMax} arguments`);
  return given;
}

function readText(path: string): string {
  try {
    return readBoundedFile(path, argumentFileBytesMax).toString();
  } catch (error) {
    const cause = error instanceof Error ? error.message : String(error);
    throw badCommandLine(`failed to open arguments file ${JSON.stringify(path)}: ${cause}`, { cause: error });
  }
}
