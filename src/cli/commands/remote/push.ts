import { preparePushText, type TextRepair } from '../../../client/push-text.ts';
import { push, pushAdd, readGroupLabels } from '../../../client/push.ts';
import { badCommandLine } from '../../errors.ts';
import type { Command, CommandIo } from '../command.ts';
import type { CommandArguments } from '../command-arguments.ts';
import { exitCodes } from '../exit-codes.ts';
import { pushTextBytesMax } from '../limits.ts';
import { readDocument } from '../read-document.ts';
import { connectionOptions, groupOptions, readConnectionFlags, readGroupFlags } from './connection-flags.ts';
import { writeMetricFlags } from './metric-flags.ts';
import { formatProblem } from './show-problem.ts';
import { count, showLabels } from './terminal-text.ts';
import { findTextProblems } from './text-problems.ts';

const help = `
Pushes metrics to the group of a job: from FILE, from stdin without FILE or with -, or those of --metric. They replace the metrics of the
same names in the group; with --replace, the whole group.

The text is checked before it is sent. CRLF, a byte order mark, UTF-16 and a missing last line feed are put right, OpenMetrics becomes the
Prometheus format, and stderr says so.

  echo 'backup_size_bytes 123' | pushgate push --job backup
  pushgate push --job backup --label instance=db1 \\
      --metric 'files{kind="full"}=42' --type gauge --help 'Files saved.'
`;

/** `pushgate push`: text or single metrics to a group. */
export const pushCommand: Command = {
  help,
  options: [
    ...groupOptions,
    { name: 'replace', help: 'Replace the whole group (PUT): what is not pushed this time is gone.' },
    { name: 'metric', value: 'NAME=VALUE', isRepeatable: true, help: 'Push this metric; NAME may have labels in braces. Repeatable.' },
    { name: 'type', value: 'TYPE', isRepeatable: true, help: 'Type of the --metric before it: gauge, counter or untyped.' },
    { name: 'help', value: 'TEXT', isRepeatable: true, help: 'Help text of the --metric before it.' },
    { name: 'allow-empty', help: 'Take a text without any metric, which is otherwise an error.' },
    { name: 'no-check', help: 'Leave the check to the gateway.' },
    { name: 'no-gzip', help: 'Never compress the body, for gateways that cannot unpack it.' },
    ...connectionOptions,
  ],
  operandsMin: 0,
  operandsMax: 1,
  async run(args, io) {
    const options = { ...readConnectionFlags(args, io), ...readGroupFlags(args), gzip: !args.has('no-gzip'), check: false };
    const labels = readGroupLabels(options);
    const { source, text } = await readPushText(args, io);
    const findings = args.has('no-check') ? null : findTextProblems(text, labels, true);
    const problem = findings?.problems.find(({ severity }) => severity === 'error');
    if (problem !== undefined) {
      io.stderr.write(`pushgate: nothing was pushed: ${formatProblem(problem, source, text)}`);
      return exitCodes.badInput;
    }
    const isEmpty = findings === null ? text.length === 0 : findings.families === 0;
    if (isEmpty && !args.has('allow-empty')) throw refuseEmpty(source, text);
    await (args.has('replace') ? push : pushAdd)(text, { ...options, signal: io.signal });
    if (io.stderr.isTTY === true) {
      const what = findings === null ? count(text.length, 'byte') : count(findings.samples, 'sample');
      io.stderr.write(`Pushed ${what} to ${showLabels(Object.fromEntries(labels.map(({ name, value }) => [name, value])))}.\n`);
    }
    return exitCodes.done;
  },
};

interface PushText {
  /** What messages call it. */
  readonly source: string;
  readonly text: Buffer;
}

/** `--metric` alone reads no stdin. */
async function readPushText(args: CommandArguments, io: CommandIo): Promise<PushText> {
  const metrics = writeMetricFlags(args.given);
  const [operand] = args.operands;
  if (metrics !== '' && operand === undefined) return { source: '--metric', text: Buffer.from(metrics) };
  const file = operand ?? '-';
  const source = file === '-' ? 'stdin' : file;
  if (file === '-' && io.stdin.isTTY === true) io.stderr.write('pushgate: reading the metrics from the terminal, end with Ctrl-D\n');
  const { text, repairs } = preparePushText(await readDocument(file, io.stdin, pushTextBytesMax));
  for (const repair of repairs) io.stderr.write(`pushgate: ${source}: ${repairSentences[repair]}\n`);
  return { source, text: Buffer.concat([text, Buffer.from(metrics)]) };
}

const repairSentences: Readonly<Record<TextRepair, string>> = {
  'utf-16': 'converted from UTF-16 to UTF-8',
  'byte-order-mark': 'left out the byte order mark at the start',
  crlf: 'replaced the CRLF line ends by LF',
  'last-line-feed': 'added the missing line feed at the end',
};

function refuseEmpty(source: string, text: Buffer): Error {
  const state = text.length === 0 ? 'is empty' : 'holds no metric';
  return badCommandLine(`nothing was pushed: ${source} ${state}; --allow-empty pushes it all the same`);
}
