import { createServer, type Server as HttpServer, type ServerOptions as NodeServerOptions } from 'node:http';
import type { Http2ServerResponse } from 'node:http2';
import { Socket, type Server as NetServer } from 'node:net';
import type { Duplex } from 'node:stream';
import { assert } from '../base/assert.ts';
import { createSystemClock, type Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import { createBodyBudgets } from './body-reservation.ts';
import { ConnectionTracker } from './connections.ts';
import type { Gate } from './gate.ts';
import * as limits from './limits.ts';
import { explainBindError, formatAddress, parseListenAddress, takeSystemdSockets, type ListenTarget } from './listen-address.ts';
import type { IncomingRequest } from './messages.ts';
import type { Router } from './router.ts';
import { createRequestListener, type RequestListener } from './serve-request.ts';

export interface StartOptions {
  readonly router: Router;
  /** In Go's forms; not looked at with `usesSystemdSockets`. */
  readonly listenAddresses: readonly string[];
  readonly usesSystemdSockets?: boolean;
  /** Empty or left out: plain HTTP for everybody. */
  readonly webConfigFile?: string;
  /** After unpacking; 0 means no limit. */
  readonly bodyBytesMax?: number;
  /** How long a request may take to arrive. */
  readonly requestTimeoutMs?: number;
  readonly timeoutCheckIntervalMs?: number;
  /** Of all requests together, in work; at least one body of the largest size is always taken. */
  readonly bodiesBytesMax?: number;
  readonly openRequestsMax?: number;
  readonly connectionsMax?: number;
  readonly logger: Logger;
  readonly clock?: Clock;
}

export interface RunningServer {
  /** What it listens on, in the order of the listen addresses, with the ports that were really taken. */
  readonly addresses: readonly string[];
  readonly isTls: boolean;
  /**
   * Stops accepting, lets running requests finish, closes connections as they become idle, and resolves when none is left. It waits as
   * long as the requests take, which the timeouts bound. Further calls wait for the same end.
   */
  close(): Promise<void>;
}

/** Starts to serve. Rejects with a Failure of one line if an address or the web configuration cannot be used; then nothing listens. */
export async function startServer(options: StartOptions): Promise<RunningServer> {
  const { logger, clock = createSystemClock() } = options;
  const webConfigFile = options.webConfigFile ?? '';
  const secured = webConfigFile === '' ? null : await openSecured(webConfigFile, logger, clock);
  const gate = secured?.gate ?? null;
  const connections = new ConnectionTracker();
  const { bodyBytesMax = limits.bodyBytesMaxDefault, requestTimeoutMs = limits.requestTimeoutMsDefault } = options;
  const openRequestsMax = options.openRequestsMax ?? limits.openRequestsMaxDefault;
  const listener = createRequestListener({
    router: options.router,
    gate,
    connections,
    bodyLimits: { bodyBytesMax, requestTimeoutMs },
    bodyBudgets: createBodyBudgets(options.bodiesBytesMax ?? limits.bodiesBytesMaxDefault),
    openRequestsMax,
    logger,
  });
  const targets = options.usesSystemdSockets
    ? takeSystemdSockets(process.env, process.pid)
    : await Promise.all(options.listenAddresses.map(parseListenAddress));

  const servers: NetServer[] = [];
  const isTls = secured?.isTls === true;
  try {
    for (const target of targets) {
      const server = secured?.isTls === true ? secured.createServer(listener, readTimeouts(options)) : createPlainServer(listener, options);
      server.on('clientError', answerClientError);
      server.on('checkExpectation', listener);
      server.on('connect', answerConnect(connections, listener));
      server.maxConnections = options.connectionsMax ?? limits.connectionsMaxDefault;
      connections.watch(server, isTls);
      await listenOn(server, target);
      server.on('error', (err) => logger.error({ err }, 'Cannot accept a connection'));
      servers.push(server);
    }
  } catch (error) {
    for (const server of servers) server.close();
    throw error;
  }
  const addresses = servers.map((server) => formatAddress(server.address()));
  let closed: Promise<void> | null = null;
  return { addresses, isTls, close: () => (closed ??= closeServers(servers, connections)) };
}

async function closeServers(servers: readonly NetServer[], connections: ConnectionTracker): Promise<void> {
  const ends = servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
  connections.close();
  await Promise.all(ends);
}

function listenOn(server: NetServer, { name, listen }: ListenTarget): Promise<void> {
  return new Promise((resolve, reject) => {
    const onError = (error: Error): void => reject(explainBindError(name, error));
    server.once('error', onError);
    server.listen(listen, () => {
      server.off('error', onError);
      resolve();
    });
  });
}

/** What a web configuration file brings. */
interface Secured {
  readonly gate: Gate;
  readonly isTls: boolean;
  /** HTTP/2 beside HTTP/1 with the file's certificate. */
  createServer(listener: RequestListener, timeouts: NodeServerOptions): HttpServer;
}

/** Its libraries are loaded only if there is such a file: they cost some 25 MB and a tenth of a second of every start. */
async function openSecured(webConfigFile: string, logger: Logger, clock: Clock): Promise<Secured> {
  const [{ createGate }, { createTlsServer }, { openWebConfig }] = await Promise.all([
    import('./gate.ts'),
    import('./tls.ts'),
    import('./web-config-source.ts'),
  ]);
  const config = openWebConfig(webConfigFile, logger, clock);
  const { tls } = config.initial;
  return {
    gate: createGate(config, clock),
    isTls: tls !== null,
    createServer(listener, timeouts) {
      assert(tls !== null, 'a server without TLS needs no certificate');
      return createTlsServer(listener, tls, timeouts, config, logger);
    },
  };
}

function createPlainServer(listener: RequestListener, options: StartOptions): HttpServer {
  const server = createServer(readTimeouts(options), listener);
  server.setTimeout(limits.socketIdleTimeoutMs);
  return server;
}

function readTimeouts(options: StartOptions): NodeServerOptions {
  const requestTimeout = options.requestTimeoutMs ?? limits.requestTimeoutMsDefault;
  return {
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    headersTimeout: Math.min(limits.headersTimeoutMs, requestTimeout),
    requestTimeout,
    connectionsCheckingInterval: options.timeoutCheckIntervalMs ?? limits.timeoutCheckIntervalMs,
    maxHeaderSize: limits.headerBytesMax,
    // `protocol.ts` does, in order with the requests before it.
    requireHostHeader: false,
  };
}

const connectReply = '404 page not found\n';

/**
 * CONNECT gets the 404 of any path that is not routed. Over HTTP/1 Node has taken the connection apart by then, so that nothing but the
 * last word can be said; over HTTP/2 it is a stream like others.
 */
function answerConnect(connections: ConnectionTracker, listener: RequestListener) {
  return (request: IncomingRequest, connection: Socket | Http2ServerResponse): void => {
    if (!(connection instanceof Socket)) {
      listener(request, connection);
      return;
    }
    connection.on('error', () => connection.destroy());
    // Replies to requests before it may still be on their way.
    if (!connections.isIdle(connection)) connection.destroy();
    else connection.end(formatLastReply('404 Not Found', connectReply), () => connection.destroy());
  };
}

/** A whole reply where Node has no response for us. */
function formatLastReply(line: string, body: string): string {
  return `HTTP/1.1 ${line}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n${body}`;
}

const clientErrorLines: Readonly<Record<string, string>> = {
  HPE_HEADER_OVERFLOW: '431 Request Header Fields Too Large',
  ERR_HTTP_REQUEST_TIMEOUT: '408 Request Timeout',
};

/**
 * What cannot be read as a request gets Go's answer. Nothing is written into a reply that is already on its way (Node's own default looks
 * at the same field), nor to a connection that failed in another way, for example in its TLS handshake.
 */
function answerClientError(
  error: NodeJS.ErrnoException,
  socket: Duplex & { readonly _httpMessage?: { readonly headersSent: boolean } | null },
): void {
  const { code = '' } = error;
  const isReadable = code.startsWith('HPE_') || code === 'ERR_HTTP_REQUEST_TIMEOUT';
  if (!isReadable || !socket.writable || socket._httpMessage?.headersSent === true) {
    socket.destroy();
    return;
  }
  const line = clientErrorLines[code] ?? '400 Bad Request';
  socket.end(formatLastReply(line, line), () => socket.destroy());
}
