import type { MetricFamily } from '../model/metric-family.ts';

/** One source of metrics. It is asked by one caller at a time, and keeps what it needs from one time to the next. */
export interface Collector {
  /**
   * Brings everything that the source has now. Rejects when there is nothing to bring. After `signal` it must end what it started; what it
   * hands in within `cutGraceMs` still counts.
   */
  collect(signal: AbortSignal): Promise<Collection>;
}

export interface Collection {
  readonly families: readonly MetricFamily[];
  /** What is missing in `families`, in one line of plain words; `null` when all is there. */
  readonly problem: string | null;
}

/** A collector for this machine, or why there can be none; a lack that leaves it some use is told beside it. */
export interface CollectorChoice {
  readonly collector: Collector | null;
  /** What this system lacks, as a sentence; `null` when it lacks nothing. */
  readonly lack: string | null;
}
