import { encodeGroupId } from '../../../api/v1/group-id.ts';
import { parseSelector } from '../../../api/v1/parse-selector.ts';
import type { FamilyDetail, GroupDetail, MetricDetail, PushRecord } from '../../../api/types.ts';
import { readGroupLabels } from '../../../client/push.ts';
import { renderLabel } from '../../../exposition/sample-text.ts';
import { createGroupingKey } from '../../../model/grouping-key.ts';
import type { LabelPair } from '../../../model/metric-family.ts';
import { badCommandLine } from '../../errors.ts';
import type { Command, CommandIo } from '../command.ts';
import type { CommandArguments } from '../command-arguments.ts';
import { exitCodes } from '../exit-codes.ts';
import { metricsPerRequest } from '../limits.ts';
import { connectionOptions, groupOptions, readConnectionFlags, readGroupFlags } from './connection-flags.ts';
import { GatewayApi, orPlainly } from './gateway-api.ts';
import { PlainGateway } from './plain-gateway.ts';
import { Table } from './table.ts';
import { count, createPainter, showLabels, showPlainly } from './terminal-text.ts';
import { formatAge, formatBytes } from './time-text.ts';

const help = `
Shows one group: when it was pushed, its metrics with their values before the last push, and its last pushes with the reasons of those that
failed. The group is named by its labels, as flags or as 'pushgate list' prints them, or by the ID that 'pushgate list --json' shows.

  pushgate show '{job="backup",instance="db1"}'
`;

/** `pushgate show`: one group with all that is in it. */
export const showCommand: Command = {
  help,
  options: [
    ...groupOptions,
    { name: 'family', value: 'NAME', help: 'Only this metric family.' },
    { name: 'json', help: 'Print it as JSON.' },
    ...connectionOptions,
  ],
  operandsMin: 0,
  operandsMax: 1,
  async run(args, io) {
    const api = new GatewayApi(readConnectionFlags(args, io), io.signal);
    const [id, family] = [readId(args), args.value('family')];
    const group = await orPlainly(
      () => readGroup(api, id, family),
      async () => (await PlainGateway.read(api)).show(id, family),
    );
    if (args.has('json')) io.stdout.write(`${JSON.stringify(group, null, 2)}\n`);
    else io.stdout.write(describeGroup(group, io));
    return exitCodes.done;
  },
};

function readId(args: CommandArguments): string {
  const [operand] = args.operands;
  const hasLabels = args.has('job') || args.has('label');
  if (operand !== undefined && hasLabels) throw badCommandLine('a GROUP or ID and --job or --label exclude each other');
  if (operand === undefined) return idOf(readGroupLabels(readGroupFlags(args)));
  return operand.startsWith('{') ? idOf(readShownLabels(operand)) : operand;
}

function idOf(labels: readonly LabelPair[]): string {
  return encodeGroupId(createGroupingKey(new Map(labels.map(({ name, value }) => [name, value]))).id);
}

/** The labels as `list` prints them. */
function readShownLabels(text: string): readonly LabelPair[] {
  const { labels, families } = parseSelector(text);
  if (families.length > 0 || labels.some(({ operator }) => operator !== '=')) {
    throw badCommandLine(`${text} is not one group: say each of its labels with =, or look for groups with pushgate list`);
  }
  return labels.map(({ name, operand }) => ({ name, value: operand }));
}

/** All pages as one; a family that went on on a next page is whole again. */
async function readGroup(api: GatewayApi, id: string, family: string | undefined): Promise<Omit<GroupDetail, 'next_cursor'>> {
  const query = new URLSearchParams({ limit: String(metricsPerRequest), ...(family === undefined ? {} : { family }) });
  const families: FamilyDetail[] = [];
  for (;;) {
    const page = await api.request<GroupDetail>('GET', `groups/${encodeURIComponent(id)}?${query.toString()}`, 'show the group');
    for (const part of page.families) {
      const last = families.at(-1);
      if (last?.name !== part.name) families.push(part);
      else families[families.length - 1] = { ...last, metrics: [...last.metrics, ...part.metrics] };
    }
    const { next_cursor: next, ...group } = page;
    if (next === null) return { ...group, families };
    query.set('cursor', next);
  }
}

function describeGroup({ group, families, history }: Omit<GroupDetail, 'next_cursor'>, io: CommandIo): string {
  const paint = createPainter(io.stdout, io.env);
  const nowMs = io.clock.nowMs();
  const source = group.last_source === null ? '' : ` by ${showPlainly(group.last_source)}`;
  const lines = [
    paint(showLabels(group.labels), 'bold'),
    `last push     ${formatAge(group.last_push, nowMs)}${source}`,
    `last failure  ${formatAge(group.last_failure, nowMs)}`,
    ...(group.state === 'failed' ? [paint(`last push failed: ${showPlainly(group.failure_reason ?? 'unknown why')}`, 'red')] : []),
    `${count(group.families, 'family')}, ${count(group.samples, 'sample')}, ${formatBytes(group.bytes)}`,
    '',
    ...families.flatMap((family) => describeFamily(family, nowMs)),
  ];
  return `${lines.join('\n')}\n${history.length === 0 ? '' : describeHistory(history, io)}`;
}

function describeFamily({ name, type, help, time, inconsistency, metrics }: FamilyDetail, nowMs: number): string[] {
  return [
    `${showPlainly(name)} (${type}, pushed ${formatAge(time, nowMs)})${help === null || help === '' ? '' : `: ${showPlainly(help)}`}`,
    ...(inconsistency === null ? [] : [`  not exposed: ${showPlainly(inconsistency)}`]),
    ...metrics.map((metric) => `  ${describeMetric(metric)}`),
    '',
  ];
}

function describeMetric(metric: MetricDetail): string {
  const { labels, value, previous_value: before, quantiles = [], buckets = [], count: total, sum } = metric;
  const pairs = Object.entries(labels).map(([name, text]) => showPlainly(renderLabel(name, text)));
  const parts = [
    ...(value === undefined ? [] : [before === undefined || before === value ? value : `${value} (before: ${before})`]),
    ...(total === undefined ? [] : [`count ${total}`]),
    ...(sum === undefined ? [] : [`sum ${sum}`]),
    ...quantiles.map(([quantile, at]) => `${quantile}: ${at}`),
    ...buckets.map(([bound, at]) => `<=${bound}: ${at}`),
  ];
  return `${pairs.length === 0 ? '' : `{${pairs.join(',')}} `}${parts.join('  ')}`;
}

function describeHistory(history: readonly PushRecord[], io: CommandIo): string {
  const paint = createPainter(io.stdout, io.env);
  const table = new Table(
    [
      { title: 'WHEN' },
      { title: 'WHAT' },
      { title: 'OUTCOME' },
      { title: 'STATUS', isNumber: true },
      { title: 'SAMPLES', isNumber: true },
      { title: 'BYTES', isNumber: true },
      { title: 'FROM', isFlexible: true },
      { title: 'ERROR', isFlexible: true },
    ],
    io.stdout,
  );
  const rows = history.map(({ time, method, outcome, status, samples, bytes, remote_address, error }) => [
    formatAge(time, io.clock.nowMs()),
    method,
    outcome,
    String(status),
    String(samples),
    String(bytes),
    showPlainly(remote_address),
    showPlainly(error ?? ''),
  ]);
  return table.format(rows, (cell) => (cell === 'refused' || cell === 'failed' ? paint(cell, 'red') : cell));
}
