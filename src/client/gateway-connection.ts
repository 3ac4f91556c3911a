import { setTimeout as sleep } from 'node:timers/promises';
import { type ConnectionOptions, type ConnectionSettings, readConnectionOptions } from './connection-options.ts';
import { describeRequestError, isLasting } from './connection-errors.ts';
import { isTemporaryStatus, PushRefusedError, PushUnreachableError } from './errors.ts';
import { backoffMsFirst, backoffMsMax, quotedAnswerLengthMax, retryAfterMsMax } from './limits.ts';
import { describeRefusedAnswer } from './refused-answer.ts';
import { type Answer, sendRequest } from './send-request.ts';

export interface GatewayRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** Below the gateway's address, escaped, without a slash at its start. */
  readonly path: string;
  /** What is being done, for messages: `push to job "nightly"`. */
  readonly operation: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly signal?: AbortSignal | undefined;
  /** Bytes of the answer that are read; a longer one is an error. 64 KiB if left out. */
  readonly answerBytesMax?: number;
}

export interface GatewayAnswer extends Answer {
  /** Where it came from, without user and password. */
  readonly url: string;
  /** How often the gateway was asked. */
  readonly attempts: number;
}

/** Sends requests to one gateway, again where that may help. Every request of ours can be repeated: a push says how things are. */
export class GatewayConnection {
  readonly #settings: ConnectionSettings;

  constructor(options: ConnectionOptions) {
    this.#settings = readConnectionOptions(options);
  }

  /** The gateway's address with a slash at its end, without user and password. */
  get url(): string {
    return this.#settings.base.href;
  }

  /**
   * Resolves with an answer of 2xx. Rejects with a PushRefusedError for any other, a PushUnreachableError without one, and the reason of
   * the signal when that was given up.
   */
  async request(request: GatewayRequest): Promise<GatewayAnswer> {
    const { base, retries } = this.#settings;
    const url = new URL(base.href + request.path);
    for (let attempt = 1; ; attempt++) {
      request.signal?.throwIfAborted();
      const outcome = await this.#attempt(url, request);
      if (outcome.kind === 'answer' && outcome.answer.status >= 200 && outcome.answer.status < 300) {
        return { ...outcome.answer, url: url.href, attempts: attempt };
      }
      if (!outcome.mayRetry || attempt > retries) throw describeOutcome(outcome, request, url, attempt);
      const delayMs = chooseDelayMs(attempt, outcome);
      this.#settings.onRetry({ attempt, delayMs, reason: outcome.reason });
      await wait(delayMs, request.signal);
    }
  }

  async #attempt(url: URL, request: GatewayRequest): Promise<Outcome> {
    const { headers, tls, timeoutMs } = this.#settings;
    try {
      const answer = await sendRequest(url, { ...request, headers: { ...headers, ...request.headers } }, { tls, timeoutMs });
      return { kind: 'answer', answer, mayRetry: isTemporaryStatus(answer.status), reason: `the gateway answered ${answer.status}` };
    } catch (cause) {
      request.signal?.throwIfAborted();
      return { kind: 'error', cause, mayRetry: !isLasting(cause), reason: describeRequestError(cause) };
    }
  }
}

/** How one attempt went; `reason` says why it did not do. */
type Outcome = { readonly mayRetry: boolean; readonly reason: string } & (
  { readonly kind: 'answer'; readonly answer: Answer } | { readonly kind: 'error'; readonly cause: unknown }
);

function describeOutcome(outcome: Outcome, { operation }: GatewayRequest, url: URL, attempts: number): Error {
  const tries = attempts === 1 ? '' : ` (tried ${attempts} times)`;
  if (outcome.kind === 'error') {
    const message = `cannot ${operation} at ${url.origin}: ${outcome.reason}${tries}`;
    return new PushUnreachableError(message, { url: url.href, attempts, cause: outcome.cause });
  }
  const { answer } = outcome;
  const body = answer.body.toString();
  const message = `cannot ${operation} at ${url.origin}: ${describeRefusedAnswer(answer).slice(0, quotedAnswerLengthMax)}${tries}`;
  return new PushRefusedError(message, { status: answer.status, body, url: url.href, attempts });
}

/** Twice as long each time, somewhere between half and all of it so that many clients do not come back at once; longer if asked to. */
function chooseDelayMs(attempt: number, outcome: Outcome): number {
  const backoffMs = Math.min(backoffMsFirst * 2 ** (attempt - 1), backoffMsMax);
  const jitteredMs = Math.round(backoffMs * (0.5 + Math.random() / 2));
  if (outcome.kind === 'error') return jitteredMs;
  return Math.max(jitteredMs, readRetryAfterMs(outcome.answer.headers['retry-after']));
}

/** Seconds or a date; 0 for anything else. */
function readRetryAfterMs(header: string | undefined): number {
  if (header === undefined) return 0;
  const delayMs = /^\s*\d+\s*$/.test(header) ? Number(header) * 1000 : Date.parse(header) - Date.now();
  return delayMs > 0 ? Math.min(delayMs, retryAfterMsMax) : 0;
}

async function wait(delayMs: number, signal: AbortSignal | undefined): Promise<void> {
  try {
    await sleep(delayMs, undefined, signal === undefined ? {} : { signal });
  } catch (error) {
    signal?.throwIfAborted();
    throw error;
  }
}
