import { defineFailure, defineRefusal, Failure, Refusal, type FailureKind, type RefusalKind } from '../base/errors.ts';

/** Settings of a push that cannot be followed: an address that is none, a label name that no path can hold. */
export const badPushOptions: RefusalKind = defineRefusal('PG_PUSH_OPTIONS', 400);

const badPushText: RefusalKind = defineRefusal('PG_PUSH_TEXT', 400);
const gatewayRefused: RefusalKind = defineRefusal('PG_GATEWAY_REFUSED', 400);
const gatewayUnreachable: FailureKind = defineFailure('PG_GATEWAY_UNREACHABLE');

/** Answers that say "not now": the gateway is starting, full or overloaded, or a proxy before it does not reach it. */
const temporaryStatuses: ReadonlySet<number> = new Set([429, 502, 503, 504]);

export function isTemporaryStatus(status: number): boolean {
  return temporaryStatuses.has(status);
}

/** A text that the gateway would refuse, found before it was sent. Line and column are counted from 1; 0: not known. */
export class PushTextError extends Refusal {
  override readonly name: string = 'PushTextError';
  /** What is wrong, without what was being done. */
  readonly reason: string;
  readonly line: number;
  readonly column: number;

  constructor(reason: string, { line, column }: { line: number; column: number }, options?: ErrorOptions) {
    super(badPushText.code, badPushText.status, `cannot push the metrics: ${reason}`, options);
    this.reason = reason;
    this.line = line;
    this.column = column;
  }
}

/** What a gateway answered instead of doing what it was asked for. */
export interface RefusedAnswer {
  readonly status: number;
  /** The text of the answer, as far as it was read. */
  readonly body: string;
  /** Without user and password. */
  readonly url: string;
  /** How often it was asked. */
  readonly attempts: number;
}

/** The gateway answered, and said no: `status` and `body` say why. Nothing was stored. */
export class PushRefusedError extends Refusal implements RefusedAnswer {
  override readonly name: string = 'PushRefusedError';
  readonly body: string;
  readonly url: string;
  readonly attempts: number;
  /** Whether the same push may be taken later (429, 502, 503, 504). */
  readonly isTemporary: boolean;

  constructor(message: string, { status, body, url, attempts }: RefusedAnswer) {
    super(gatewayRefused.code, status, message);
    this.body = body;
    this.url = url;
    this.attempts = attempts;
    this.isTemporary = isTemporaryStatus(status);
  }
}

/** No answer: the gateway could not be reached, or did not answer in time. What was sent may have been stored. */
export class PushUnreachableError extends Failure {
  override readonly name: string = 'PushUnreachableError';
  /** Without user and password. */
  readonly url: string;
  /** How often it was tried. */
  readonly attempts: number;

  constructor(message: string, { url, attempts, cause }: { url: string; attempts: number; cause: unknown }) {
    super(gatewayUnreachable.code, message, { cause });
    this.url = url;
    this.attempts = attempts;
  }
}
