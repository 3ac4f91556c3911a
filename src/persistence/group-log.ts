import { hash } from 'node:crypto';

/**
 * Where group records are kept: in memory only, in an embedded store, or with replicas. State, not commands: one record per group,
 * the whole group after merging, so replay and compaction are trivially right. Validation, merging, batching and scrapes sit above.
 */
export interface GroupLog {
  /**
   * Opens the log and hands what it holds to `sink.reset` once, before it resolves. Afterwards `sink.apply` brings what *others*
   * committed, in order of revision; a local log never calls it. Rejects with a Failure that says what to do; damage is never repaired
   * or overwritten on the way.
   */
  open(sink: GroupLogSink): Promise<void>;
  /**
   * Makes all changes of the batch durable, or none. Resolves when they are as durable as this log promises. A `conflict` (only from
   * a log with other writers) names the revision to catch up to; nothing was written. Rejects with a Failure: nothing was written.
   * One commit runs at a time: the caller waits for the last one.
   */
  commit(batch: Batch): Promise<CommitResult>;
  health(): LogHealth;
  /** Waits for a running commit, flushes, and releases what the log holds. */
  close(): Promise<void>;
}

/** One group as it is kept. `value: null`: the group is gone. */
export interface Change {
  /** `GroupingKey.id`. */
  readonly key: string;
  readonly revision: bigint;
  readonly value: GroupRecord | null;
}

/** A group as it is kept. */
export interface GroupRecord {
  readonly bytes: Uint8Array;
  /** What the bytes rest on: they cannot be read without it. */
  readonly form: FormRecord | null;
}

/** Bytes that the records of many groups have in common. A log keeps them once, for as long as one of its records rests on them. */
export interface FormRecord {
  /** A digest of the bytes, in hex: forms of one id are the same. */
  readonly id: string;
  readonly bytes: Uint8Array;
}

/** Of the digest by which a form is known, a SHA-256 cut short. */
export const formIdBytes = 16;

/** The form with these bytes. The caller hands them over. */
export function createFormRecord(bytes: Uint8Array): FormRecord {
  return { id: hash('sha256', bytes, 'hex').slice(0, 2 * formIdBytes), bytes };
}

export interface GroupLogSink {
  reset(all: Iterable<Change>, revision: bigint): void;
  apply(changes: readonly Change[], revision: bigint): void;
}

export interface Batch {
  /** Each key at most once. */
  readonly changes: readonly BatchChange[];
  readonly epoch?: bigint;
}

export interface BatchChange {
  readonly key: string;
  /** The revision of the log that this change was decided on: it conflicts when the key changed later. Local logs do not look at it. */
  readonly expect: bigint;
  /** Encodes the record when a log wants the bytes: called at most once, before `commit` returns its promise. `null`: the group goes. */
  readonly value: (() => GroupRecord) | null;
}

export type CommitResult = { readonly revision: bigint } | { readonly conflict: bigint };

export interface LogHealth {
  readonly ready: boolean;
  /** How far this log is behind the others, in milliseconds; 0 for a local one. */
  readonly lagMs: number;
  readonly reason?: string;
}
