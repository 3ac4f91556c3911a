import { assert } from './assert.ts';
import type { Clock } from './clock.ts';
import type { LogFields, Logger } from './logger.ts';

/** A log for what may happen on every request: repeats of one key are held back and counted. */
export interface RateLimitedLog {
  info(key: string, fields: LogFields, message: string): void;
  warn(key: string, fields: LogFields, message: string): void;
  error(key: string, fields: LogFields, message: string): void;
}

/** How many keys are remembered; beyond it the one that was printed longest ago is forgotten, and with it its count. */
const rateLimitedKeysMax = 1000;

interface KeyState {
  printedMs: number;
  suppressed: number;
}

/**
 * Prints the lines of one key at most once per `intervalMs`. The next line that is printed carries the number of those held back
 * since as `suppressed`; a key that never comes again takes its count with it. Keys are shared by all levels.
 */
export function createRateLimitedLog(logger: Logger, clock: Clock, intervalMs: number): RateLimitedLog {
  assert(intervalMs > 0, 'the interval of a rate-limited log is positive');
  const states = new Map<string, KeyState>();

  const print = (level: 'info' | 'warn' | 'error', key: string, fields: LogFields, message: string): void => {
    const nowMs = clock.nowMs();
    const state = states.get(key);
    // A clock that was set back must not silence a key until it has caught up.
    if (state !== undefined && nowMs >= state.printedMs && nowMs - state.printedMs < intervalMs) {
      state.suppressed++;
      return;
    }
    // Deleted and set again, so that the map stays in the order of printing.
    states.delete(key);
    if (states.size >= rateLimitedKeysMax) states.delete(oldestKey(states));
    states.set(key, { printedMs: nowMs, suppressed: 0 });
    const suppressed = state?.suppressed ?? 0;
    logger[level](suppressed > 0 ? { ...fields, suppressed } : fields, message);
  };

  return {
    info: (key, fields, message) => print('info', key, fields, message),
    warn: (key, fields, message) => print('warn', key, fields, message),
    error: (key, fields, message) => print('error', key, fields, message),
  };
}

function oldestKey(states: ReadonlyMap<string, KeyState>): string {
  const first = states.keys().next();
  assert(first.done !== true, 'a full map has a first key');
  return first.value;
}
