import { checkStore, salvageStore, type StoreSummary } from '../../persistence/check.ts';
import type { Change } from '../../persistence/group-log.ts';
import { decodeGroupRecord } from '../../persistence/group-record.ts';
import { readBuildInfo } from '../../telemetry/build-info.ts';
import type { Command, CommandIo } from './command.ts';
import { commandFileUnusable } from './errors.ts';
import { exitCodes } from './exit-codes.ts';
import { readPushgatewayGroups, requireFile } from './read-groups.ts';

const help = `
Verifies a store from end to end: pages, records, checksums, and that they are
those of the last commit. Prints what is in it. The store is not changed, and no
server may have it open. A persistence file of the Prometheus Pushgateway is
read to its end, too.
`;

/** `pushgate check PATH`: is it sound, and what is in it; with `--salvage OUT`: what can be saved of it. */
export const checkCommand: Command = {
  help,
  options: [
    {
      name: 'salvage',
      value: 'OUT',
      help: 'Write every group that can still be read in a damaged store to the new store OUT, which must not exist. Start with OUT, or move it to PATH.',
    },
  ],
  operandName: 'the PATH of the store',
  operandsMin: 1,
  operandsMax: 1,
  async run(args, io) {
    const [file = ''] = args.operands;
    const out = args.value('salvage');
    requireFile(file);
    const pushgatewayGroups = await readPushgatewayGroups(file, io.logger);
    if (pushgatewayGroups !== null && out !== undefined) {
      throw commandFileUnusable(
        `cannot salvage ${file}: it is a sound persistence file of the Prometheus Pushgateway, start with it as it is`,
      );
    }
    if (out !== undefined) await salvage(file, out, io);
    else
      io.stdout.write(
        pushgatewayGroups === null ? describeStore(file, checkStore(file)) : describePushgatewayFile(file, pushgatewayGroups),
      );
    return exitCodes.done;
  },
};

async function salvage(file: string, out: string, { clock, stdout }: CommandIo): Promise<void> {
  const { groups, strayGroups, lostGroups } = await salvageStore(file, out, { version: readBuildInfo().version, nowMs: clock.nowMs() });
  stdout.write(`Salvaged ${groups + strayGroups} groups from ${file} to ${out}.\n`);
  if (strayGroups > 0) {
    stdout.write(
      `${strayGroups} of them were found on pages that nothing leads to any more: they may be older than the last push, or deleted.\n`,
    );
  }
  if (lostGroups > 0) {
    stdout.write(`${lostGroups} groups were left out: their values are there, but the form that says what series they are of is lost.\n`);
  }
}

function describeStore(file: string, summary: StoreSummary): string {
  const { groups, families, samples, formCount, formBytes, fileBytes, freeBytes, revision, createdAtMs, createdBy } = summary;
  return (
    `${file} is sound: ${groups} groups, ${families} metric families, ${samples} samples.\n` +
    `Commits: ${revision}. Size: ${fileBytes} bytes, of which ${freeBytes} are free for the next pushes.\n` +
    (formCount === 0 ? '' : `What groups have in common is kept once: ${formCount} forms of together ${formBytes} bytes.\n`) +
    `Created by Pushgate ${createdBy} on ${new Date(createdAtMs).toISOString()}.\n`
  );
}

function describePushgatewayFile(file: string, groups: readonly Pick<Change, 'value'>[]): string {
  const families = groups.reduce((sum, { value }) => sum + (value === null ? 0 : decodeGroupRecord(value).families.size), 0);
  return (
    `${file} is a persistence file of the Prometheus Pushgateway that can be read to its end: ` +
    `${groups.length} groups, ${families} metric families.\nStart Pushgate with it to import it.\n`
  );
}
