import { existsSync, statSync } from 'node:fs';
import { Failure, Refusal } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';
import { GroupLoader } from '../../persistence/group-loader.ts';
import type { Change } from '../../persistence/group-log.ts';
import { importPushgatewayGroups } from '../../persistence/import-pushgateway/import-groups.ts';
import { readStore } from '../../persistence/read-store.ts';
import { prepareStorePath, refuseForeignFile } from '../../persistence/store-file.ts';
import { acquireStoreLock } from '../../persistence/store-lock.ts';
import { MetricStore } from '../../store/metric-store.ts';
import { commandFileUnusable } from './errors.ts';

/**
 * Reads all groups of a store that no server holds, or of a persistence file of the Prometheus Pushgateway, as a server that starts with
 * it would have them. The file is only read. Rejects with the Failure of a store that is damaged, held, foreign or not there.
 */
export async function readGroups(file: string, logger: Logger): Promise<MetricStore> {
  requireFile(file);
  const loader = new GroupLoader();
  loader.reset((await readPushgatewayGroups(file, logger)) ?? readStoreGroups(file));
  // What was stored unchecked may contradict itself; a scrape leaves it out, and so do we.
  const store = new MetricStore({ ownTypes: new Map(), isChecked: false, logger });
  await loader.load(store);
  return store;
}

/** Throws unless there is a regular file of this name. */
export function requireFile(file: string): void {
  if (!existsSync(file)) throw commandFileUnusable(`cannot read ${file}: there is no such file`);
  if (!statSync(file).isFile()) throw commandFileUnusable(`cannot read ${file}: it is not a regular file`);
}

/** The records of a persistence file of the reference, or `null` if the file is none. */
export async function readPushgatewayGroups(file: string, logger: Logger): Promise<Change[] | null> {
  try {
    const groups = await importPushgatewayGroups(file, logger);
    return groups === null ? null : groups.map((group) => ({ ...group, revision: 1n }));
  } catch (cause) {
    if (cause instanceof Failure || cause instanceof Refusal) throw cause;
    throw commandFileUnusable(`cannot read ${file}: ${(cause as Error).message}`, { cause });
  }
}

function readStoreGroups(file: string): readonly Change[] {
  if (prepareStorePath(file) !== 'lmdb') refuseForeignFile(file);
  const lock = acquireStoreLock(`${file}.lock`);
  try {
    return readStore(file).entries;
  } finally {
    lock.release();
  }
}
