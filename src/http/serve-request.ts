import type { IncomingHttpHeaders } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import { Refusal } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import { peekGzipHeader, readBody, readContentEncoding, type BodyLimits, type IncomingRequest } from './body.ts';
import type { ConnectionTracker } from './connections.ts';
import type { Gate } from './gate.ts';
import { errorReply, statusReply } from './replies.ts';
import type { RoutedRequest, Router } from './router.ts';
import { sendReply, type OutgoingResponse, type SendOptions } from './send-reply.ts';
import type { HttpReply, HttpRequest } from './types.ts';

export interface ServeOptions {
  readonly router: Router;
  /** Null if there is no web configuration: everybody may come in. */
  readonly gate: Gate | null;
  readonly connections: ConnectionTracker;
  readonly bodyLimits: BodyLimits;
  readonly openRequestsMax: number;
  readonly logger: Logger;
}

export type RequestListener = (request: IncomingRequest, response: OutgoingResponse) => void;

/**
 * Makes the listener that takes every request to its reply. It never throws and leaves no promise behind that rejects; a handler that
 * answers at once costs no promise at all. Hot path: guarded by the route benchmark in `bench/`.
 */
export function createRequestListener({ router, gate, connections, bodyLimits, openRequestsMax, logger }: ServeOptions): RequestListener {
  let openRequests = 0;
  const onStreamError = (error: unknown): void => logger.error({ err: error }, 'Cannot send the rest of a reply');

  const send = (request: IncomingRequest, response: OutgoingResponse, reply: HttpReply): void => {
    const options: SendOptions = {
      extraHeaders: gate === null ? null : gate.extraHeaders(),
      closesConnection: connections.isClosing,
      onStreamError,
    };
    try {
      sendReply(request, response, reply, options);
    } catch (error) {
      logger.error({ err: error, method: request.method, path: request.url }, 'Cannot send a reply');
      response.destroy();
    }
  };
  const fail = (request: IncomingRequest, response: OutgoingResponse, error: unknown): void =>
    send(request, response, replyToError(error, request, logger));

  const runHandler = (request: IncomingRequest, response: OutgoingResponse, routed: RoutedRequest): void => {
    const reply = routed.handler(new RoutedHttpRequest(request, routed, bodyLimits));
    if (!(reply instanceof Promise)) send(request, response, reply);
    else
      void reply.then(
        (settled) => send(request, response, settled),
        (error: unknown) => fail(request, response, error),
      );
  };

  const routeRequest = (request: IncomingRequest, response: OutgoingResponse): void => {
    const routed = router.route(request.method ?? '', request.url ?? '');
    if (routed.ignoresContentEncoding || readContentEncoding(request) !== 'gzip') {
      runHandler(request, response, routed);
      return;
    }
    peekGzipHeader(request)
      .then(() => runHandler(request, response, routed))
      .catch((error: unknown) => fail(request, response, error));
  };

  const admitRequest = (request: IncomingRequest, response: OutgoingResponse): void => {
    const refusal = gate === null ? null : gate.admit(request.headers.authorization);
    if (refusal === null) routeRequest(request, response);
    else if (!(refusal instanceof Promise)) send(request, response, refusal);
    else {
      refusal
        .then((reply) => (reply === null ? routeRequest(request, response) : send(request, response, reply)))
        .catch((error: unknown) => fail(request, response, error));
    }
  };

  // One function for all responses instead of a closure for each.
  function onResponseClose(this: OutgoingResponse): void {
    openRequests--;
    const { req } = this as { req: IncomingRequest };
    if (req.httpVersionMajor === 1) connections.endRequest(req.socket);
  }

  return (request, response) => {
    openRequests++;
    if (request.httpVersionMajor === 1) connections.beginRequest(request.socket);
    (response as Http2ServerResponse).on('close', onResponseClose);
    if (openRequests > openRequestsMax) {
      send(request, response, errorReply(503, `cannot take the request: ${openRequestsMax} are in work`, { 'Retry-After': '1' }));
      return;
    }
    try {
      admitRequest(request, response);
    } catch (error) {
      fail(request, response, error);
    }
  };
}

/** A Refusal is answered in its own words, one of the server's state with when to try again; anything else is ours or the world's fault, and only the log learns more. */
function replyToError(error: unknown, request: IncomingRequest, logger: Logger): HttpReply {
  if (error instanceof Refusal) return errorReply(error.status, error.message, error.status === 503 ? { 'Retry-After': '1' } : undefined);
  logger.error({ err: error, method: request.method, path: request.url }, 'Cannot answer a request');
  return statusReply(500);
}

class RoutedHttpRequest implements HttpRequest {
  readonly method: string;
  readonly path: string;
  readonly rawPath: string;
  readonly rawQuery: string;
  readonly params: Readonly<Record<string, string>>;
  readonly hasInvalidUtf8: boolean;
  private readonly incoming: IncomingRequest;
  private readonly bodyLimits: BodyLimits;

  constructor(incoming: IncomingRequest, routed: RoutedRequest, bodyLimits: BodyLimits) {
    this.method = incoming.method ?? '';
    this.path = routed.path;
    this.rawPath = routed.rawPath;
    this.rawQuery = routed.rawQuery;
    this.params = routed.params;
    this.hasInvalidUtf8 = routed.hasInvalidUtf8;
    this.incoming = incoming;
    this.bodyLimits = bodyLimits;
  }

  get headers(): IncomingHttpHeaders {
    return this.incoming.headers;
  }

  get remoteAddress(): string {
    const { remoteAddress = '', remotePort = 0 } = this.incoming.socket;
    return remoteAddress.includes(':') ? `[${remoteAddress}]:${remotePort}` : `${remoteAddress}:${remotePort}`;
  }

  /** The sum that `promhttp.InstrumentHandlerRequestSize` makes: URL, method, protocol, headers, host and announced body. */
  approximateSizeBytes(): number {
    const { url = '', httpVersion, headers, rawHeaders } = this.incoming;
    let bytes = url.length + this.method.length + `HTTP/${httpVersion}`.length;
    for (const part of rawHeaders) bytes += part.length;
    // Go keeps the host apart from the headers and counts its value alone.
    if (headers.host !== undefined) bytes -= 'Host'.length;
    return bytes + Number(headers['content-length'] ?? 0);
  }

  readBody(): Promise<Buffer> {
    return readBody(this.incoming, this.bodyLimits);
  }
}
