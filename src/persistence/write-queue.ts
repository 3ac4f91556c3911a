import { Failure, Refusal } from '../base/errors.ts';
import type { RateLimitedLog } from '../base/rate-limited-log.ts';
import type { Group } from '../model/group.ts';
import type { WriteRequest } from '../model/write-request.ts';
import type { GroupChange, MetricStore, PreparedWrite } from '../store/metric-store.ts';
import { storeUnavailable, writeQueueFull } from './errors.ts';
import type { GroupLog, GroupRecord } from './group-log.ts';
import { batchWritesMax, queuedWritesMax } from './limits.ts';

/** Encodes a group for the log. */
export type EncodeGroup = (group: Group) => GroupRecord;

/**
 * Takes writes in their order of arrival to the group log and then to the store. While one commit runs, the writes that arrive gather and
 * go into the next one (group commit), so many pushes share one flush:
 *
 *     submit -> queue -> prepareWrite, one after the other -> commit, one record per group -> applyChanges -> answer
 *
 * A write is answered after its commit, refused ones too, since they stamp the failure time. When the log fails, every write of the batch is
 * answered with 503 and nothing of it shows.
 *
 * What comes during a commit is decided and encoded at once where the order of arrival allows it, so that the next one has to wait for the
 * disk alone.
 *
 * A batch is taken as soon as the last commit is over, so busy clients fall into two halves, one of which is read while the other is
 * flushed. Waiting a few turns of the event loop lets all share a commit (measured with 64: 60 groups instead of 32), but then disk and
 * CPU wait for each other: with 16 and 64 clients it was never faster, and up to half slower.
 */
export class WriteQueue {
  readonly #store: MetricStore;
  readonly #log: GroupLog;
  readonly #encode: EncodeGroup;
  readonly #errors: RateLimitedLog;
  #waiting: QueuedWrite[] = [];
  /** Of the first ones that wait, what was decided while the disk was at work, and the records of what they leave. */
  #ahead: PreparedWrite[] = [];
  #records = new Map<Group, GroupRecord>();
  #running: Promise<void> | null = null;
  #isCommitting = false;
  #revision = 0n;

  constructor(store: MetricStore, log: GroupLog, encode: EncodeGroup, errors: RateLimitedLog) {
    this.#store = store;
    this.#log = log;
    this.#encode = encode;
    this.#errors = errors;
  }

  /** Whether there is no room for another write. */
  get isFull(): boolean {
    return this.#waiting.length >= queuedWritesMax;
  }

  /**
   * Resolves once the write is as durable as the log promises and visible. Rejects with the Refusal that the write got, also then after its
   * commit, or with one of status 503 when the queue is full or the log fails.
   */
  submit(request: WriteRequest): Promise<void> {
    if (this.isFull) return Promise.reject(writeQueueFull('too many writes are waiting for the store; push again in a moment'));
    const result = new Promise<void>((resolve, reject) => this.#waiting.push({ request, resolve, reject }));
    if (this.#running === null) this.#running = this.#run();
    else if (this.#isCommitting) this.#workAhead(request);
    return result;
  }

  /** Waits until everything submitted so far is answered. */
  async drain(): Promise<void> {
    while (this.#running !== null) await this.#running;
  }

  async #run(): Promise<void> {
    // What else begins in this turn of the event loop goes into the same commit.
    await Promise.resolve();
    let answerLast = (): void => undefined;
    while (this.#waiting.length > 0) {
      const batch = this.#takeBatch();
      const prepared = this.#prepare(batch);
      const changes = prepared.flatMap((write) => write.changes);
      const merged = mergeChanges(changes);
      const commit = this.#commit(merged);
      this.#isCommitting = true;
      // The disk is at work again: time to answer what it took before.
      answerLast();
      const failure = await commit;
      this.#isCommitting = false;
      if (failure === null) {
        this.#store.applyChanges(merged);
        answerLast = () => answerAll(batch, prepared);
      } else {
        this.#store.abandonChanges(changes);
        answerLast = () => this.#fail(batch, failure.cause);
      }
    }
    this.#running = null;
    answerLast();
  }

  #takeBatch(): readonly QueuedWrite[] {
    const waiting = this.#waiting;
    this.#waiting = waiting.length <= batchWritesMax ? [] : waiting.slice(batchWritesMax);
    return waiting.length <= batchWritesMax ? waiting : waiting.slice(0, batchWritesMax);
  }

  #prepare(batch: readonly QueuedWrite[]): readonly PreparedWrite[] {
    const ahead = this.#ahead;
    this.#ahead = [];
    return batch.map(({ request }, i) => ahead[i] ?? this.#store.prepareWrite(request));
  }

  /**
   * Decides and encodes the write that came last while the disk is at work, if that was done with all that wait in front of it. It stays
   * decided if the running commit fails: it rests on nothing of that.
   */
  #workAhead(request: WriteRequest): void {
    const place = this.#waiting.length - 1;
    if (this.#ahead.length !== place || place >= batchWritesMax) return;
    const prepared = this.#store.prepareAhead(request);
    if (prepared === null) return;
    this.#ahead.push(prepared);
    for (const { after } of prepared.changes) if (after !== null) this.#records.set(after, this.#encode(after));
  }

  /** Resolves with what went wrong, if something did. */
  async #commit(changes: readonly GroupChange[]): Promise<{ readonly cause: unknown } | null> {
    const records = this.#records;
    this.#records = new Map();
    if (changes.length === 0) return null;
    try {
      const result = await this.#log.commit({
        changes: changes.map(({ key, after }) => ({
          key: key.id,
          expect: this.#revision,
          value: after === null ? null : () => records.get(after) ?? this.#encode(after),
        })),
      });
      if ('conflict' in result) throw storeUnavailable(`another replica wrote first, at revision ${result.conflict}; push again`);
      this.#revision = result.revision;
      return null;
    } catch (cause) {
      return { cause };
    }
  }

  #fail(batch: readonly QueuedWrite[], cause: unknown): void {
    const reason = cause instanceof Failure || cause instanceof Refusal ? cause.message : String(cause);
    this.#errors.error(
      'commit',
      { err: cause, writes: batch.length },
      'Cannot commit writes; they are answered with 503 and nothing of them is stored',
    );
    for (const { reject } of batch) reject(storeUnavailable(`cannot store the push: ${reason}; push again later`, { cause }));
  }
}

interface QueuedWrite {
  readonly request: WriteRequest;
  readonly resolve: () => void;
  readonly reject: (reason: Refusal) => void;
}

function answerAll(batch: readonly QueuedWrite[], prepared: readonly PreparedWrite[]): void {
  prepared.forEach(({ refusal }, i) => {
    if (refusal === null) batch[i]?.resolve();
    else batch[i]?.reject(refusal);
  });
}

/** One change per group, from before the first to after the last: two writes to one group in one batch cost one record. */
export function mergeChanges(changes: readonly GroupChange[]): readonly GroupChange[] {
  if (changes.length < 2) return changes;
  const merged = new Map<string, GroupChange>();
  for (const change of changes) {
    const first = merged.get(change.key.id);
    merged.set(change.key.id, first === undefined ? change : { ...change, before: first.before });
  }
  return [...merged.values()];
}
