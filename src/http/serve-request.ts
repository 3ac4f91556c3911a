import type { IncomingHttpHeaders, ServerResponse } from 'node:http';
import { Refusal } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';
import { BodyReservation, type BodyBudgets } from './body-reservation.ts';
import { peekGzipHeader, readBody, readContentEncoding, type BodyLimits } from './body.ts';
import type { Arrival, ConnectionTracker } from './connections.ts';
import type { Gate } from './gate.ts';
import { isHttp2, type IncomingRequest, type OutgoingResponse } from './messages.ts';
import { refuseMessage } from './protocol.ts';
import { errorReply, statusReply } from './replies.ts';
import type { RoutedRequest, Router } from './router.ts';
import { sendReply, type SendOptions } from './send-reply.ts';
import { Turn } from './turn.ts';
import type { HttpReply, HttpRequest } from './types.ts';

export interface ServeOptions {
  readonly router: Router;
  /** Null if there is no web configuration: everybody may come in. */
  readonly gate: Gate | null;
  readonly connections: ConnectionTracker;
  readonly bodyLimits: BodyLimits;
  readonly bodyBudgets: BodyBudgets;
  readonly openRequestsMax: number;
  readonly logger: Logger;
}

const overloadReply = errorReply(503, 'cannot take the request: too many are in work', { 'Retry-After': '1' });

export type RequestListener = (request: IncomingRequest, response: OutgoingResponse) => void;

/**
 * Makes the listener that takes every request to its reply, those of one HTTP/1 connection one after the other. It never throws and leaves
 * no promise behind that rejects; a handler that answers at once costs no promise at all. Hot path: guarded by the route benchmark in
 * `bench/`.
 */
export function createRequestListener(options: ServeOptions): RequestListener {
  const { connections, openRequestsMax } = options;
  const { begin, beginNext, send, hurry } = createAnswerer(options);

  // One function for all responses instead of a closure for each.
  function onResponseClose(this: OutgoingResponse): void {
    if (isHttp2(this)) {
      connections.endStream();
      return;
    }
    const next = connections.endRequest(this.req.socket, this);
    if (next !== null) beginNext(next);
  }

  return (request, response) => {
    let arrival: Arrival = 'begins';
    if (isHttp2(response)) connections.beginStream();
    else arrival = connections.beginRequest(request.socket, response);
    if (arrival === 'gone') return;
    (response as ServerResponse).on('close', onResponseClose);
    const first = arrival === 'waits' ? connections.firstResponse(request.socket) : undefined;
    if (first !== undefined) hurry(first);
    if (arrival === 'refused' || connections.openRequests > openRequestsMax) send(request, response, overloadReply);
    else if (arrival === 'begins') begin(response);
  };
}

/** The way of one request, whatever others there are. */
interface Answerer {
  /** Of a request that has just arrived; of one that waited for those before it. */
  readonly begin: (response: OutgoingResponse) => void;
  readonly beginNext: (response: OutgoingResponse) => void;
  readonly send: (request: IncomingRequest, response: OutgoingResponse, reply: HttpReply) => void;
  /** Another request came behind this one, which is in work on its connection. */
  readonly hurry: (response: ServerResponse) => void;
}

function createAnswerer({ router, gate, connections, bodyLimits, bodyBudgets, logger }: ServeOptions): Answerer {
  const onStreamError = (error: unknown): void => logger.error({ err: error }, 'Cannot send the rest of a reply');

  const turn = new Turn((response) => beginNext(response));

  const sendNow = (request: IncomingRequest, response: OutgoingResponse, reply: HttpReply): void => {
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
  const send = (request: IncomingRequest, response: OutgoingResponse, reply: HttpReply): void => {
    const { socket } = request;
    if (isHttp2(response) || connections.hasWaiting(socket)) sendNow(request, response, reply);
    else turn.hold(socket, () => sendNow(request, response, reply));
  };
  const fail = (request: IncomingRequest, response: OutgoingResponse, error: unknown): void =>
    send(request, response, replyToError(error, request, logger));

  const runHandler = (request: IncomingRequest, response: OutgoingResponse, routed: RoutedRequest): void => {
    const reservation = new BodyReservation(bodyBudgets);
    const reply = routed.handler(new RoutedHttpRequest(request, routed, bodyLimits, reservation));
    if (!(reply instanceof Promise)) send(request, response, reply);
    else
      void reply.then(
        (settled) => {
          reservation.release();
          send(request, response, settled);
        },
        (error: unknown) => {
          reservation.release();
          fail(request, response, error);
        },
      );
  };

  const routeRequest = (request: IncomingRequest, response: OutgoingResponse): void => {
    const routed = router.route(request.method ?? '', request.url ?? '');
    const peeked = routed.ignoresContentEncoding || readContentEncoding(request) !== 'gzip' ? null : peekGzipHeader(request);
    if (peeked === null) runHandler(request, response, routed);
    else peeked.then(() => runHandler(request, response, routed)).catch((error: unknown) => fail(request, response, error));
  };

  const admitRequest = (request: IncomingRequest, response: OutgoingResponse): void => {
    const objection = refuseMessage(request);
    if (objection !== null) {
      send(request, response, objection);
      return;
    }
    const refusal = gate === null ? null : gate.admit(request.headers.authorization);
    if (refusal === null) routeRequest(request, response);
    else if (!(refusal instanceof Promise)) send(request, response, refusal);
    else {
      refusal
        .then((reply) => (reply === null ? routeRequest(request, response) : send(request, response, reply)))
        .catch((error: unknown) => fail(request, response, error));
    }
  };

  const beginNext = (response: OutgoingResponse): void => {
    const request: IncomingRequest = response.req;
    try {
      admitRequest(request, response);
    } catch (error) {
      fail(request, response, error);
    }
  };
  return { begin: (response) => turn.begin(response), beginNext, send: sendNow, hurry: (response) => turn.hurry(response) };
}

/** A Refusal is answered in its own words, one of the server's state with when to try again; anything else is ours or the world's fault, and only the log learns more. */
function replyToError(error: unknown, request: IncomingRequest, logger: Logger): HttpReply {
  if (error instanceof Refusal) {
    const { method, url: path, socket } = request;
    logger.debug({ method, path, source: socket.remoteAddress, code: error.code, err: error.message }, 'Refused a request');
    return errorReply(error.status, error.message, error.status === 503 ? { 'Retry-After': '1' } : undefined);
  }
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
  private readonly reservation: BodyReservation;

  constructor(incoming: IncomingRequest, routed: RoutedRequest, bodyLimits: BodyLimits, reservation: BodyReservation) {
    this.method = incoming.method ?? '';
    this.path = routed.path;
    this.rawPath = routed.rawPath;
    this.rawQuery = routed.rawQuery;
    this.params = routed.params;
    this.hasInvalidUtf8 = routed.hasInvalidUtf8;
    this.incoming = incoming;
    this.bodyLimits = bodyLimits;
    this.reservation = reservation;
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

  readBody(): Buffer | Promise<Buffer> {
    return readBody(this.incoming, this.bodyLimits, this.reservation);
  }
}
