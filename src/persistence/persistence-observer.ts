/** Told what a durable log does, for the `pushgate_persistence_*` metrics. Must not throw. */
export interface PersistenceObserver {
  /** A batch was answered: after its flush, or at once with `sync: 'interval'`. */
  onCommit(commit: { readonly groups: number; readonly seconds: number }): void;
  /** A transaction reached the disk. `bytes`: of the records in it. */
  onFlush(flush: { readonly groups: number; readonly bytes: number; readonly seconds: number; readonly atMs: number }): void;
  onFailure(code: string): void;
}

export const silentObserver: PersistenceObserver = { onCommit() {}, onFlush() {}, onFailure() {} };
