import { Failure, Refusal } from '../../base/errors.ts';
import { badCommandLine } from '../errors.ts';
import { formatHelpRow, lineWidth, wrapWords } from '../help-rows.ts';
import type { Command, CommandEntry, CommandIo, CommandOption } from './command.ts';
import { exitCodeMeanings, exitCodeOf, exitCodes } from './exit-codes.ts';
import { readArguments } from './read-arguments.ts';

/**
 * Loads a command, and runs it with the arguments behind its name. Resolves with the exit code (`exit-codes.ts`); an error is one line on stderr.
 * Rejects only for bugs.
 */
export async function runCommand(entry: CommandEntry, argv: readonly string[], io: CommandIo): Promise<number> {
  const command = await entry.load();
  try {
    const args = readArguments(command, argv);
    if (args !== 'help') return await command.run(args, io);
    io.stdout.write(formatCommandUsage(entry, command));
    return exitCodes.done;
  } catch (error) {
    // Who reads no further has what he wanted.
    if (io.signal.aborted) return exitCodes.done;
    if (!(error instanceof Refusal || error instanceof Failure)) throw error;
    const hint = error.code === badCommandLine.code ? `, try pushgate ${entry.name} --help` : '';
    io.stderr.write(`pushgate: error: ${error.message}${hint}\n`);
    return command.exitCodes?.failed ?? exitCodeOf(error);
  }
}

/** What `pushgate COMMAND --help` prints. */
export function formatCommandUsage({ name, forms }: CommandEntry, { help, options, exitCodes: ownCodes }: Command): string {
  const usage = forms.map((form, i) => `${i === 0 ? 'usage: ' : '       '}pushgate ${name} ${form}`.trimEnd());
  const rows = options.flatMap((option) => formatHelpRow(`    ${describeOption(option)}`, option.help));
  const codes = wrapWords(
    `Exit codes: ${(ownCodes?.meanings ?? exitCodeMeanings).map(([code, meaning]) => `${code} ${meaning}`).join('; ')}.`,
    lineWidth,
  );
  return [
    ...usage,
    '',
    ...wrapHelp(help),
    '',
    'Options:',
    ...rows,
    ...formatHelpRow('-h, --help', 'Show this help.'),
    '',
    ...codes,
    '',
  ].join('\n');
}

/** Paragraphs are wrapped; lines that begin with a blank, such as examples, stay as they are. */
function wrapHelp(help: string): string[] {
  return help
    .trim()
    .split('\n\n')
    .flatMap((paragraph, i) => [
      ...(i === 0 ? [] : ['']),
      ...(paragraph.startsWith(' ') ? paragraph.split('\n') : wrapWords(paragraph.replaceAll('\n', ' '), lineWidth)),
    ]);
}

function describeOption({ name, value, isRepeatable }: CommandOption): string {
  return `--${name}${value === undefined ? '' : `=${value}`}${isRepeatable === true ? ' ...' : ''}`;
}
