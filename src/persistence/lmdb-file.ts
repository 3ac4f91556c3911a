import { createRequire } from 'node:module';
import type * as Lmdb from 'lmdb';
import { assert } from '../base/assert.ts';

/** One record to write, or to remove. */
export interface LmdbChange {
  readonly key: Buffer;
  readonly value: Buffer | null;
}

/**
 * A transaction is a `batch`, which would wait for the next turn of the event loop, and which any write behind it makes begin at once
 * (`txnStartThreshold` is documented and missing in the types).
 */
const beginAtOnce = { eventTurnBatching: false, commitDelay: 0, txnStartThreshold: 1 };

/**
 * Nothing ever stands under this key. Removing it behind a batch is what starts the worker thread while the answers to the last commit are
 * still to be written and other requests to be read: with 64 clients a batch begins half a millisecond earlier.
 */
const absentKey = Buffer.from([1]);

/**
 * An LMDB file open for writing: the only place that knows the `lmdb` package.
 *
 * When is a transaction on disk? With `overlappingSync: false` the promise of a put resolves after `mdb_txn_commit` returned in the
 * worker thread (`WriteWorker::Write`, lmdb/src/writer.cpp), and that call is: write the data pages, `fdatasync`, then write the meta
 * page through a descriptor opened with O_DSYNC (`mdb_txn_commit`, `mdb_env_write_meta`). So resolved means flushed. With the default,
 * `overlappingSync: true`, the promise means "committed", and `db.flushed` must be awaited; it also keeps a third meta page and goes
 * back to a not yet flushed state after a crash of the process alone. We run one commit at a time, so overlapping gains nothing.
 */
export class LmdbFile {
  readonly #db: Lmdb.RootDatabase<Buffer, Buffer>;

  constructor(path: string) {
    this.#db = loadLmdb().open<Buffer, Buffer>({
      path,
      noSubdir: true,
      overlappingSync: false,
      // One record per key, keys and values as they are: what they mean, and their checksums, is ours.
      encoding: 'binary',
      keyEncoding: 'binary',
      dupSort: false,
      useVersions: false,
      // Text compresses well, but one slow thread would hold up every commit; the file system may do it.
      compression: false,
      cache: false,
      ...beginAtOnce,
      // Nothing but the root database; no more handles than that.
      maxDbs: 1,
      // Pages are written from zeroed memory, so that the file never holds other memory of the process.
      noMemInit: false,
      // No `mapSize`: lmdb starts with what the file needs and doubles the map as it grows, so MDB_MAP_FULL is no limit of ours.
    });
  }

  /** The record under the key, as LMDB sees it. Gives up the snapshot at once: a held one would keep old pages from being reused. */
  read(key: Buffer): Buffer | null {
    const value = this.#db.get(key);
    const copy = value === undefined ? null : Buffer.from(value);
    this.#db.resetReadTxn();
    return copy;
  }

  /**
   * Writes all changes in one transaction and resolves when it is flushed. Rejects with LMDB's error, and then nothing is written; the
   * file must be closed afterwards, since LMDB refuses everything after a failed write of a meta page. The buffers belong to LMDB until then.
   */
  async write(changes: readonly LmdbChange[]): Promise<void> {
    assert(changes.length > 0, 'an empty transaction');
    const writeAll = (): void => {
      for (const { key, value } of changes) void (value === null ? this.#db.remove(key) : this.#db.put(key, value));
    };
    try {
      const committed = this.#db.batch(writeAll);
      void this.#db.remove(absentKey);
      await committed;
    } catch (error) {
      throw await findCommitError(error);
    }
  }

  close(): Promise<void> {
    return this.#db.close();
  }
}

/** `lmdb` rejects with a general error whose `commitError` is a promise that is rejected with the real one. */
async function findCommitError(error: unknown): Promise<unknown> {
  const { commitError } = error as { commitError?: Promise<never> };
  if (commitError === undefined) return error;
  return commitError.catch((cause: unknown) => cause);
}

/** Loaded with the first store that is opened: it costs some 13 MB and a twentieth of a second of the start, which a server without one can spare. */
function loadLmdb(): typeof Lmdb {
  return createRequire(import.meta.url)('lmdb') as typeof Lmdb;
}
