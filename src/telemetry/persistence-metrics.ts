import { Counter, Gauge, Histogram, type Registry } from 'prom-client';

/** Takes what a durable log reports (`PersistenceObserver` in `persistence/`). */
export interface PersistenceRecorder {
  onCommit(commit: { readonly groups: number; readonly seconds: number }): void;
  onFlush(flush: { readonly groups: number; readonly bytes: number; readonly seconds: number; readonly atMs: number }): void;
  onFailure(code: string): void;
}

/** A flush takes from some 10 µs on a disk with a safe cache to seconds on one in trouble. */
const secondsBuckets = [0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const groupsBuckets = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024];

/** Registers the `pushgate_persistence_*` families and returns what feeds them. */
export function registerPersistenceMetrics(registry: Registry, failureCodes: readonly string[]): PersistenceRecorder {
  const registers = [registry];
  const histogram = (name: string, help: string, buckets: number[]): Histogram =>
    new Histogram({ name: `pushgate_persistence_${name}`, help, buckets, registers });
  const counter = (name: string, help: string, labelNames: string[] = []): Counter =>
    new Counter({ name: `pushgate_persistence_${name}`, help, labelNames, registers });
  const commits = counter('commits_total', 'Commits that were answered; one commit holds all writes that waited for it.');
  const commitGroups = histogram('commit_groups', 'Groups written per commit.', groupsBuckets);
  const commitSeconds = histogram('commit_duration_seconds', 'Time from a commit to its answer.', secondsBuckets);
  const flushes = histogram('flush_duration_seconds', 'Time to write a transaction and flush it to disk.', secondsBuckets);
  const bytes = counter('bytes_total', 'Bytes of group records written to disk.');
  const failures = counter('failures_total', 'Commits and flushes that failed, by error code.', ['code']);
  for (const code of failureCodes) failures.inc({ code }, 0);
  const lastSuccess = new Gauge({
    name: 'pushgate_persistence_last_success_timestamp_seconds',
    help: 'Unix time at which a write last reached the disk; 0 if none did since the start.',
    registers,
  });
  return {
    onCommit({ groups, seconds }) {
      commits.inc();
      commitGroups.observe(groups);
      commitSeconds.observe(seconds);
    },
    onFlush({ bytes: flushed, seconds, atMs }) {
      flushes.observe(seconds);
      bytes.inc(flushed);
      lastSuccess.set(atMs / 1000);
    },
    onFailure(code) {
      failures.inc({ code });
    },
  };
}
