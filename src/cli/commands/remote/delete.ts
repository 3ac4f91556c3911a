import type { DeleteResult } from '../../../api/types.ts';
import { parseSelector } from '../../../api/v1/parse-selector.ts';
import { isSelective } from '../../../api/v1/selector.ts';
import { deleteGroup } from '../../../client/push.ts';
import { badCommandLine } from '../../errors.ts';
import type { Command, CommandIo } from '../command.ts';
import type { CommandArguments } from '../command-arguments.ts';
import { exitCodes } from '../exit-codes.ts';
import { groupsConfirmedMax } from '../limits.ts';
import { confirm, yesOption } from './confirm.ts';
import { connectionOptions, groupOptions, readConnectionFlags, readGroupFlags } from './connection-flags.ts';
import { GatewayApi, orPlainly } from './gateway-api.ts';
import { Progress } from './list-groups.ts';
import { PlainGateway } from './plain-gateway.ts';
import { count, showLabels } from './terminal-text.ts';

const help = `
Deletes the group with exactly this job and these labels; or, with --match, every group that a PromQL selector over the grouping labels
takes. That asks first, naming how many groups would go and some of them; --dry-run only says which. If another number of
groups matches when the answer comes, nothing is deleted.

  pushgate delete --job backup --label instance=db1
  pushgate delete --match '{job=~"test-.*"}' --dry-run
`;

/** `pushgate delete`: one group by its labels, or those that a selector takes. */
export const deleteCommand: Command = {
  help,
  options: [
    ...groupOptions,
    { name: 'match', value: 'SELECTOR', isRepeatable: true, help: 'Delete all groups that fit this selector, or one of several.' },
    { name: 'dry-run', help: 'Say what would be deleted, and delete nothing.' },
    yesOption,
    { name: 'json', help: 'Print what was deleted with --match as JSON.' },
    ...connectionOptions,
  ],
  operandsMin: 0,
  operandsMax: 0,
  async run(args, io) {
    const isBulk = args.has('match');
    if (isBulk && (args.has('job') || args.has('label'))) throw badCommandLine('--match and --job or --label exclude each other');
    if (!isBulk && args.has('dry-run')) throw badCommandLine('--dry-run goes with --match: one group is named exactly');
    await (isBulk ? deleteMatching(args, io) : deleteExactly(args, io));
    return exitCodes.done;
  },
};

async function deleteExactly(args: CommandArguments, io: CommandIo): Promise<void> {
  const group = readGroupFlags(args);
  await deleteGroup({ ...readConnectionFlags(args, io), ...group, signal: io.signal });
  if (io.stderr.isTTY === true) io.stderr.write(`There is no group ${showLabels({ ...group.labels, job: group.job })} any more.\n`);
}

async function deleteMatching(args: CommandArguments, io: CommandIo): Promise<void> {
  const api = new GatewayApi(readConnectionFlags(args, io), io.signal);
  const query = new URLSearchParams(args.values('match').map((selector): [string, string] => ['match[]', selector]));
  const request = (extra: string, operation: string): Promise<DeleteResult> =>
    orPlainly(
      () => api.request<DeleteResult>('DELETE', `groups?${query.toString()}${extra}`, operation),
      () => deletePlainly(api, args.values('match'), extra === dryRun, io),
    );
  // Who does not want to be asked does not mind either if a group more or less matches by then.
  if (args.has('yes') && !args.has('dry-run')) return report(await request('', 'delete the groups'), args, io);
  const found = await request(dryRun, 'look for the groups to delete');
  if (args.has('dry-run') || found.matched === 0) return report(found, args, io);
  const examples = found.groups.slice(0, groupsConfirmedMax).map(({ labels }) => showLabels(labels));
  const named = `${examples.join(', ')}${found.matched > examples.length ? ', ...' : ''}`;
  if (await confirm(`Delete ${count(found.matched, 'group')}: ${named}?`, args, io)) {
    return report(await request(`&expect=${found.matched}`, 'delete the groups'), args, io);
  }
  io.stderr.write('Nothing was deleted.\n');
}

const dryRun = '&dry_run=true';

/** One after the other, by their paths. A selector that takes every group is refused, as our server does. */
async function deletePlainly(api: GatewayApi, selectors: readonly string[], isDryRun: boolean, io: CommandIo): Promise<DeleteResult> {
  const vague = selectors.find((selector) => !isSelective(parseSelector(selector)));
  if (vague !== undefined) throw badCommandLine(`--match ${vague} takes every group, or says only what a group is not: wipe does that`);
  const groups = (await PlainGateway.read(api)).list(selectors, '', null, 'job', Infinity);
  const progress = new Progress(io.stderr);
  for (const [i, { push_path }] of isDryRun ? [] : groups.entries()) {
    progress.show(`${i} of ${groups.length} groups`);
    await api.send('DELETE', push_path, 'delete a group');
  }
  progress.clear();
  return { is_dry_run: isDryRun, matched: groups.length, groups: groups.map(({ id, labels }) => ({ id, labels })) };
}

/** The labels of the first groups, one a line; how many there are on stderr. */
function report(result: DeleteResult, args: CommandArguments, { stdout, stderr }: CommandIo): void {
  if (args.has('json')) {
    stdout.write(`${JSON.stringify(result, null, 2)}\n`);
    return;
  }
  stdout.write(result.groups.map(({ labels }) => `${showLabels(labels)}\n`).join(''));
  const rest = result.matched - result.groups.length;
  if (rest > 0) stdout.write(`... and ${rest} more\n`);
  const verb = result.is_dry_run ? 'would be deleted' : 'deleted';
  stderr.write(result.matched === 0 ? 'no group matches\n' : `${count(result.matched, 'group')} ${verb}\n`);
}
