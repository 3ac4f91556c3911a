/**
 * Three kinds of errors, never mixed: a Refusal is the caller's, a Failure the world's, a broken assertion ours.
 * Each room lists its refusals in its own `errors.ts`; `docs/errors.md` tells users the same list (a test holds them together).
 */

/** What a caller did wrong: answered with `status` and `message`, which says what to change. */
export class Refusal extends Error {
  override readonly name: string = 'Refusal';
  /** Stable code, for example `PG_PATH_ODD_COMPONENTS`; never reused once retired. */
  readonly code: string;
  /** HTTP status of the answer. */
  readonly status: number;

  constructor(code: string, status: number, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
    this.status = status;
  }
}

/** What the world did wrong (disk full, engine away): the operation failed, nothing was half-applied, and it may be tried again. */
export class Failure extends Error {
  override readonly name: string = 'Failure';
  readonly code: string;

  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/** One entry of a room's error list: `new`-less factory with a fixed code and status. */
export interface RefusalKind {
  readonly code: string;
  readonly status: number;
  (message: string, options?: ErrorOptions): Refusal;
}

/** Declares a refusal of a room. The message is given where it is thrown, since it names the operation and the cause. */
export function defineRefusal(code: string, status: number): RefusalKind {
  const make = (message: string, options?: ErrorOptions): Refusal => new Refusal(code, status, message, options);
  return Object.assign(make, { code, status });
}

/** One entry of a room's list of failures. */
export interface FailureKind {
  readonly code: string;
  (message: string, options?: ErrorOptions): Failure;
}

/** Declares a failure of a room. */
export function defineFailure(code: string): FailureKind {
  const make = (message: string, options?: ErrorOptions): Failure => new Failure(code, message, options);
  return Object.assign(make, { code });
}
