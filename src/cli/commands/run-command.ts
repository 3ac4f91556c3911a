import { parseArgs } from 'node:util';
import { Failure, Refusal } from '../../base/errors.ts';
import { badCommandLine } from '../errors.ts';
import type { Command, CommandArguments, CommandIo } from './command.ts';

/**
 * Runs a command with the arguments behind its name. Resolves with the exit code: 0 done, 1 not done, which one line on stderr explains.
 * Rejects only for bugs.
 */
export async function runCommand(command: Command, argv: readonly string[], io: CommandIo): Promise<0 | 1> {
  try {
    const args = readArguments(command, argv);
    if (args === 'help') io.stdout.write(formatCommandUsage(command));
    else await command.run(args, io);
    return 0;
  } catch (error) {
    if (!(error instanceof Refusal || error instanceof Failure)) throw error;
    const hint = error.code === badCommandLine.code ? `, try pushgate ${command.name} --help` : '';
    io.stderr.write(`pushgate: error: ${error.message}${hint}\n`);
    return 1;
  }
}

/** What `pushgate COMMAND --help` prints. */
export function formatCommandUsage({ name, forms, help }: Command): string {
  const usage = forms.map((form, i) => `${i === 0 ? 'usage: ' : '       '}pushgate ${name} ${form}`);
  return `${usage.join('\n')}\n\n${help.trim()}\n\nExit codes: 0 done, 1 not done (one line on stderr says why).\n`;
}

function readArguments(command: Command, argv: readonly string[]): CommandArguments | 'help' {
  const { values, positionals } = parseStrictly(command, argv);
  const { help, ...options } = values;
  if (help === true) return 'help';
  const { operandsMin, operandsMax } = command;
  if (positionals.length < operandsMin) throw badCommandLine('the PATH of the store is missing');
  const surplus = positionals[operandsMax];
  if (surplus !== undefined) throw badCommandLine(`unexpected ${surplus}`);
  return { options: options as CommandArguments['options'], operands: positionals };
}

function parseStrictly({ options }: Command, argv: readonly string[]): ReturnType<typeof parseArgs> {
  const withValue = options.map((name) => [name, { type: 'string' }] as const);
  try {
    return parseArgs({
      args: [...argv],
      options: { ...Object.fromEntries(withValue), help: { type: 'boolean', short: 'h' } },
      allowPositionals: true,
    });
  } catch (cause) {
    // The first sentence says what is wrong; what follows is advice to programmers.
    throw badCommandLine((cause as Error).message.replace(/\. .*$/s, ''), { cause });
  }
}
