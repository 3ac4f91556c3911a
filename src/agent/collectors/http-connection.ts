import { connect as connectPlain, isIP, type Socket } from 'node:net';
import { connect as connectTls, type ConnectionOptions, type TLSSocket } from 'node:tls';
import { readBoundedFile } from '../../base/read-bounded-file.ts';
import type { TlsClientConfig } from '../config/agent-config.ts';
import { secretBytesMax } from '../limits.ts';
import type { HttpStopwatch } from './http-stopwatch.ts';

export interface HttpConnection {
  readonly socket: Socket;
  /** When the server's certificate ends, in Unix seconds; `null` without TLS. */
  readonly tlsExpirySeconds: number | null;
  /** Why its certificate cannot be trusted; `null` if it can, and without TLS. Nothing was sent yet. */
  readonly distrust: Error | null;
}

/** Connects to the server of a URL, measuring lookup, connect and handshake. At `signal` the socket is destroyed, also later. */
export async function connectTo(url: URL, tls: TlsClientConfig, stopwatch: HttpStopwatch, signal: AbortSignal): Promise<HttpConnection> {
  const isSecure = url.protocol === 'https:';
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const socket = connectPlain({ host, port: Number(url.port) || (isSecure ? 443 : 80), signal });
  // An address instead of a name has no lookup.
  stopwatch.begin(isIP(host) === 0 ? 'dns' : 'connect');
  socket.once('lookup', (error: Error | null) => {
    if (error === null) stopwatch.begin('connect');
  });
  await eventOf(socket, 'connect');
  if (!isSecure) return { socket, tlsExpirySeconds: null, distrust: null };
  stopwatch.begin('tls');
  // Looked at before it is judged, so that the end of a certificate is told after its end too.
  const secured = connectTls({
    ...readTls(tls),
    socket,
    rejectUnauthorized: false,
    servername: tls.serverName ?? (isIP(host) === 0 ? host : ''),
    host,
  });
  await eventOf(secured, 'secureConnect');
  return {
    socket: secured,
    tlsExpirySeconds: readExpiry(secured),
    distrust: tls.isVerified && !secured.authorized ? secured.authorizationError : null,
  };
}

function eventOf(socket: Socket, event: 'connect' | 'secureConnect'): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once(event, resolve);
    // Stays, since a socket may fail again while nobody listens.
    socket.on('error', reject);
    socket.once('close', () => reject(new Error('the connection was closed')));
  });
}

function readExpiry(socket: TLSSocket): number | null {
  const { valid_to: validTo } = socket.getPeerCertificate() as { valid_to?: string };
  // An anonymous server shows none.
  return validTo === undefined ? null : Date.parse(validTo) / 1000;
}

function readTls({ caFile, certFile, keyFile }: TlsClientConfig): ConnectionOptions {
  return {
    ...(caFile === null ? {} : { ca: readBoundedFile(caFile, secretBytesMax) }),
    ...(certFile === null ? {} : { cert: readBoundedFile(certFile, secretBytesMax) }),
    ...(keyFile === null ? {} : { key: readBoundedFile(keyFile, secretBytesMax) }),
    ALPNProtocols: ['http/1.1'],
  };
}
