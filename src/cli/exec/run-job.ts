import { type ChildProcess, spawn } from 'node:child_process';
import { constants } from 'node:os';
import { isatty } from 'node:tty';
import { type JobUsage, JobMeter } from './job-usage.ts';
import { isInForeground } from './proc-self.ts';

/** How a job went. Times are Unix milliseconds, the duration is by a clock that never goes back. */
export interface JobEnd {
  readonly startMs: number;
  readonly endMs: number;
  readonly durationMs: number;
  /** 128 and the number of the signal if one ended it; 127 and 126 as in a shell if it could not be started. */
  readonly exitCode: number;
  readonly signal: NodeJS.Signals | null;
  /** Why it could not be started. */
  readonly startError: string | null;
  readonly usage: JobUsage;
}

export interface JobOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly nowMs: () => number;
  /** Called once the job runs. */
  readonly onStart: (startMs: number) => void;
}

/** What is passed on to the job. The terminal's own (SIGTSTP, SIGWINCH) reach it without us. */
const passedSignals = ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const satisfies readonly NodeJS.Signals[];

/**
 * Runs a job with our own stdin, stdout and stderr. Signals are passed on to it; from now on none of them ends this process by itself,
 * `onSignal` hears of those that come when the job has ended. Never rejects for what the job does.
 */
export class JobRunner {
  #child: ChildProcess | null = null;
  readonly #onLateSignal: (signal: NodeJS.Signals) => void;

  constructor(onLateSignal: (signal: NodeJS.Signals) => void) {
    this.#onLateSignal = onLateSignal;
    for (const signal of passedSignals) process.on(signal, () => this.#passOn(signal));
  }

  run({ command, args, nowMs, onStart }: JobOptions): Promise<JobEnd> {
    const meter = new JobMeter();
    const startMs = nowMs();
    const startedMs = performance.now();
    return new Promise((resolve) => {
      const end = (outcome: Pick<JobEnd, 'exitCode' | 'signal' | 'startError'>): void => {
        this.#child = null;
        resolve({ ...outcome, startMs, endMs: nowMs(), durationMs: performance.now() - startedMs, usage: meter.stop() });
      };
      const onError = (error: unknown): void => end({ ...explainStartError(command, error as NodeJS.ErrnoException), signal: null });
      let child: ChildProcess;
      try {
        child = spawn(command, args, { stdio: 'inherit' });
      } catch (error) {
        // Such as more arguments than the system takes.
        onError(error);
        return;
      }
      this.#child = child;
      child.once('spawn', () => {
        if (child.pid !== undefined) meter.start(child.pid);
        onStart(startMs);
      });
      child.once('error', (error) => {
        // A signal that could not be sent is an error too, but not the end.
        if (child.pid === undefined) onError(error);
      });
      child.once('exit', (code, signal) => {
        end({ exitCode: signal === null ? (code ?? 1) : 128 + constants.signals[signal], signal, startError: null });
      });
    });
  }

  #passOn(signal: NodeJS.Signals): void {
    if (this.#child === null) this.#onLateSignal(signal);
    else if (!comesFromTerminal(signal)) this.#child.kill(signal);
  }
}

/** In the foreground of a terminal, ^C and ^\ go to all of the foreground: passed on as well, the job would get them twice. */
function comesFromTerminal(signal: NodeJS.Signals): boolean {
  if (signal !== 'SIGINT' && signal !== 'SIGQUIT') return false;
  return isInForeground() ?? isatty(0);
}

function explainStartError(command: string, error: NodeJS.ErrnoException): Pick<JobEnd, 'exitCode' | 'startError'> {
  if (error.code === 'ENOENT') return { exitCode: 127, startError: `cannot run ${command}: there is no such command` };
  const reason = error.code === 'EACCES' ? 'permission denied, or it is no program' : error.message;
  return { exitCode: 126, startError: `cannot run ${command}: ${reason}` };
}

/** Ends this process as the signal does that ended the job, so that who waits for it sees the same. Resolves only if the signal does not end it. */
export async function dieOf(signal: NodeJS.Signals): Promise<void> {
  if (signal !== 'SIGKILL') {
    // Node ignores some signals; adding and removing a listener gives each its default back.
    process.on(signal, () => {});
    process.removeAllListeners(signal);
  }
  process.kill(process.pid, signal);
  await new Promise((resolve) => setTimeout(resolve, 1000));
}
