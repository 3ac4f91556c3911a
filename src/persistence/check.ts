import { closeSync, existsSync, fstatSync, openSync, statSync } from 'node:fs';
import { countSamples } from '../exposition/form-families.ts';
import { storeDamaged, storePathUnusable } from './errors.ts';
import { decodeGroupRecord } from './group-record.ts';
import { PageError, readMetaPage, type MetaPage } from './lmdb-page.ts';
import { PageFile } from './lmdb-walk.ts';
import { describeDamage, readStore, type StoredGroup } from './read-store.ts';
import { salvageGroups } from './salvage-groups.ts';
import { createStoreFile, prepareStorePath, refuseForeignFile, type StoreFileKind } from './store-file.ts';
import { acquireStoreLock } from './store-lock.ts';

/** What a sound store holds. */
export interface StoreSummary {
  readonly groups: number;
  readonly families: number;
  readonly samples: number;
  /** What groups share: their number and size. */
  readonly formCount: number;
  readonly formBytes: number;
  readonly fileBytes: number;
  readonly freeBytes: number;
  readonly revision: bigint;
  readonly createdAtMs: number;
  readonly createdBy: string;
}

/**
 * Verifies a store from end to end, every group record included, and counts what is in it. Throws `PG_STORE_DAMAGED`, or `PG_STORE_HELD`
 * while a server has it.
 */
export function checkStore(file: string): StoreSummary {
  if (recogniseStoreFile(file) !== 'lmdb') refuseForeignFile(file);
  const lock = acquireStoreLock(`${file}.lock`);
  try {
    const { header, entries, formBytes, pageSize, freePages } = readStore(file);
    let families = 0;
    let samples = 0;
    for (const entry of entries) {
      const group = decodeEntryGroup(file, entry);
      families += group.families.size;
      samples += countSamples(group.families);
    }
    const { revision, createdAtMs, createdBy, formCount } = header;
    const sizes = { fileBytes: statSync(file).size, freeBytes: freePages * pageSize };
    return { groups: entries.length, families, samples, formCount, formBytes, ...sizes, revision, createdAtMs, createdBy };
  } finally {
    lock.release();
  }
}

function decodeEntryGroup(file: string, entry: StoredGroup): ReturnType<typeof decodeGroupRecord> {
  try {
    return decodeGroupRecord(entry.value);
  } catch (cause) {
    throw storeDamaged(describeDamage(file, `the group ${entry.key}`), { cause });
  }
}

/** What came out of a damaged store. */
export interface SalvageSummary {
  /** Groups found where the last commit put them. */
  readonly groups: number;
  /** Groups found on pages that nothing leads to any more: they may be of an older state, or deleted. */
  readonly strayGroups: number;
  /** Groups of which only values are left, since what says which series they are of is lost. */
  readonly lostGroups: number;
}

export interface SalvageOptions {
  /** Version of Pushgate, written into the new file. */
  readonly version: string;
  readonly nowMs: number;
}

/**
 * Writes every group that can still be read in `file` to a new store at `out`, which must not exist. `file` is only read, and may have
 * lost the marks of a store.
 */
export async function salvageStore(file: string, out: string, options: SalvageOptions): Promise<SalvageSummary> {
  const kind = recogniseStoreFile(file);
  if (existsSync(out)) throw storePathUnusable(`cannot salvage ${file} to ${out}: that file exists`);
  prepareStorePath(out);
  const lock = acquireStoreLock(`${file}.lock`);
  const fd = openSync(file, 'r');
  try {
    const { pageSize, root } = findRoot(fd);
    const { current, stray, formless } = salvageGroups(new PageFile(fd, fstatSync(fd).size, pageSize), root);
    if (kind !== 'lmdb' && current.size + stray.size === 0) refuseForeignFile(file);
    const isComplete = isSound(file);
    const groups = isComplete ? [...current.values()] : [...current.values(), ...stray.values()];
    await createStoreFile(out, { createdBy: options.version, createdAtMs: options.nowMs, groups });
    return { groups: current.size, strayGroups: isComplete ? 0 : stray.size, lostGroups: isComplete ? 0 : formless.size };
  } finally {
    closeSync(fd);
    lock.release();
  }
}

function recogniseStoreFile(file: string): StoreFileKind {
  if (!existsSync(file)) throw storePathUnusable(`cannot check the store ${file}: there is no such file`);
  return prepareStorePath(file);
}

function isSound(file: string): boolean {
  try {
    readStore(file);
    return true;
  } catch {
    return false;
  }
}

/** The root of the newest state whose meta page can be read, or none; stores are made with pages of the system's size, mostly 4096. */
function findRoot(fd: number): { pageSize: number; root: number | null } {
  const fileBytes = fstatSync(fd).size;
  const metas: MetaPage[] = [];
  for (const [index, pageSize] of [
    [0, 512],
    [1, 4096],
    [1, 16384],
    [1, 65536],
  ] as const) {
    try {
      const file = new PageFile(fd, fileBytes, pageSize);
      metas.push(readMetaPage(file.readBytes(index, 512), index));
    } catch (error) {
      if (!(error instanceof PageError)) throw error;
    }
  }
  metas.sort((a, b) => b.transactionId - a.transactionId);
  return { pageSize: metas[0]?.pageSize ?? 4096, root: metas[0]?.main.root ?? null };
}
