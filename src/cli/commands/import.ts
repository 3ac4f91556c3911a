import { createFamilyTable } from '../../model/family-table.ts';
import type { Group } from '../../model/group.ts';
import { isReservedLabelName } from '../../model/names.ts';
import { GroupLoader } from '../../persistence/group-loader.ts';
import { encodeGroupRecord } from '../../persistence/group-record.ts';
import { LmdbGroupLog } from '../../persistence/lmdb-group-log.ts';
import type { MetricStore } from '../../store/metric-store.ts';
import { readBuildInfo } from '../../telemetry/build-info.ts';
import { badCommandLine } from '../errors.ts';
import type { Command, CommandIo } from './command.ts';
import { createCheckedStore } from './create-checked-store.ts';
import { commandFileUnusable, importRefused } from './errors.ts';
import { exitCodes } from './exit-codes.ts';
import { documentBytesMax } from './limits.ts';
import { placeDocument, type PlacedGroup } from './place-document.ts';
import { readDocument } from './read-document.ts';

const help = `
Brings a text exposition into a store that no server has open; it is made if it
is not there. Reads what 'pushgate export' wrote, or the saved /metrics page of
any Pushgateway, from FILE, or from stdin without FILE or with -.

The groups are those that have a push_time_seconds in the document, with their
push and failure times. Each series goes to the group with the most labels that
are all among its own. The gateway's own metrics (pushgateway_*, process_*, go_*,
... without a job) are skipped. A group of the document takes the place of the
stored group with the same labels; other stored groups stay. All of it comes in,
or nothing.
`;

/** `pushgate import PATH [FILE]`: a text exposition into a store, all or nothing. */
export const importCommand: Command = {
  help,
  options: [
    {
      name: 'grouping-labels',
      value: 'LIST',
      help: 'The labels (job,instance,...) that make the group of a series that fits no group of the document, or several. Such a group counts as pushed now. Without it, such a series is an error.',
    },
  ],
  operandName: 'the PATH of the store',
  operandsMin: 1,
  operandsMax: 2,
  async run(args, io) {
    const [path = '', file = '-'] = args.operands;
    const groupingLabels = parseGroupingLabels(args.value('grouping-labels'));
    const document = await readDocument(file, io.stdin, documentBytesMax);
    const { groups, ownSeriesCount } = placeDocument(document, { groupingLabels, nowMs: io.clock.nowMs() });
    if (ownSeriesCount > 0) io.stderr.write(`Skipped ${ownSeriesCount} series of the gateway's own metrics.\n`);
    const { replacedCount, groupCount } = await storeGroups(path, groups, io);
    io.stdout.write(
      `Imported ${groups.length} groups into ${path}; ${replacedCount} of them took the place of stored ones. ` +
        `It holds ${groupCount} groups now.\n`,
    );
    return exitCodes.done;
  },
};

function parseGroupingLabels(text: string | undefined): readonly string[] | null {
  if (text === undefined) return null;
  const names = text.split(',').map((name) => name.trim());
  const bad = names.find((name) => name === '' || isReservedLabelName(name));
  if (bad !== undefined) throw badCommandLine(`${JSON.stringify(bad)} in --grouping-labels is no label name`);
  if (!names.includes('job')) throw badCommandLine('--grouping-labels must name job, which every group has');
  return names;
}

/** Commits all groups at once. Nothing is written, and no store is made, if they contradict each other or what is stored. */
async function storeGroups(
  path: string,
  placed: readonly PlacedGroup[],
  { clock, logger }: CommandIo,
): Promise<{ replacedCount: number; groupCount: number }> {
  prepareGroups(createCheckedStore(), placed);
  const importFile = (): Promise<never> =>
    Promise.reject(
      commandFileUnusable(`cannot import into ${path}: it is no store; start Pushgate with it once if a Prometheus Pushgateway wrote it`),
    );
  const log = new LmdbGroupLog({ path, version: readBuildInfo().version, clock, logger, importFile });
  const loader = new GroupLoader();
  await log.open(loader);
  try {
    const store = createCheckedStore();
    await loader.load(store);
    const replacedCount = placed.filter(({ key }) => store.group(key.id) !== undefined).length;
    const groupCount = store.groupCount + placed.length - replacedCount;
    const changes = prepareGroups(store, placed).map((group) => ({ key: group.key.id, expect: 0n, value: () => encodeGroupRecord(group) }));
    if (changes.length > 0) await log.commit({ changes });
    return { replacedCount, groupCount };
  } finally {
    await log.close();
  }
}

/** The groups as they will be stored, once each was found to fit with all others and with what is stored beside them. */
function prepareGroups(store: MetricStore, placed: readonly PlacedGroup[]): Group[] {
  for (const { key } of placed) store.prepareWrite({ kind: 'delete', key, atMs: 0 });
  return placed.map(({ key, pushTimeSeconds, failureTimeSeconds, ...rest }) => {
    const families = createFamilyTable(rest.families);
    const { refusal } = store.prepareWrite({ kind: 'replace', key, families, hasTimestamps: false, atMs: pushTimeSeconds * 1000 });
    if (refusal !== null) {
      const labels = JSON.stringify(Object.fromEntries(key.labels.map(({ name, value }) => [name, value])));
      throw importRefused(`cannot import the group ${labels}: ${refusal.message}`, { cause: refusal });
    }
    return { key, families, pushTimeSeconds, failureTimeSeconds };
  });
}
