/** `stored`: as asked; `refused`: the caller's fault; `failed`: the server could not store it. */
export type WriteOutcome = 'stored' | 'refused' | 'failed';

/** What else the same request wrote to: nothing, the groups that it named, all there were. */
export type WriteScope = 'group' | 'selection' | 'wipe';

/** One write to a group. */
export interface WriteRecord {
  /** When it arrived: Unix milliseconds. */
  readonly atMs: number;
  readonly method: string;
  readonly scope: WriteScope;
  readonly outcome: WriteOutcome;
  /** Of the answer. */
  readonly status: number;
  /** Why it was not stored. */
  readonly error: string | null;
  /** Of the body, unpacked. */
  readonly bytes: number;
  readonly samples: number;
  readonly durationMs: number;
  /** `host:port`. */
  readonly remoteAddress: string;
  readonly userAgent: string | null;
}
