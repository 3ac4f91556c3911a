import { statfsSync } from 'node:fs';
import path from 'node:path';
import { assert } from '../base/assert.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import { commitFailed, storeDamaged, storeNotReady, storePathUnusable } from './errors.ts';
import type { Batch, CommitResult, GroupLog, GroupLogSink, LogHealth } from './group-log.ts';
import { probeIntervalMs, spareDiskBytes } from './limits.ts';
import { LmdbFile, type LmdbChange } from './lmdb-file.ts';
import { silentObserver, type PersistenceObserver } from './persistence-observer.ts';
import { readStore } from './read-store.ts';
import { createStoreFile, keepBackup, prepareStorePath, refuseForeignFile } from './store-file.ts';
import { acquireStoreLock, type StoreLock } from './store-lock.ts';
import {
  addChecksum,
  decodeStoreHeader,
  encodeEntry,
  encodeStoreHeader,
  headerKey,
  makeEntryKey,
  type StoreHeader,
} from './store-record.ts';

export interface LmdbGroupLogOptions {
  readonly path: string;
  /** Version of Pushgate, written into a new file. */
  readonly version: string;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly observer?: PersistenceObserver;
  /**
   * Reads a file that is not a store, such as the reference's, or returns `null` if it does not know it. What it returns becomes the
   * new store, and the file stays beside it as `PATH.pushgateway.bak`.
   */
  readonly importFile?: (path: string) => Promise<readonly { readonly key: string; readonly value: Uint8Array }[] | null>;
}

/** What a transaction changes, made before it is known whether it will succeed. */
interface Transaction {
  readonly changes: readonly LmdbChange[];
  readonly header: StoreHeader;
  /** Checksums of the entries as they will be; `null`: gone. */
  readonly checksums: ReadonlyMap<string, number | null>;
  readonly bytes: number;
}

/**
 * Keeps group records in an LMDB file; a commit resolves when it is flushed to disk (see `LmdbFile` for how that is known).
 * The file is read and verified by us before LMDB may touch it (see `readStore`), and afterwards only written.
 */
export class LmdbGroupLog implements GroupLog {
  readonly #options: LmdbGroupLogOptions;
  readonly #observer: PersistenceObserver;
  #lock: StoreLock | null = null;
  #file: LmdbFile | null = null;
  #header: StoreHeader | null = null;
  readonly #checksums = new Map<string, number>();
  #commit: Promise<unknown> | null = null;
  #trouble: { readonly reason: string; readonly bytes: number } | null = null;
  #probeTimer: NodeJS.Timeout | null = null;
  #probe: Promise<void> | null = null;
  #isClosed = false;

  constructor(options: LmdbGroupLogOptions) {
    this.#options = options;
    this.#observer = options.observer ?? silentObserver;
  }

  async open(sink: GroupLogSink): Promise<void> {
    const { path: file } = this.#options;
    const kind = prepareStorePath(file);
    this.#lock = acquireStoreLock(`${file}.lock`);
    try {
      if (kind === 'other') await this.#importForeignFile();
      else if (kind !== 'lmdb') await this.#createFile([]);
      const { header, entries } = readStore(file);
      for (const { key, checksum } of entries) this.#checksums.set(key, checksum);
      this.#header = header;
      this.#file = await this.#openFile(header);
      sink.reset(entries, header.revision);
    } catch (error) {
      await this.close();
      throw error;
    }
  }

  /** Rejects with `PG_COMMIT_FAILED`, and until the disk takes writes again with `PG_STORE_NOT_READY` without trying. */
  commit(batch: Batch): Promise<CommitResult> {
    assert(this.#commit === null, 'two commits at once');
    assert(!this.#isClosed, 'a commit after close');
    if (this.#trouble !== null)
      return Promise.reject(storeNotReady(`cannot commit ${batch.changes.length} groups: ${this.#trouble.reason}`));
    const startMs = performance.now();
    const commit = this.#write(this.#prepare(batch)).then((revision) => {
      const seconds = (performance.now() - startMs) / 1000;
      this.#observer.onCommit({ groups: batch.changes.length, seconds });
      return { revision };
    });
    this.#commit = commit.then(
      () => (this.#commit = null),
      () => (this.#commit = null),
    );
    return commit;
  }

  health(): LogHealth {
    if (this.#trouble !== null) return { ready: false, lagMs: 0, reason: this.#trouble.reason };
    return this.#file === null ? { ready: false, lagMs: 0, reason: 'the store is not open' } : { ready: true, lagMs: 0 };
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#probeTimer !== null) clearTimeout(this.#probeTimer);
    await this.#commit;
    await this.#probe;
    await this.#file?.close();
    this.#file = null;
    this.#lock?.release();
    this.#lock = null;
  }

  async #importForeignFile(): Promise<void> {
    const { path: file, importFile, logger } = this.#options;
    const groups = (await importFile?.(file)) ?? refuseForeignFile(file);
    const backup = keepBackup(file, '.pushgateway.bak');
    await this.#createFile(groups);
    logger.info({ groups: groups.length, backup }, 'Imported the persistence file of the Prometheus Pushgateway');
  }

  async #createFile(groups: Iterable<{ key: string; value: Uint8Array }>): Promise<void> {
    const { path: file, version, clock } = this.#options;
    try {
      await createStoreFile(file, { createdBy: version, createdAtMs: clock.nowMs(), groups });
    } catch (error) {
      throw storePathUnusable(`cannot create the store ${file}: ${(error as Error).message}`, { cause: error });
    }
  }

  /** Opens the verified file, and makes sure that LMDB sees in it what we saw. */
  async #openFile(expected: StoreHeader): Promise<LmdbFile> {
    const { path: file } = this.#options;
    const opened = new LmdbFile(file);
    const bytes = opened.read(headerKey);
    const revision = bytes === null ? null : decodeStoreHeader(bytes).revision;
    if (revision === expected.revision) return opened;
    await opened.close();
    throw storeDamaged(`cannot use the store ${file}: it is at revision ${revision}, not ${expected.revision}; restart to read it anew`);
  }

  #prepare(batch: Batch): Transaction {
    assert(this.#header !== null, 'a commit before open');
    const revision = this.#header.revision + 1n;
    let { groupCount, checksumSum } = this.#header;
    let bytes = 0;
    const changes: LmdbChange[] = [];
    const checksums = new Map<string, number | null>();
    for (const { key, value } of batch.changes) {
      const last = this.#checksums.get(key);
      if (last !== undefined) {
        groupCount -= 1;
        checksumSum = addChecksum(checksumSum, -last);
      }
      if (value === null) {
        if (last === undefined) continue;
        changes.push({ key: makeEntryKey(key), value: null });
        checksums.set(key, null);
        continue;
      }
      const entry = encodeEntry(key, revision, value());
      changes.push({ key: makeEntryKey(key), value: entry.bytes });
      checksums.set(key, entry.checksum);
      groupCount += 1;
      checksumSum = addChecksum(checksumSum, entry.checksum);
      bytes += entry.bytes.length;
    }
    const header = { ...this.#header, revision, groupCount, checksumSum };
    changes.push({ key: headerKey, value: encodeStoreHeader(header) });
    return { changes, header, checksums, bytes };
  }

  async #write({ changes, header, checksums, bytes }: Transaction): Promise<bigint> {
    assert(this.#file !== null, 'a commit before open');
    const startMs = performance.now();
    try {
      await this.#file.write(changes);
    } catch (error) {
      throw await this.#enterTrouble(checksums.size, bytes, error);
    }
    this.#header = header;
    for (const [key, checksum] of checksums) {
      if (checksum === null) this.#checksums.delete(key);
      else this.#checksums.set(key, checksum);
    }
    const seconds = (performance.now() - startMs) / 1000;
    this.#observer.onFlush({ groups: checksums.size, bytes, seconds, atMs: this.#options.clock.nowMs() });
    return header.revision;
  }

  /** After a failed write LMDB may refuse everything, so the file is closed and opened anew by the probe. */
  async #enterTrouble(groups: number, bytes: number, cause: unknown): Promise<Error> {
    const { path: file, logger } = this.#options;
    // LMDB calls a write that the disk took in part an I/O error.
    const why = this.#hasSpace(bytes) ? (cause as Error).message : 'no space left on device';
    const message = `cannot commit ${groups} groups to ${file}: ${why}`;
    this.#trouble = { reason: message, bytes };
    this.#observer.onFailure(commitFailed.code);
    logger.error({ err: cause, groups }, 'Cannot write to the store; pushes are refused until it takes writes again');
    await this.#file?.close();
    this.#file = null;
    this.#scheduleProbe();
    return commitFailed(message, { cause });
  }

  #hasSpace(bytes: number): boolean {
    const { bavail, bsize } = statfsSync(path.dirname(this.#options.path));
    return bavail * bsize >= bytes + spareDiskBytes;
  }

  #scheduleProbe(): void {
    if (this.#isClosed) return;
    this.#probeTimer = setTimeout(() => {
      this.#probe = this.#probeFile();
    }, probeIntervalMs);
    this.#probeTimer.unref();
  }

  /** Tries whether the disk takes writes again, by writing the header anew. */
  async #probeFile(): Promise<void> {
    assert(this.#header !== null && this.#trouble !== null, 'a probe without trouble');
    const { logger } = this.#options;
    try {
      if (!this.#hasSpace(this.#trouble.bytes)) throw new Error('no space left on device');
      this.#file = await this.#openFile(this.#header);
      await this.#file.write([{ key: headerKey, value: encodeStoreHeader(this.#header) }]);
      this.#trouble = null;
      logger.info({}, 'The store takes writes again');
    } catch (error) {
      logger.debug({ err: error }, 'The store does not take writes yet');
      await this.#file?.close();
      this.#file = null;
      this.#scheduleProbe();
    }
  }
}
