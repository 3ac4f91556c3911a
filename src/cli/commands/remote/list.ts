import { once } from 'node:events';
import type { GroupSummary } from '../../../api/types.ts';
import { badCommandLine } from '../../errors.ts';
import type { Command, CommandIo } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { connectionOptions, readConnectionFlags } from './connection-flags.ts';
import { GatewayApi } from './gateway-api.ts';
import { type GroupPage, listGroups, Progress } from './list-groups.ts';
import { Table } from './table.ts';
import { createPainter, showLabels, showPlainly } from './terminal-text.ts';
import { formatAge } from './time-text.ts';

const help = `
Lists the groups of a gateway, all pages of them, one a line. A SELECTOR takes label matchers of PromQL over the grouping labels; of several,
a group must fit one. A metric name in it asks for groups that hold such a metric.

  pushgate list '{job=~"nightly-.*"}' --state failed --sort=-last_failure
`;

/** `pushgate list`: the groups of a gateway. */
export const listCommand: Command = {
  help,
  options: [
    { name: 'search', value: 'WORDS', help: 'Words that must all be in the values of the grouping labels.' },
    { name: 'state', value: 'ok|failed', help: 'Only groups whose last push was stored, or was not.' },
    {
      name: 'sort',
      value: 'FIELD',
      help: 'job, last_push, last_failure, families, samples or bytes; with a minus before it the largest first (--sort=-bytes).',
    },
    { name: 'limit', value: 'N', help: 'At most so many groups.' },
    { name: 'json', help: 'Print one JSON array.' },
    { name: 'ndjson', help: 'Print one JSON object a line.' },
    ...connectionOptions,
  ],
  operandsMin: 0,
  operandsMax: 16,
  async run(args, io) {
    const api = new GatewayApi(readConnectionFlags(args, io), io.signal);
    const limit = readLimit(args.value('limit'));
    const [search, state, sort] = ['search', 'state', 'sort'].map((name) => args.value(name));
    const pages = listGroups(api, { selectors: args.operands, search, state, sort, limit });
    const printer = args.has('ndjson') ? printLines : args.has('json') ? printArray : printTable;
    await printer(withProgress(pages, io), io);
    return exitCodes.done;
  },
};

function readLimit(text: string | undefined): number {
  if (text === undefined) return Infinity;
  if (!/^[1-9]\d{0,8}$/.test(text)) throw badCommandLine(`--limit takes a whole number from 1 on, not ${text}`);
  return Number(text);
}

async function* withProgress(pages: AsyncIterable<GroupPage>, { stdout, stderr }: CommandIo): AsyncGenerator<GroupPage> {
  const progress = new Progress(stderr);
  let listed = 0;
  for await (const page of pages) {
    progress.clear();
    listed += page.groups.length;
    yield page;
    // Rows on the same terminal are progress enough.
    if (stdout.isTTY !== true && listed < page.matched) progress.show(`${listed} of ${page.matched} groups`);
  }
  progress.clear();
}

type Printer = (pages: AsyncIterable<GroupPage>, io: CommandIo) => Promise<void>;

const printLines: Printer = async (pages, io) => {
  for await (const { groups } of pages) await write(io, groups.map((group) => `${JSON.stringify(group)}\n`).join(''));
};

const printArray: Printer = async (pages, io) => {
  let isFirst = true;
  for await (const { groups } of pages) {
    const text = groups.map((group) => JSON.stringify(group)).join(',\n');
    if (text !== '') await write(io, `${isFirst ? '[\n' : ',\n'}${text}`);
    isFirst &&= text === '';
  }
  await write(io, isFirst ? '[]\n' : '\n]\n');
};

const printTable: Printer = async (pages, io) => {
  const paint = createPainter(io.stdout, io.env);
  const table = new Table(
    [
      { title: 'GROUP', isFlexible: true },
      { title: 'STATE' },
      { title: 'LAST PUSH' },
      { title: 'FAMILIES', isNumber: true },
      { title: 'SAMPLES', isNumber: true },
      { title: 'WHY IT FAILED', isFlexible: true },
    ],
    io.stdout,
  );
  let matched = 0;
  for await (const page of pages) {
    ({ matched } = page);
    const rows = page.groups.map((group) => describeRow(group, io.clock.nowMs()));
    if (rows.length > 0)
      await write(
        io,
        table.format(rows, (cell) => (cell === 'failed' ? paint(cell, 'red') : cell)),
      );
  }
  if (matched === 0) io.stderr.write('no group\n');
};

function describeRow({ labels, state, last_push, families, samples, failure_reason }: GroupSummary, nowMs: number): string[] {
  const why = state === 'failed' ? showPlainly(failure_reason ?? 'unknown') : '';
  return [showLabels(labels), state, formatAge(last_push, nowMs), String(families), String(samples), why];
}

/** Waits for a slow reader, so that no more than a page is held. */
async function write({ stdout, signal }: CommandIo, text: string): Promise<void> {
  signal.throwIfAborted();
  if (!stdout.write(text)) await once(stdout, 'drain', { signal });
}
