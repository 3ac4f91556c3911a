export const httpPhases = ['dns', 'connect', 'tls', 'first_byte', 'transfer'] as const;
export type HttpPhase = (typeof httpPhases)[number];

/** Measures the phases of a check, one after the other; a phase that comes again (a redirect) is added. */
export class HttpStopwatch {
  /** In seconds; a phase that was not reached is 0. */
  readonly phases: Record<HttpPhase, number> = { dns: 0, connect: 0, tls: 0, first_byte: 0, transfer: 0 };
  #phase: HttpPhase | null = null;
  #beganMs = 0;

  /** Which phase is under way, or was when all ended. */
  get phase(): HttpPhase | null {
    return this.#phase;
  }

  begin(phase: HttpPhase): void {
    this.end();
    this.#phase = phase;
  }

  /** May be called again. */
  end(): void {
    const nowMs = performance.now();
    if (this.#phase !== null) this.phases[this.#phase] += (nowMs - this.#beganMs) / 1000;
    this.#beganMs = nowMs;
  }
}
