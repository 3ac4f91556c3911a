/** What is known of the runs of one collector: the health metrics are made of it. */
export interface RunState {
  runs: number;
  failures: number;
  /** Runs that did not take place, since the one before was still under way. */
  skipped: number;
  /** Whether the last run brought all that there is; `null` before the first one. */
  isSuccess: boolean | null;
  durationSeconds: number;
  /** Unix seconds; `null` before the first success. */
  lastSuccessSeconds: number | null;
}

export function createRunState(): RunState {
  return { runs: 0, failures: 0, skipped: 0, isSuccess: null, durationSeconds: 0, lastSuccessSeconds: null };
}
