import { open } from 'node:fs/promises';
import type { Logger } from '../../base/logger.ts';
import { storeFamily } from '../../exposition/store-family.ts';
import { createGroupingKey } from '../../model/grouping-key.ts';
import type { Group } from '../../model/group.ts';
import { encodeGroupRecord } from '../group-record.ts';
import type { NewGroup } from '../store-file.ts';
import { pushgatewayHeadBytes } from './limits.ts';
import { type ImportedGroup, isPushgatewayFile, readPushgatewayFile } from './read-pushgateway-file.ts';

/**
 * Reads a persistence file of the Go Pushgateway into group records, or returns `null` if the file is none. What no exposition could show,
 * a family without a name or a key that is not UTF-8, is left out and logged; it stays in the file.
 */
export async function importPushgatewayGroups(path: string, logger: Logger): Promise<NewGroup[] | null> {
  if (!(await beginsAsPushgatewayFile(path))) return null;
  const groups = new Map<string, Group>();
  for (const imported of await readPushgatewayFile(path)) {
    const group = toGroup(imported, logger);
    if (group === null) logger.warn({ labels: Object.fromEntries(imported.labels) }, 'Left out a group whose labels are not valid UTF-8');
    else groups.set(group.key.id, group);
  }
  return [...groups].map(([key, group]) => ({ key, value: encodeGroupRecord(group) }));
}

function toGroup({ labels, hasInvalidUtf8, pushTimeSeconds, failureTimeSeconds, families }: ImportedGroup, logger: Logger): Group | null {
  if (hasInvalidUtf8) return null;
  const key = createGroupingKey(labels);
  const named = families.filter(({ family }) => family.name !== '');
  if (named.length < families.length) logger.warn({ group: key.id }, 'Left out a metric family without a name');
  const stored = named.map(({ family, pushedAtMs: atMs }) => [family.name, storeFamily(family, key, atMs)] as const);
  return { key, families: new Map(stored), pushTimeSeconds, failureTimeSeconds };
}

async function beginsAsPushgatewayFile(path: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(pushgatewayHeadBytes), 0, pushgatewayHeadBytes, 0);
    return isPushgatewayFile(buffer.subarray(0, bytesRead));
  } finally {
    await file.close();
  }
}
