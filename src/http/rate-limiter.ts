import type { Clock } from '../base/clock.ts';

/** A token bucket that begins full: `burst` requests at once, then one per `intervalMs`. */
export class RateLimiter {
  private readonly intervalMs: number;
  private readonly burst: number;
  private readonly clock: Clock;
  private tokens: number;
  private filledMs: number;

  constructor(intervalMs: number, burst: number, clock: Clock) {
    this.intervalMs = intervalMs;
    this.burst = burst;
    this.clock = clock;
    this.tokens = burst;
    this.filledMs = clock.nowMs();
  }

  /** Takes a token if there is one. */
  allows(): boolean {
    const nowMs = this.clock.nowMs();
    this.tokens = Math.min(this.burst, this.tokens + Math.max(0, nowMs - this.filledMs) / this.intervalMs);
    this.filledMs = nowMs;
    if (this.tokens < 1) return false;
    this.tokens--;
    return true;
  }
}
