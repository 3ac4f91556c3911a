import { createWriteStream, existsSync, rmSync } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { FamilyMerger } from '../../api/exposed-families.ts';
import { copyChunks, writeTextExposition } from '../../exposition/exposition-writer.ts';
import { readFamily } from '../../exposition/store-family.ts';
import type { StoredFamily } from '../../model/stored-family.ts';
import type { MetricStore } from '../../store/metric-store.ts';
import { writePushgatewayFile } from '../../persistence/export-pushgateway/write-pushgateway-file.ts';
import { badCommandLine } from '../errors.ts';
import type { Command, CommandIo } from './command.ts';
import { commandFileUnusable, exportRefused } from './errors.ts';
import { exitCodes } from './exit-codes.ts';
import { readGroups } from './read-groups.ts';

const help = `
Writes all that a store holds as a text exposition, push times included: what a
scrape would show, without the gateway's own metrics, and with UTF-8 names as
they are. PATH is a store that no server has open, or a persistence file of the
Prometheus Pushgateway. Without FILE, or with -, it goes to stdout. FILE must not
exist.

What the text format cannot say (native histograms, exemplars, created
timestamps) is not in it; to keep that as well, copy the store itself while no
server has it open.
`;

/** `pushgate export PATH [FILE]`: what is stored, as the text that `pushgate import` reads, or as a file that the reference reads. */
export const exportCommand: Command = {
  help,
  options: [
    {
      name: 'format',
      value: 'FORMAT',
      help: 'text, or pushgateway: a persistence file of the Prometheus Pushgateway instead, which starts with it. That has push times, native histograms and exemplars, but not the families that the Pushgateway has itself (go_*, process_*, ...).',
    },
  ],
  operandName: 'the PATH of the store',
  operandsMin: 1,
  operandsMax: 2,
  async run(args, io) {
    const [path = '', file = '-'] = args.operands;
    const format = args.value('format') ?? 'text';
    if (format !== 'text' && format !== 'pushgateway') throw badCommandLine(`--format is text or pushgateway, not ${format}`);
    if (file !== '-' && existsSync(file)) throw commandFileUnusable(`cannot export to ${file}: that file exists`);
    const store = await readGroups(path, io.logger);
    io.stderr.write(await (format === 'text' ? exportText : exportForPushgateway)(store, file, io));
    return exitCodes.done;
  },
};

/** Resolves with what to say of it, as the other one. */
async function exportText(store: MetricStore, file: string, io: CommandIo): Promise<string> {
  const page = Readable.from(copyChunks(writeTextExposition(new FamilyMerger().merge([], store.readExposition()), 'allow-utf-8')));
  await writePage(page, file, io);
  return describeExport(store);
}

async function exportForPushgateway(store: MetricStore, file: string, io: CommandIo): Promise<string> {
  const { inconsistentFamilyCount: contradictions, groupCount } = store;
  if (contradictions > 0) {
    throw exportRefused(
      `cannot export for the Prometheus Pushgateway: ${contradictions} metric families contradict others, and it would fail every scrape; ` +
        'delete one of each two groups in conflict first',
    );
  }
  const { chunks, leftOut } = writePushgatewayFile(store.groups());
  await writePage(Readable.from(chunks), file, io);
  const lines = [`Exported ${groupCount} groups as a persistence file of the Prometheus Pushgateway.`];
  if (leftOut.size > 0) lines.push(`Left out, since it has families of these names itself: ${[...leftOut].sort().join(', ')}.`);
  return `${lines.join('\n')}\n`;
}

/** A file that could not be written to its end does not stay. */
async function writePage(page: Readable, file: string, { stdout }: CommandIo): Promise<void> {
  try {
    if (file === '-') await pipeline(page, stdout, { end: false });
    else await pipeline(page, createWriteStream(file, { flags: 'wx', flush: true }));
  } catch (cause) {
    if (file !== '-') rmSync(file, { force: true });
    throw commandFileUnusable(`cannot export to ${file === '-' ? 'stdout' : file}: ${(cause as Error).message}`, { cause });
  }
}

function describeExport(store: MetricStore): string {
  let groups = 0;
  let families = 0;
  let untold = 0;
  for (const group of store.groups()) {
    groups += 1;
    families += group.families.size;
    for (const family of group.families.values()) if (holdsMoreThanText(family)) untold += 1;
  }
  const lines = [`Exported ${groups} groups with ${families} metric families.`];
  if (untold > 0) lines.push(`${untold} of the families hold something that text cannot say, such as native histograms or exemplars.`);
  const { inconsistentFamilyCount: leftOut } = store;
  if (leftOut > 0) lines.push(`${leftOut} of the families contradict others and were left out, as in a scrape.`);
  return `${lines.join('\n')}\n`;
}

/** Whether somebody would miss something in the text; a rounding or a bucket that the text adds is not meant. */
function holdsMoreThanText(stored: StoredFamily): boolean {
  if (stored.protobuf === null) return false;
  const { metrics, unit } = readFamily(stored);
  return (
    unit !== null ||
    metrics.some(
      ({ counter, summary, histogram }) =>
        (counter !== null && (counter.exemplar !== null || counter.createdTimestamp !== null)) ||
        (summary !== null && summary.createdTimestamp !== null) ||
        (histogram !== null &&
          (histogram.native !== null ||
            histogram.createdTimestamp !== null ||
            histogram.exemplars.length > 0 ||
            histogram.buckets.some(({ exemplar }) => exemplar !== null))),
    )
  );
}
