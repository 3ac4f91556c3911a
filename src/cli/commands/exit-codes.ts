import { Refusal } from '../../base/errors.ts';
import { adminApiOff, groupNotThere } from './errors.ts';
import { PushRefusedError, PushUnreachableError } from '../../client/errors.ts';

/** How every command but `serve` ends. A signal ends a command with 128 and its number: 130 for Ctrl-C. */
export const exitCodes = { done: 0, failed: 1, badInput: 2, refused: 3, unreachable: 4 } as const;

/** The same as docs/commands.md has it, in the words of `--help`. */
export const exitCodeMeanings: readonly (readonly [code: number, meaning: string])[] = [
  [exitCodes.done, 'done'],
  [exitCodes.failed, 'not done: a file, a disk'],
  [exitCodes.badInput, 'the command line or the input is wrong'],
  [exitCodes.refused, 'the gateway refused'],
  [exitCodes.unreachable, 'the gateway is not there or not ready, try later'],
];

/** What we say in better words than the gateway did. */
const saidByGateway: ReadonlySet<string> = new Set([adminApiOff.code, groupNotThere.code]);

/** What is the caller's is one thing to a script, what another attempt may cure is another. */
export function exitCodeOf(error: unknown): number {
  if (error instanceof PushUnreachableError) return exitCodes.unreachable;
  if (error instanceof PushRefusedError) return error.isTemporary ? exitCodes.unreachable : exitCodes.refused;
  if (error instanceof Refusal && saidByGateway.has(error.code)) return exitCodes.refused;
  return error instanceof Refusal ? exitCodes.badInput : exitCodes.failed;
}
