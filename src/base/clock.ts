/** The time, handed in everywhere so that tests can set it. */
export interface Clock {
  /** Unix time in milliseconds, with a fraction down to microseconds. */
  nowMs(): number;
}

/** How far the precise clock may stray from the wall clock before it is set again. */
const driftMsMax = 5;

/**
 * The wall clock with microseconds: `Date.now()` alone cannot tell two pushes within one millisecond apart.
 * It follows a wall clock that is set (NTP, suspend) at the next call.
 */
export function createSystemClock(): Clock {
  let originMs = Date.now() - performance.now();
  return {
    nowMs() {
      const elapsedMs = performance.now();
      const wallMs = Date.now();
      if (Math.abs(originMs + elapsedMs - wallMs) > driftMsMax) originMs = wallMs - elapsedMs;
      return originMs + elapsedMs;
    },
  };
}
