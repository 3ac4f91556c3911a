import type { ApiSuccess } from '../../../api/types.ts';
import { Failure } from '../../../base/errors.ts';
import type { ConnectionOptions } from '../../../client/connection-options.ts';
import { PushRefusedError } from '../../../client/errors.ts';
import { GatewayConnection, type GatewayRequest } from '../../../client/gateway-connection.ts';
import { gatewayNotPushgate } from '../errors.ts';
import { apiAnswerBytesMax } from '../limits.ts';

/** The API of a gateway (docs/api.md) over one connection. */
export class GatewayApi {
  readonly #connection: GatewayConnection;
  readonly #signal: AbortSignal;

  constructor(options: ConnectionOptions, signal: AbortSignal) {
    this.#connection = new GatewayConnection(options);
    this.#signal = signal;
  }

  /**
   * Asks below `/api/v1/`, and resolves with the data of the answer. `operation`: what for, for messages. Rejects with PG_GATEWAY_FOREIGN when
   * the gateway does not know the endpoint, as prom/pushgateway does not.
   */
  async request<T>(method: GatewayRequest['method'], path: string, operation: string, body?: Uint8Array): Promise<T> {
    try {
      const answer = await this.send(method, `api/v1/${path}`, operation, body);
      return readData<T>(answer, this.#connection.url);
    } catch (error) {
      if (!(error instanceof PushRefusedError) || !isUnknownEndpoint(error)) throw error;
      throw gatewayNotPushgate(
        `cannot ${operation}: ${this.#connection.url} has no such API; it is no Pushgate (prom/pushgateway has less), or its route prefix is missing`,
        { cause: error },
      );
    }
  }

  /** Asks at any path, and resolves with the text of the answer. */
  async send(method: GatewayRequest['method'], path: string, operation: string, body?: Uint8Array): Promise<Buffer> {
    const answer = await this.#connection.request({
      method,
      path,
      operation,
      signal: this.#signal,
      answerBytesMax: apiAnswerBytesMax,
      ...(body === undefined ? {} : { body, headers: { 'content-type': 'text/plain; version=0.0.4; charset=utf-8' } }),
    });
    return answer.body;
  }
}

/** A 404 or 405 that our API did not say itself: that one has a JSON with what was not found. */
function isUnknownEndpoint({ status, body }: PushRefusedError): boolean {
  return (status === 404 || status === 405) && !body.startsWith('{"status":"error"');
}

/** What `ask` gives, or for a gateway without our API what `askPlainly` gives. */
export async function orPlainly<T>(ask: () => Promise<T>, askPlainly: () => Promise<T>): Promise<T> {
  try {
    return await ask();
  } catch (error) {
    if (!(error instanceof Failure) || error.code !== gatewayNotPushgate.code) throw error;
    return askPlainly();
  }
}

function readData<T>(body: Buffer, url: string): T {
  try {
    const answer = JSON.parse(body.toString()) as Partial<ApiSuccess<T>> | null;
    if (answer?.status === 'success' && answer.data !== undefined) return answer.data;
  } catch {
    // Said below.
  }
  throw gatewayNotPushgate(`cannot read the answer of ${url}: it is not that of a Pushgate; is this its address?`);
}
