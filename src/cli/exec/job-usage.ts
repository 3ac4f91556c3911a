import { rssSampleMsMax, rssSampleMsMin, rssSampleShareMax } from '../limits.ts';
import { childrenCpuSeconds, ProcessTree, peakResidentBytes } from './proc-self.ts';

/** What a job used. `null` where the system does not tell. */
export interface JobUsage {
  /** Of the job and of all descendants that were waited for, in steps of 10 ms. */
  readonly cpuUserSeconds: number | null;
  readonly cpuSystemSeconds: number | null;
  /** The largest peak of any single process of the job, as far as it was seen; NaN if none was. */
  readonly maxRssBytes: number | null;
}

/**
 * Measures what a child uses, between its start and its end. CPU time is exact: the kernel adds up what was waited for. The peak of memory is
 * not to be had after the end, so the peaks that the kernel keeps of each process are looked at while they run, often at first and then once a
 * second: what grows after the last look, or lives between two, is missed.
 */
export class JobMeter {
  readonly #before = childrenCpuSeconds();
  #maxRssBytes: number | null = null;
  #timer: NodeJS.Timeout | undefined;
  #startMs = 0;

  start(pid: number): void {
    this.#startMs = performance.now();
    this.#look(new ProcessTree(pid));
  }

  stop(): JobUsage {
    clearTimeout(this.#timer);
    const after = childrenCpuSeconds();
    const before = this.#before;
    if (before === null || after === null) return { cpuUserSeconds: null, cpuSystemSeconds: null, maxRssBytes: null };
    return {
      cpuUserSeconds: after.user - before.user,
      cpuSystemSeconds: after.system - before.system,
      // Not left out: the number of the run before would stay.
      maxRssBytes: this.#maxRssBytes ?? NaN,
    };
  }

  #look(tree: ProcessTree): void {
    const before = process.cpuUsage();
    for (const member of tree.list()) {
      const bytes = peakResidentBytes(member);
      if (bytes !== null) this.#maxRssBytes = Math.max(this.#maxRssBytes ?? 0, bytes);
    }
    const { user, system } = process.cpuUsage(before);
    const tookMs = (user + system) / 1000;
    const delayMs = Math.max(rssSampleMsMin, (performance.now() - this.#startMs) / 10);
    this.#timer = setTimeout(() => this.#look(tree), Math.max(Math.min(delayMs, rssSampleMsMax), tookMs / rssSampleShareMax));
  }
}
