import { createServer, type ServerOptions as NodeServerOptions } from 'node:http';
import { createSecureServer } from 'node:http2';
import { createServer as createHttpsServer } from 'node:https';
import type { Server as NetServer } from 'node:net';
import type { Duplex } from 'node:stream';
import { createSystemClock, type Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import { ConnectionTracker } from './connections.ts';
import { createGate } from './gate.ts';
import * as limits from './limits.ts';
import { explainBindError, formatAddress, parseListenAddress, takeSystemdSockets, type ListenTarget } from './listen-address.ts';
import type { Router } from './router.ts';
import { createRequestListener, type RequestListener } from './serve-request.ts';
import { readTlsOptions } from './tls-options.ts';
import { keepTlsCurrent } from './tls.ts';
import { openWebConfig, type WebConfigSource } from './web-config-source.ts';

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
  const config = webConfigFile === '' ? null : openWebConfig(webConfigFile, logger, clock);
  const gate = config === null ? null : createGate(config, clock);
  const connections = new ConnectionTracker();
  const { bodyBytesMax = limits.bodyBytesMaxDefault, requestTimeoutMs = limits.requestTimeoutMsDefault } = options;
  const openRequestsMax = options.openRequestsMax ?? limits.openRequestsMaxDefault;
  const bodyLimits = { bodyBytesMax, requestTimeoutMs };
  const listener = createRequestListener({ router: options.router, gate, connections, bodyLimits, openRequestsMax, logger });
  const targets = options.usesSystemdSockets
    ? takeSystemdSockets(process.env, process.pid)
    : await Promise.all(options.listenAddresses.map(parseListenAddress));

  const servers: NetServer[] = [];
  const isTls = config !== null && config.initial.tls !== null;
  try {
    for (const target of targets) {
      const server = createNodeServer(listener, config, options);
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

/** The server of one address: plain HTTP/1, or with a certificate HTTP/2 beside HTTP/1. */
function createNodeServer(listener: RequestListener, config: WebConfigSource | null, options: StartOptions): NetServer {
  const requestTimeout = options.requestTimeoutMs ?? limits.requestTimeoutMsDefault;
  const timeouts: NodeServerOptions = {
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    headersTimeout: Math.min(limits.headersTimeoutMs, requestTimeout),
    requestTimeout,
    connectionsCheckingInterval: options.timeoutCheckIntervalMs ?? limits.timeoutCheckIntervalMs,
    maxHeaderSize: limits.headerBytesMax,
  };
  const tlsConfig = config?.initial.tls ?? null;
  if (config === null || tlsConfig === null) {
    const server = createServer(timeouts, listener);
    server.on('clientError', answerClientError);
    server.setTimeout(limits.socketIdleTimeoutMs);
    return server;
  }
  const tls = { ...readTlsOptions(tlsConfig), handshakeTimeout: limits.handshakeTimeoutMs };
  const server = config.initial.http2
    ? // For HTTP/1 beside HTTP/2 Node reads these fields of the server, but does not set them from the options.
      Object.assign(createSecureServer({ ...tls, allowHTTP1: true }, listener), timeouts)
    : createHttpsServer({ ...tls, ...timeouts }, listener);
  server.on('clientError', answerClientError);
  server.setTimeout(limits.socketIdleTimeoutMs);
  keepTlsCurrent(server, config, options.logger);
  return server;
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
  socket.end(`HTTP/1.1 ${line}\r\nContent-Type: text/plain; charset=utf-8\r\nConnection: close\r\n\r\n${line}`, () => socket.destroy());
}
