import { assert } from '../base/assert.ts';
import { Failure } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import { storeNotReady } from './errors.ts';
import type { Batch, BatchChange, CommitResult, GroupLog, GroupLogSink, GroupRecord, LogHealth } from './group-log.ts';
import { pendingBytesMax, probeIntervalMs } from './limits.ts';
import { silentObserver, type PersistenceObserver } from './persistence-observer.ts';

export interface IntervalGroupLogOptions {
  /** The longest that a change waits to be written. */
  readonly intervalMs: number;
  readonly logger: Logger;
  readonly observer?: PersistenceObserver;
}

/**
 * Answers a commit at once and writes it to a local log at most an interval later, as the reference does: what was not yet written is
 * lost when the process or the machine dies. It waits here and not in the file, so the file itself is sound at any moment, and a group
 * that is pushed often is written once per interval.
 */
export class IntervalGroupLog implements GroupLog {
  readonly #inner: GroupLog;
  readonly #options: IntervalGroupLogOptions;
  readonly #observer: PersistenceObserver;
  #pending = new Map<string, GroupRecord | null>();
  #pendingBytes = 0;
  #revision = 0n;
  #timer: NodeJS.Timeout | null = null;
  #flushing: Promise<void> | null = null;
  #failure: Failure | null = null;
  #isClosed = false;

  constructor(inner: GroupLog, options: IntervalGroupLogOptions) {
    this.#inner = inner;
    this.#options = options;
    this.#observer = options.observer ?? silentObserver;
  }

  open(sink: GroupLogSink): Promise<void> {
    return this.#inner.open({
      reset: (all, revision) => {
        this.#revision = revision;
        sink.reset(all, revision);
      },
      apply: () => assert(false, 'an interval log over a log with other writers'),
    });
  }

  /** Rejects with `PG_STORE_NOT_READY` when the last write failed; what waits is kept and tried again. */
  commit(batch: Batch): Promise<CommitResult> {
    assert(!this.#isClosed, 'a commit after close');
    const { ready, reason } = this.health();
    if (!ready) return Promise.reject(storeNotReady(`cannot commit ${batch.changes.length} groups: ${reason ?? 'the store is not ready'}`));
    const startMs = performance.now();
    // Encoded first, so that nothing of the batch is kept when one of them cannot be.
    const changes = batch.changes.map(({ key, value }) => ({ key, record: value === null ? null : value() }));
    for (const { key, record } of changes) this.#addPending(key, record);
    this.#revision += 1n;
    this.#schedule(this.#pendingBytes > pendingBytesMax ? 0 : this.#options.intervalMs);
    this.#observer.onCommit({ groups: batch.changes.length, seconds: (performance.now() - startMs) / 1000 });
    return Promise.resolve({ revision: this.#revision });
  }

  health(): LogHealth {
    if (this.#failure !== null) return { ready: false, lagMs: 0, reason: this.#failure.message };
    if (this.#pendingBytes > 2 * pendingBytesMax) return { ready: false, lagMs: 0, reason: 'the disk is too slow for the pushes' };
    return this.#inner.health();
  }

  /** Writes what waits. Rejects with the Failure if that fails; it is lost then. */
  async close(): Promise<void> {
    this.#isClosed = true;
    if (this.#timer !== null) clearTimeout(this.#timer);
    await this.#flushing;
    try {
      if (this.#pending.size > 0) await this.#flush();
    } finally {
      await this.#inner.close();
    }
    if (this.#pending.size > 0 && this.#failure !== null) throw this.#failure;
  }

  #addPending(key: string, value: GroupRecord | null): void {
    this.#pendingBytes += countBytes(value) - countBytes(this.#pending.get(key) ?? null);
    this.#pending.set(key, value);
  }

  #schedule(delayMs: number): void {
    if (this.#isClosed || this.#flushing !== null) return;
    if (this.#timer !== null) {
      if (delayMs > 0) return;
      clearTimeout(this.#timer);
    }
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#flushing = this.#flush().finally(() => {
        this.#flushing = null;
        if (this.#failure !== null) this.#schedule(probeIntervalMs);
        else if (this.#pending.size > 0) this.#schedule(this.#pendingBytes > pendingBytesMax ? 0 : this.#options.intervalMs);
      });
    }, delayMs);
    this.#timer.unref();
  }

  async #flush(): Promise<void> {
    const taken = this.#pending;
    this.#pending = new Map();
    this.#pendingBytes = 0;
    const changes = Array.from(taken, ([key, value]): BatchChange => ({ key, expect: 0n, value: value === null ? null : () => value }));
    try {
      await this.#inner.commit({ changes });
      this.#failure = null;
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      this.#failure = error;
      const newer = this.#pending;
      this.#pending = new Map();
      this.#pendingBytes = 0;
      for (const [key, value] of [...taken, ...newer]) this.#addPending(key, value);
      this.#options.logger.warn(
        { err: error, groups: this.#pending.size },
        'Cannot write what waits for the store; it is kept and tried again',
      );
    }
  }
}

/** A form counts for each group that rests on it: what waits may be the last that holds it. */
function countBytes(record: GroupRecord | null): number {
  return record === null ? 0 : record.bytes.length + (record.form?.bytes.length ?? 0);
}
