import type { GroupLog } from './group-log.ts';
import { IntervalGroupLog } from './interval-group-log.ts';
import { LmdbGroupLog, type LmdbGroupLogOptions } from './lmdb-group-log.ts';

/** `always`: a commit resolves when it is flushed. `interval`: at once, and it is flushed at most `intervalMs` later. */
export type SyncPolicy = { readonly kind: 'always' } | { readonly kind: 'interval'; readonly intervalMs: number };

/** Makes the log for `--persistence.file`, with the durability of `--persistence.sync`. */
export function createDurableGroupLog(options: LmdbGroupLogOptions, sync: SyncPolicy): GroupLog {
  if (sync.kind === 'always') return new LmdbGroupLog(options);
  const { observer, logger } = options;
  // The commits that count are those that are answered; what the interval log hands on are flushes.
  if (observer === undefined) return new IntervalGroupLog(new LmdbGroupLog(options), { intervalMs: sync.intervalMs, logger });
  const flushObserver = { ...observer, onCommit: () => {} };
  return new IntervalGroupLog(new LmdbGroupLog({ ...options, observer: flushObserver }), { intervalMs: sync.intervalMs, logger, observer });
}
