import { createInterface } from 'node:readline';
import { badCommandLine } from '../../errors.ts';
import type { CommandIo } from '../command.ts';
import type { CommandArguments } from '../command-arguments.ts';

/** The switch of every command that asks. */
export const yesOption = { name: 'yes', help: 'Do not ask.' } as const;

/**
 * Asks somebody at a terminal whether to go on; anything but `y` or `yes` means no. `--yes` answers before. Throws PG_COMMAND_LINE where there
 * is nobody to ask, so that no script deletes by accident.
 */
export async function confirm(question: string, args: CommandArguments, { stdin, stderr }: CommandIo): Promise<boolean> {
  if (args.has('yes')) return true;
  if (stdin.isTTY !== true || stderr.isTTY !== true) {
    throw badCommandLine(`${question} Nobody can be asked here, so nothing was done: say --yes`);
  }
  stderr.write(`${question} [y/N] `);
  const lines = createInterface({ input: stdin, terminal: false });
  try {
    // The end of the input is an answer, too.
    const answer = await new Promise<string>((resolve) => {
      lines.once('line', resolve);
      lines.once('close', () => resolve(''));
    });
    return /^y(?:es)?$/i.test(answer.trim());
  } finally {
    lines.close();
    stdin.pause();
  }
}
