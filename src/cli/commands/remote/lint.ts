import type { LintProblem, LintResult } from '../../../api/types.ts';
import { readGroupLabels } from '../../../client/push.ts';
import { preparePushText } from '../../../client/push-text.ts';
import type { LabelPair } from '../../../model/metric-family.ts';
import type { Command, CommandIo } from '../command.ts';
import type { CommandArguments } from '../command-arguments.ts';
import { exitCodes } from '../exit-codes.ts';
import { pushTextBytesMax } from '../limits.ts';
import { readDocument } from '../read-document.ts';
import { connectionOptions, groupOptions, readConnectionFlags, readGroupFlags } from './connection-flags.ts';
import { GatewayApi } from './gateway-api.ts';
import { formatProblem } from './show-problem.ts';
import { count } from './terminal-text.ts';
import { findTextProblems } from './text-problems.ts';

const help = `
Checks a text as a push of it would be checked, byte for byte and without pushing it: line ends, syntax, timestamps, series that come
twice. Warns of what is not as the conventions ask for: no HELP, no TYPE, a counter that does not end in _total. FILE may be - for stdin.

With --url on the command line it also asks that gateway whether the text fits what it holds; give the group with --job and --label.
`;

/** `pushgate lint FILE`: would it be taken, and is it as it should be? */
export const lintCommand: Command = {
  help,
  options: [
    { name: 'strict', help: 'Count warnings as errors.' },
    { name: 'json', help: 'Print the problems as JSON.' },
    ...groupOptions,
    { name: 'replace', help: 'Ask the gateway about a push that replaces the group.' },
    ...connectionOptions,
  ],
  operandName: 'the FILE to check (- for stdin)',
  operandsMin: 1,
  operandsMax: 1,
  async run(args, io) {
    const [file = ''] = args.operands;
    const text = await readDocument(file, io.stdin, pushTextBytesMax);
    const group = args.has('job') ? readGroupFlags(args) : { job: 'lint', utf8Names: args.has('utf8-names') };
    const labels = readGroupLabels(group);
    const local = lintLocally(text, labels, group.utf8Names === true);
    const hasErrors = local.some(({ severity }) => severity === 'error');
    const remote = !hasErrors && args.has('url') ? await lintRemotely(args, io, labels, text) : null;
    const problems = [...(remote?.problems.filter(({ severity }) => severity === 'error') ?? []), ...local];
    report(problems, remote, args, io, text);
    const errors = problems.filter(({ severity }) => severity === 'error' || args.has('strict'));
    return errors.length > 0 ? exitCodes.badInput : exitCodes.done;
  },
};

/** What is wrong with the bytes as they are, and with the text once its line ends are mended. */
function lintLocally(bytes: Buffer, labels: readonly LabelPair[], allowUtf8Names: boolean): readonly LintProblem[] {
  const asIs = findTextProblems(bytes, labels, allowUtf8Names).problems;
  const { text, repairs } = preparePushText(bytes);
  if (repairs.length === 0) return asIs;
  const mended = findTextProblems(text, labels, allowUtf8Names).problems;
  const isMended = mended.every(({ severity }) => severity === 'warning');
  return [
    ...asIs
      .filter(({ severity }) => severity === 'error')
      .map((problem) => (isMended ? { ...problem, message: `${problem.message} (pushgate push puts this right)` } : problem)),
    ...mended.filter(({ severity, line }) => severity === 'warning' || !asIs.some((known) => known.line === line)),
  ];
}

async function lintRemotely(args: CommandArguments, io: CommandIo, labels: readonly LabelPair[], text: Buffer): Promise<LintResult> {
  const api = new GatewayApi(readConnectionFlags(args, io), io.signal);
  const query = new URLSearchParams({ method: args.has('replace') ? 'PUT' : 'POST' });
  for (const { name, value } of labels) {
    if (name === 'job') query.set('job', value);
    else query.append('label', `${name}=${value}`);
  }
  return api.request<LintResult>('POST', `lint?${query.toString()}`, 'check the push', text);
}

function report(problems: readonly LintProblem[], remote: LintResult | null, args: CommandArguments, io: CommandIo, text: Buffer): void {
  const [file = ''] = args.operands;
  if (args.has('json')) {
    io.stdout.write(`${JSON.stringify({ problems, ...(remote === null ? {} : { gateway: remote }) }, null, 2)}\n`);
    return;
  }
  for (const problem of problems) io.stdout.write(formatProblem(problem, file === '-' ? 'stdin' : file, text));
  const errors = problems.filter(({ severity }) => severity === 'error').length;
  const summary = problems.length === 0 ? 'no problems' : `${count(errors, 'error')}, ${count(problems.length - errors, 'warning')}`;
  io.stderr.write(`${summary}\n`);
  if (remote !== null) {
    const { added, replaced, removed } = remote;
    io.stderr.write(`the push would add ${count(added.length, 'family')}, replace ${replaced.length} and remove ${removed.length}\n`);
  }
}
