import { statfsSync } from 'node:fs';
import path from 'node:path';
import { assert } from '../base/assert.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import { commitFailed, storeDamaged, storeNotReady, storePathUnusable } from './errors.ts';
import type { Batch, CommitResult, GroupLog, GroupLogSink, LogHealth } from './group-log.ts';
import { probeIntervalMs, spareDiskBytes } from './limits.ts';
import { LmdbFile } from './lmdb-file.ts';
import { silentObserver, type PersistenceObserver } from './persistence-observer.ts';
import { readStore } from './read-store.ts';
import { createStoreFile, keepBackup, type NewGroup, prepareStorePath, refuseForeignFile } from './store-file.ts';
import { acquireStoreLock, type StoreLock } from './store-lock.ts';
import { decodeStoreHeader, encodeStoreHeader, headerKey, type StoreHeader } from './store-record.ts';
import { StoreTally } from './transaction.ts';

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
  readonly importFile?: (path: string) => Promise<readonly NewGroup[] | null>;
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
  #tally: StoreTally | null = null;
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
      this.#tally = new StoreTally(header, entries);
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
    const commit = this.#write(batch).then((revision) => {
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

  async #createFile(groups: Iterable<NewGroup>): Promise<void> {
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

  async #write(batch: Batch): Promise<bigint> {
    assert(this.#file !== null && this.#tally !== null, 'a commit before open');
    const revision = this.#tally.header.revision + 1n;
    const transaction = this.#tally.prepare(batch, revision);
    const { changes, marks, bytes } = transaction;
    const startMs = performance.now();
    try {
      await this.#file.write(changes);
    } catch (error) {
      throw await this.#enterTrouble(marks.length, bytes, error);
    }
    this.#tally.apply(transaction);
    const seconds = (performance.now() - startMs) / 1000;
    this.#observer.onFlush({ groups: marks.length, bytes, seconds, atMs: this.#options.clock.nowMs() });
    return revision;
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
    assert(this.#tally !== null && this.#trouble !== null, 'a probe without trouble');
    const { header } = this.#tally;
    const { logger } = this.#options;
    try {
      if (!this.#hasSpace(this.#trouble.bytes)) throw new Error('no space left on device');
      this.#file = await this.#openFile(header);
      await this.#file.write([{ key: headerKey, value: encodeStoreHeader(header) }]);
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
