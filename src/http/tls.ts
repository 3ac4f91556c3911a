import type { Server as HttpServer, ServerOptions } from 'node:http';
import { createSecureServer } from 'node:http2';
import { createServer } from 'node:https';
import type { Server as TlsServer, TLSSocket } from 'node:tls';
import type { Logger } from '../base/logger.ts';
import { handshakeTimeoutMs, socketIdleTimeoutMs } from './limits.ts';
import type { RequestListener } from './serve-request.ts';
import { readTlsOptions } from './tls-options.ts';
import type { WebConfigSource } from './web-config-source.ts';
import type { TlsConfig, WebConfig } from './web-config.ts';

/** A server with a certificate: HTTP/2 beside HTTP/1, or HTTP/1 alone if the configuration says so. It follows changes of the configuration. */
export function createTlsServer(
  listener: RequestListener,
  tls: TlsConfig,
  timeouts: ServerOptions,
  source: WebConfigSource,
  logger: Logger,
): HttpServer {
  const options = { ...readTlsOptions(tls), handshakeTimeout: handshakeTimeoutMs };
  const server = source.initial.http2
    ? // For HTTP/1 beside HTTP/2 Node reads these fields of the server, but does not set them from the options.
      Object.assign(createSecureServer({ ...options, allowHTTP1: true }, listener), timeouts)
    : createServer({ ...options, ...timeouts }, listener);
  server.setTimeout(socketIdleTimeoutMs);
  keepTlsCurrent(server, source, logger);
  return server as unknown as HttpServer;
}

/**
 * Keeps the server's certificates and client rules those of the configuration. A change of `tls_server_config` takes effect with the next
 * connection.
 */
function keepTlsCurrent(server: TlsServer, source: WebConfigSource, logger: Logger): void {
  let current: TlsConfig | null = source.initial.tls;
  source.onChange((config: WebConfig) => {
    if (config.tls === null) {
      logger.warn({}, 'tls_server_config was removed; the server keeps its certificates until it is restarted');
      return;
    }
    const options = readTlsOptions(config.tls);
    server.setSecureContext(options);
    // A field of tls.Server that is read for every new connection; there is no method to set it.
    Object.assign(server, { requestCert: options.requestCert });
    current = config.tls;
  });
  // Before the handshake, so that a connection gets the certificate that is there when it comes.
  server.prependListener('connection', () => source.current());

  // Node's own listener starts to read requests: clients must pass before it, not beside it.
  const serve = server.listeners('secureConnection') as ((socket: TLSSocket) => void)[];
  server.removeAllListeners('secureConnection');
  server.on('secureConnection', (socket) => {
    const reason = current === null ? null : explainRejection(current, socket);
    if (reason === null) {
      for (const listener of serve) listener.call(server, socket);
      return;
    }
    logger.debug({ remoteAddress: socket.remoteAddress, reason }, 'TLS client refused');
    socket.destroy();
  });
}

/** Why a client may not come in, by Go's `ClientAuthType` rules and the allowed alternative names; null if it may. */
function explainRejection({ clientAuth, clientAllowedSans }: TlsConfig, socket: TLSSocket): string | null {
  if (clientAuth === 'NoClientCert' || clientAuth === 'RequestClientCert') return null;
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return clientAuth === 'VerifyClientCertIfGiven' ? null : 'no client certificate';
  if (clientAuth !== 'RequireAnyClientCert' && !socket.authorized) return `client certificate: ${String(socket.authorizationError)}`;
  if (clientAllowedSans === null) return null;
  const isAllowed = parseAlternativeNames(certificate.subjectAltName ?? '').some((name) => clientAllowedSans.includes(name));
  return isAllowed ? null : 'no allowed alternative name in the client certificate';
}

/**
 * The names in a certificate as Node prints them: `DNS:a, IP Address:10.0.0.1, URI:"spiffe://a, b"`. A name with a comma or quote in it is
 * written as a JSON string, which is how a name cannot pass for two.
 */
export function parseAlternativeNames(text: string): string[] {
  const found: string[] = [];
  const pattern = /(?:^|, )(DNS|IP Address|email|URI|[^:,"]+):(?:("(?:[^"\\]|\\.)*")|([^,]*))/g;
  for (const [, kind, quoted, plain = ''] of text.matchAll(pattern)) {
    const name = quoted === undefined ? plain : (JSON.parse(quoted) as string);
    if (kind === 'IP Address') found.push(shortenIp(name));
    else if (kind === 'DNS' || kind === 'email' || kind === 'URI') found.push(name);
  }
  return found;
}

/** Go writes IPv6 addresses in their short form, Node in the long one. */
function shortenIp(address: string): string {
  return address.includes(':') ? new URL(`http://[${address}]`).hostname.slice(1, -1) : address;
}
