/** Calls at a steady interval. What the calls take, and how late a timer is, moves none of the later ones. */
export class Schedule {
  readonly #intervalMs: number;
  readonly #onTick: () => void;
  readonly #startMs: number;
  #timer: NodeJS.Timeout;

  /** The first call comes after `firstMs`. Further ones are due at whole intervals from there; what a suspended machine missed is left out. */
  constructor(firstMs: number, intervalMs: number, onTick: () => void) {
    this.#intervalMs = intervalMs;
    this.#onTick = onTick;
    this.#startMs = performance.now() + firstMs;
    this.#timer = setTimeout(() => this.#tick(), firstMs);
  }

  stop(): void {
    clearTimeout(this.#timer);
  }

  #tick(): void {
    const nowMs = performance.now();
    // Timers may come a fraction early.
    const done = Math.max(0, Math.round((nowMs - this.#startMs) / this.#intervalMs));
    this.#timer = setTimeout(() => this.#tick(), this.#startMs + (done + 1) * this.#intervalMs - nowMs);
    this.#onTick();
  }
}
