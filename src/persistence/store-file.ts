import {
  accessSync,
  closeSync,
  constants,
  existsSync,
  fsyncSync,
  linkSync,
  mkdirSync,
  openSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
  type Stats,
} from 'node:fs';
import path from 'node:path';
import { storeForeign, storePathUnusable } from './errors.ts';
import type { BatchChange, GroupRecord } from './group-log.ts';
import { LmdbFile } from './lmdb-file.ts';
import { isLmdbFile } from './lmdb-page.ts';
import { StoreTally } from './transaction.ts';

/** What stands at a path before the store is opened. `other` is a file that is not LMDB's, perhaps the reference's. */
export type StoreFileKind = 'missing' | 'empty' | 'lmdb' | 'other';

const headBytes = 32;

/** Makes the folder of a store if it is missing, and rejects a path that cannot hold one with `PG_STORE_PATH_UNUSABLE`. */
export function prepareStorePath(file: string): StoreFileKind {
  const folder = path.dirname(file);
  runPathStep(file, `create the folder ${folder}`, () => mkdirSync(folder, { recursive: true }));
  runPathStep(file, `write to the folder ${folder}`, () => accessSync(folder, constants.W_OK | constants.X_OK));
  const stats = runPathStep(file, 'look at it', () => statSync(file, { throwIfNoEntry: false }));
  if (stats === undefined) return 'missing';
  checkFileType(file, stats);
  runPathStep(file, 'read and write it', () => accessSync(file, constants.R_OK | constants.W_OK));
  return stats.size === 0 ? 'empty' : runPathStep(file, 'read it', () => recogniseFile(file));
}

function checkFileType(file: string, stats: Stats): void {
  if (stats.isDirectory())
    throw storePathUnusable(`cannot open the store ${file}: it is a folder; name a file in it, such as ${path.join(file, 'pushgate.mdb')}`);
  if (!stats.isFile()) throw storePathUnusable(`cannot open the store ${file}: it is not a regular file`);
}

function runPathStep<T>(file: string, step: string, run: () => T): T {
  try {
    return run();
  } catch (error) {
    throw storePathUnusable(`cannot open the store ${file}: cannot ${step}: ${(error as Error).message}`, { cause: error });
  }
}

function recogniseFile(file: string): StoreFileKind {
  const fd = openSync(file, 'r');
  try {
    const head = Buffer.alloc(headBytes);
    const length = readSync(fd, head, 0, headBytes, 0);
    return isLmdbFile(head.subarray(0, length)) ? 'lmdb' : 'other';
  } finally {
    closeSync(fd);
  }
}

/** The failure for a file that nobody knows. */
export function refuseForeignFile(file: string): never {
  throw storeForeign(
    `cannot open the store ${file}: it is neither a store of Pushgate nor a persistence file of the Prometheus Pushgateway. ` +
      'It was left as it is; move it away, or give another --persistence.file',
  );
}

/** What a new store begins with. */
export interface NewStore {
  /** Version of Pushgate. */
  readonly createdBy: string;
  readonly createdAtMs: number;
  /** Each key once. */
  readonly groups: Iterable<NewGroup>;
}

export interface NewGroup {
  readonly key: string;
  readonly value: GroupRecord;
}

/** How many groups go into one transaction while a store is made. */
const groupsPerTransaction = 1000;

/**
 * Makes a store beside `file` and renames it into place when it is complete and on disk, so that no half-made store can be found
 * under its name after a power failure: LMDB's own creation gives no such promise. Replaces what is there.
 * Returns the number of groups.
 */
export async function createStoreFile(file: string, { createdBy, createdAtMs, groups }: NewStore): Promise<number> {
  const draft = `${file}.new`;
  removeDraft(draft);
  const target = new LmdbFile(draft);
  const revision = 1n;
  const tally = new StoreTally({ createdBy, createdAtMs, revision, groupCount: 0, formCount: 0, checksumSum: 0 }, []);
  for (const changes of cutBatches(groups)) {
    const transaction = tally.prepare({ changes }, revision);
    await target.write(transaction.changes);
    tally.apply(transaction);
  }
  await target.close();
  renameSync(draft, file);
  removeDraft(draft);
  syncFolder(path.dirname(file));
  return tally.header.groupCount;
}

/** At least one, since the first brings the header. */
function* cutBatches(groups: Iterable<NewGroup>): Generator<BatchChange[]> {
  let changes: BatchChange[] = [];
  for (const { key, value } of groups) {
    changes.push({ key, expect: 0n, value: () => value });
    if (changes.length < groupsPerTransaction) continue;
    yield changes;
    changes = [];
  }
  yield changes;
}

function removeDraft(draft: string): void {
  rmSync(draft, { force: true });
  rmSync(`${draft}-lock`, { force: true });
}

/** Gives a file a second name beside it, so that it stays when its first name goes to another. Returns that name. */
export function keepBackup(file: string, suffix: string): string {
  for (let i = 0; ; i++) {
    const backup = i === 0 ? `${file}${suffix}` : `${file}${suffix}.${i}`;
    if (!existsSync(backup)) {
      linkSync(file, backup);
      syncFolder(path.dirname(file));
      return backup;
    }
    // Left by a start that died between the backup and the rename.
    if (statSync(backup).ino === statSync(file).ino) return backup;
  }
}

/** Makes new names in a folder survive a power failure: syncing a file does not promise that for its name (fsync(2)). */
export function syncFolder(folder: string): void {
  const fd = openSync(folder, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
