import { AssertionError } from '../base/assert.ts';
import type { Logger } from '../base/logger.ts';
import { describeStack } from './describe-error.ts';
import type { Flags } from './flags.ts';
import type { FlushableLogger } from './logger.ts';

/** A server that answers. */
export interface Assembly {
  readonly addresses: readonly string[];
  /** Finishes running requests, flushes and closes everything. */
  stop(): Promise<void>;
  /** Resolves when a stop is asked for over HTTP. */
  readonly quit: Promise<void>;
}

export type Assemble = (flags: Flags, logger: Logger) => Promise<Assembly>;

/** What `serve` needs of the process, so that tests can be one. */
export interface HostProcess {
  on(event: 'SIGTERM' | 'SIGINT' | 'uncaughtException' | 'unhandledRejection', listener: (cause: unknown) => void): unknown;
  exit(code: number): void;
}

/** Exit codes: 0 after a graceful stop, 1 when the world stood in the way, 70 (EX_SOFTWARE of sysexits.h) for a bug of ours. */
const exitCodes = { stopped: 0, failed: 1, bug: 70 } as const;

/** What a shell would report for a process that the signal ended. */
const killedExitCodes = { SIGINT: 130, SIGTERM: 143 } as const;

type Signal = keyof typeof killedExitCodes;

/**
 * Runs the server until a signal or the lifecycle API ends it, then exits the process: 0 after a graceful stop. When it cannot start,
 * one line says why, and the exit code is 1. A second signal does not wait any longer. Never rejects.
 */
export async function serve(flags: Flags, logger: FlushableLogger, assemble: Assemble, host: HostProcess): Promise<void> {
  const exit = (code: number): void => {
    logger.flush();
    host.exit(code);
  };
  exitOnBugs(logger, host, exit);
  const signal = listenForSignals(logger, host, exit);
  let assembly: Assembly;
  try {
    assembly = await assemble(flags, logger);
  } catch (error) {
    reportFailure(logger, 'Cannot start', error);
    return exit(error instanceof AssertionError ? exitCodes.bug : exitCodes.failed);
  }
  for (const address of assembly.addresses) logger.info({ address }, 'Listening on');
  const quit = assembly.quit.then(() => 'the lifecycle API');
  logger.info({ cause: await Promise.race([signal, quit]) }, 'Stopping: no new connections, running requests finish');
  try {
    await assembly.stop();
    logger.info({}, 'Stopped');
    exit(exitCodes.stopped);
  } catch (error) {
    reportFailure(logger, 'Cannot stop cleanly', error);
    exit(error instanceof AssertionError ? exitCodes.bug : exitCodes.failed);
  }
}

/** Resolves with the first signal, also one that comes before the server is up; the second one ends the process. */
export function listenForSignals(logger: Logger, host: HostProcess, exit: (code: number) => void): Promise<Signal> {
  return new Promise((resolve) => {
    let hasSignal = false;
    const onSignal = (signal: Signal): void => {
      if (hasSignal) {
        logger.warn({ signal }, 'Second signal: not waiting any longer');
        exit(killedExitCodes[signal]);
      }
      hasSignal = true;
      resolve(signal);
    };
    host.on('SIGTERM', () => onSignal('SIGTERM'));
    host.on('SIGINT', () => onSignal('SIGINT'));
  });
}

/** Nobody caught it, so nobody knows what it left behind: what is on disk can rebuild the store, a wrong store cannot. */
export function exitOnBugs(logger: Logger, host: HostProcess, exit: (code: number) => void): void {
  const onBug = (error: unknown): void => {
    logger.error({ err: error, stack: describeStack(error) }, 'BUG: an error that nobody caught, ending the process');
    exit(exitCodes.bug);
  };
  host.on('uncaughtException', onBug);
  host.on('unhandledRejection', onBug);
}

function reportFailure(logger: Logger, message: string, error: unknown): void {
  const isBug = error instanceof AssertionError;
  logger.error(isBug ? { err: error, stack: describeStack(error) } : { err: error }, message);
  if (!isBug) logger.debug({ stack: describeStack(error) }, message);
}
