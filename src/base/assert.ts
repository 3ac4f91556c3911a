/** Ends in an AssertionError when a thing that we promised ourselves does not hold: a bug of ours, never bad input. */
export function assert(condition: unknown, message: string): asserts condition {
  if (!condition) throw new AssertionError(message);
}

/** A broken promise inside Pushgate. Nobody catches it but the edge, which logs it with its stack. */
export class AssertionError extends Error {
  override readonly name: string = 'AssertionError';

  constructor(message: string) {
    super(`BUG: ${message}`);
  }
}
