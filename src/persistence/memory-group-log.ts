import type { Batch, CommitResult, GroupLog, GroupLogSink, LogHealth } from './group-log.ts';

/** Keeps nothing: what Pushgate uses without `--persistence.file`. Never asks a change for its bytes. */
export class MemoryGroupLog implements GroupLog {
  #revision = 0n;

  open(sink: GroupLogSink): Promise<void> {
    sink.reset([], this.#revision);
    return Promise.resolve();
  }

  commit(_batch: Batch): Promise<CommitResult> {
    this.#revision += 1n;
    return Promise.resolve({ revision: this.#revision });
  }

  health(): LogHealth {
    return { ready: true, lagMs: 0 };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
