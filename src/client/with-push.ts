import { formatGauges } from './gauge-text.ts';
import { checkOptions, pushAdd, type PushOptions } from './push.ts';
import type { MetricsSource } from './push-text.ts';

export interface WithPushOptions extends PushOptions {
  /** What the names of the recorded metrics begin with: `job` if left out, so `job_duration_seconds`. */
  readonly prefix?: string | undefined;
  /** Pushed together with what is recorded: the registry that the function counts in. */
  readonly metrics?: MetricsSource | undefined;
  /** Whether a push that fails after the function did well is an error: false if left out. */
  readonly requirePush?: boolean | undefined;
  /** Told of a push that failed and is not thrown; without it, Node prints a warning. */
  readonly onPushError?: ((error: unknown) => void) | undefined;
}

/**
 * Runs a function, then pushes how it went (POST): start, end, duration, success, and when it last did well, which is kept from before
 * if it failed. Settles as the function does: its result is never lost and its error never hidden by a gateway that is down.
 */
export async function withPush<T>(options: WithPushOptions, run: () => T | Promise<T>): Promise<T> {
  checkOptions(options);
  const startMs = Date.now();
  const startedAt = performance.now();
  let isSuccess = false;
  try {
    const result = await run();
    isSuccess = true;
    return result;
  } finally {
    const seconds = (performance.now() - startedAt) / 1000;
    const text = describeRun(options.prefix ?? 'job', startMs / 1000, seconds, isSuccess);
    await pushRun(options, text, isSuccess);
  }
}

async function pushRun(options: WithPushOptions, text: string, isSuccess: boolean): Promise<void> {
  try {
    await pushAdd(options.metrics === undefined ? text : [text, options.metrics], options);
  } catch (error) {
    if (isSuccess && options.requirePush === true) throw error;
    if (options.onPushError !== undefined) options.onPushError(error);
    else process.emitWarning(error instanceof Error ? error : new Error(String(error)));
  }
}

/** In the HELP texts of `pushgate exec`: a gateway with both shall not find two for one name. */
function describeRun(prefix: string, startSeconds: number, durationSeconds: number, isSuccess: boolean): string {
  const endSeconds = startSeconds + durationSeconds;
  return formatGauges([
    { name: `${prefix}_start_time_seconds`, help: 'When the job was last started, in seconds since 1970.', value: startSeconds },
    { name: `${prefix}_end_time_seconds`, help: 'When the job last ended, in seconds since 1970.', value: endSeconds },
    { name: `${prefix}_duration_seconds`, help: 'How long the last run of the job took.', value: durationSeconds },
    { name: `${prefix}_success`, help: '1 if the last run of the job did well, else 0.', value: isSuccess ? 1 : 0 },
    ...(isSuccess
      ? [{ name: `${prefix}_last_success_time_seconds`, help: 'When the job last did well, in seconds since 1970.', value: endSeconds }]
      : []),
  ]);
}
