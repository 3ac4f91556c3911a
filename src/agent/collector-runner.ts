import { AssertionError } from '../base/assert.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { MetricFamily } from '../model/metric-family.ts';
import type { Collection, Collector } from './collector.ts';
import type { CollectorConfig } from './config/agent-config.ts';
import { cutGraceMs, firstRunSpreadMsMax, problemLogIntervalMs } from './limits.ts';
import { createRunState, type RunState } from './run-state.ts';
import { Schedule } from './schedule.ts';

export interface CollectorRunnerOptions {
  readonly config: CollectorConfig;
  readonly collector: Collector;
  readonly clock: Clock;
  readonly logger: Logger;
  /** A number from 0 up to 1: when within the spread the first run comes. */
  readonly random: () => number;
  readonly onCollected: (families: readonly MetricFamily[]) => void;
}

/** Runs one collector on its interval, one run at a time, each within its time. */
export class CollectorRunner {
  readonly config: CollectorConfig;
  readonly state: RunState = createRunState();
  readonly #options: CollectorRunnerOptions;
  readonly #stopping = new AbortController();
  readonly #schedule: Schedule;
  /** Resolves when the run under way has been counted; what a cut run does after that is not waited for. */
  #run: Promise<void> | null = null;
  /** Whether the collector itself is still at work, perhaps after its run was cut. */
  #isBusy = false;
  #problem: string | null = null;
  #problemLoggedMs = -Infinity;
  #skipLoggedMs = -Infinity;

  constructor(options: CollectorRunnerOptions) {
    this.config = options.config;
    this.#options = options;
    const firstMs = options.random() * Math.min(firstRunSpreadMsMax, this.config.intervalMs);
    this.#schedule = new Schedule(firstMs, this.config.intervalMs, () => this.#tick());
  }

  /** No run begins any more; the one under way gets this much time. */
  async stop(graceMs: number): Promise<void> {
    this.#schedule.stop();
    if (this.#run === null) return;
    const timer = setTimeout(() => this.#stopping.abort(), graceMs);
    await this.#run;
    clearTimeout(timer);
  }

  #tick(): void {
    if (this.#isBusy) {
      this.state.skipped++;
      this.#tellSkip();
      return;
    }
    this.#run = this.#collectOnce().finally(() => (this.#run = null));
  }

  async #collectOnce(): Promise<void> {
    const startedMs = performance.now();
    const result = await this.#collectWithinTime();
    this.state.durationSeconds = (performance.now() - startedMs) / 1000;
    this.state.runs++;
    this.state.isSuccess = result.problem === null;
    if (result.problem === null) this.state.lastSuccessSeconds = this.#options.clock.nowMs() / 1000;
    else this.state.failures++;
    if (result.problem === null) this.#tellRecovery();
    else this.#tellProblem(result.problem);
    // A run that brought nothing leaves what the last one brought.
    if (result.problem === null || result.families.length > 0) this.#options.onCollected(result.families);
  }

  /** Cuts a run that hangs: it is told to end, and a moment later no longer waited for. */
  async #collectWithinTime(): Promise<Collection> {
    const { timeoutMs } = this.config;
    const limit = new AbortController();
    const timer = setTimeout(() => limit.abort(), timeoutMs);
    const signal = AbortSignal.any([limit.signal, this.#stopping.signal]);
    const isLate = new Promise<Collection>((resolve) => {
      const cut = (): void => {
        const why = limit.signal.aborted ? `it took longer than its timeout of ${timeoutMs / 1000}s` : 'the agent stops';
        setTimeout(() => resolve({ families: [], problem: `cut: ${why}` }), cutGraceMs);
      };
      signal.addEventListener('abort', cut, { once: true });
    });
    const collected = await Promise.race([this.#collect(signal), isLate]);
    clearTimeout(timer);
    if (limit.signal.aborted && collected.problem === null)
      return { ...collected, problem: `it took longer than its timeout of ${timeoutMs / 1000}s` };
    return collected;
  }

  async #collect(signal: AbortSignal): Promise<Collection> {
    this.#isBusy = true;
    try {
      return await this.#options.collector.collect(signal);
    } catch (error) {
      if (error instanceof AssertionError) throw error;
      return { families: [], problem: (error as Error).message };
    } finally {
      this.#isBusy = false;
    }
  }

  /** Once when it begins; when it becomes another one, then at most once in a while, since some hold numbers that always change. */
  #tellProblem(problem: string): void {
    const nowMs = performance.now();
    const isNew = this.#problem === null || (problem !== this.#problem && nowMs - this.#problemLoggedMs >= problemLogIntervalMs);
    if (isNew) {
      this.#options.logger.warn({ collector: this.config.name, problem }, 'Cannot collect everything');
      this.#problemLoggedMs = nowMs;
      this.#problem = problem;
    }
  }

  #tellSkip(): void {
    const nowMs = performance.now();
    if (nowMs - this.#skipLoggedMs < problemLogIntervalMs) return;
    this.#skipLoggedMs = nowMs;
    const fields = { collector: this.config.name, interval: `${this.config.intervalMs / 1000}s` };
    this.#options.logger.warn(fields, 'A run is left out, since the one before is still under way; raise interval, or lower timeout');
  }

  #tellRecovery(): void {
    if (this.#problem !== null) this.#options.logger.info({ collector: this.config.name }, 'Collects everything again');
    this.#problem = null;
  }
}
