import { setTimeout as sleep } from 'node:timers/promises';
import { defineFailure, type FailureKind } from '../../src/base/errors.ts';
import type { Batch, Change, CommitResult, GroupLog, GroupLogSink, GroupRecord, LogHealth } from '../../src/persistence/group-log.ts';
import { createFractions } from '../fuzz/random.ts';

/** A failed commit that wrote nothing. */
export const fakeFailure: FailureKind = defineFailure('FAKE_COMMIT_FAILED');
/** A commit that was written, though its writer was told that it failed. */
export const fakeLostReply: FailureKind = defineFailure('FAKE_REPLY_LOST');

/** What goes wrong, all of it decided by the seed. Rates are between 0 and 1. */
export interface FakeFaults {
  readonly seed: number;
  /** Commits take up to this long; 0 resolves them in the next turn of the event loop. */
  readonly delayMsMax?: number;
  readonly failureRate?: number;
  /** How often a commit finds that somebody else was faster, though nobody was. */
  readonly conflictRate?: number;
  readonly lostReplyRate?: number;
}

/** The storage that fake logs share, as replicas share an engine. */
export class FakeStorage {
  readonly records: Map<string, Change> = new Map();
  revision = 0n;
  readonly #listeners = new Set<(changes: readonly Change[], revision: bigint) => void>();

  /** Writes all or nothing. Returns `false` if a key changed after the revision that its change was decided on. */
  write(changes: readonly { key: string; expect: bigint; value: GroupRecord | null }[]): boolean {
    if (changes.some(({ key, expect }) => (this.records.get(key)?.revision ?? 0n) > expect)) return false;
    this.revision += 1n;
    const written = changes.map(({ key, value }) => ({ key, value, revision: this.revision }));
    for (const change of written) this.records.set(change.key, change);
    for (const listener of this.#listeners) listener(written, this.revision);
    return true;
  }

  listen(listener: (changes: readonly Change[], revision: bigint) => void): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }
}

/** A GroupLog in memory that delays, fails, conflicts and loses replies as told; the same seed gives the same faults. */
export class FakeGroupLog implements GroupLog {
  readonly #storage: FakeStorage;
  readonly #faults: FakeFaults;
  readonly #random: () => number;
  #stopListening: (() => void) | null = null;
  #running: Promise<unknown> | null = null;
  #isOwnWrite = false;
  /** Set by a test to make the log unready; commits then fail. */
  unreadyReason: string | null = null;

  constructor(storage: FakeStorage, faults: FakeFaults) {
    this.#storage = storage;
    this.#faults = faults;
    this.#random = createFractions(faults.seed);
  }

  async open(sink: GroupLogSink): Promise<void> {
    await this.#delay();
    const { records, revision } = this.#storage;
    sink.reset(
      [...records.values()].filter(({ value }) => value !== null),
      revision,
    );
    this.#stopListening = this.#storage.listen((changes, at) => {
      if (!this.#isOwnWrite) sink.apply(changes, at);
    });
  }

  commit(batch: Batch): Promise<CommitResult> {
    if (this.#running !== null) throw new Error('two commits at once');
    const changes = batch.changes.map(({ key, expect, value }) => ({ key, expect, value: value === null ? null : value() }));
    const running = this.#run(changes).finally(() => (this.#running = null));
    this.#running = running.catch(() => undefined);
    return running;
  }

  health(): LogHealth {
    return this.unreadyReason === null ? { ready: true, lagMs: 0 } : { ready: false, lagMs: 0, reason: this.unreadyReason };
  }

  async close(): Promise<void> {
    await this.#running;
    this.#stopListening?.();
  }

  async #run(changes: readonly { key: string; expect: bigint; value: GroupRecord | null }[]): Promise<CommitResult> {
    const { failureRate = 0, conflictRate = 0, lostReplyRate = 0 } = this.#faults;
    const [failure, conflict, lostReply] = [this.#random(), this.#random(), this.#random()];
    await this.#delay();
    if (this.unreadyReason !== null || failure < failureRate) throw fakeFailure('cannot commit: the test says so');
    if (conflict < conflictRate) return { conflict: this.#storage.revision };
    // The writer of a lost reply hears of its own write as of anybody's.
    const isLost = lostReply < lostReplyRate;
    this.#isOwnWrite = !isLost;
    const isWritten = this.#storage.write(changes);
    this.#isOwnWrite = false;
    if (!isWritten) return { conflict: this.#storage.revision };
    if (isLost) throw fakeLostReply('cannot tell whether the commit was written');
    return { revision: this.#storage.revision };
  }

  async #delay(): Promise<void> {
    const delayMs = this.#random() * (this.#faults.delayMsMax ?? 0);
    await sleep(delayMs);
  }
}
