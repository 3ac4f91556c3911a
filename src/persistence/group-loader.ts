import { setImmediate as nextTurn } from 'node:timers/promises';
import { assert } from '../base/assert.ts';
import type { MetricStore } from '../store/metric-store.ts';
import type { Change, GroupLogSink } from './group-log.ts';
import { decodeGroupRecord } from './group-record.ts';
import { loadSliceMs } from './limits.ts';

/** Takes what a log holds when it is opened, and brings it into the store in slices, so that health checks are answered meanwhile. */
export class GroupLoader implements GroupLogSink {
  #waiting: Change[] = [];
  #loadedCount = 0;
  #isLoaded = false;

  get isLoaded(): boolean {
    return this.#isLoaded;
  }

  /** For people: how far it is. */
  get progress(): string {
    return `${this.#loadedCount} of ${this.#waiting.length} groups are loaded`;
  }

  /** Oldest first, so that of two groups that contradict each other it is again the later one that is held back. */
  reset(all: Iterable<Change>): void {
    this.#waiting = [...all].sort((a, b) => (a.revision < b.revision ? -1 : a.revision > b.revision ? 1 : 0));
  }

  apply(): void {
    assert(false, 'a local log brings no changes of others');
  }

  /** Decodes and indexes all of it. Rejects with `PG_RECORD_DAMAGED` if a record contradicts itself. */
  async load(store: MetricStore): Promise<void> {
    let sliceEndMs = performance.now() + loadSliceMs;
    for (const { value } of this.#waiting) {
      assert(value !== null, 'an opened log holds no deleted groups');
      const after = decodeGroupRecord(value);
      store.applyChanges([{ key: after.key, before: null, after }]);
      this.#loadedCount++;
      if (performance.now() < sliceEndMs) continue;
      await nextTurn();
      sliceEndMs = performance.now() + loadSliceMs;
    }
    this.#waiting = [];
    this.#isLoaded = true;
  }
}
