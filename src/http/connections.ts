import type { ServerResponse } from 'node:http';
import type { Http2Session } from 'node:http2';
import type { Server as NetServer, Socket } from 'node:net';
import { connectionRequestsMax, lingerMsMax } from './limits.ts';

/**
 * What becomes of a request that arrived: it begins, waits for those before it on its connection, too many wait there already, or the
 * connection is gone.
 */
export type Arrival = 'begins' | 'waits' | 'refused' | 'gone';

/**
 * Knows the requests that are open: how many there are, whose turn it is on each HTTP/1 connection, and which connections are idle.
 *
 * Node hands out pipelined requests as soon as it has read them. Here one begins when the reply before it has been sent, so that writes
 * are applied in their order (RFC 9112 §9.3.2). Node also tells only the response that owns the socket when a connection is lost, so all
 * others are forgotten here.
 *
 * A graceful stop closes idle connections at once and the others after their last reply. Node's own `closeIdleConnections` passes over
 * connections that never sent anything and does not exist for HTTP/2.
 */
export class ConnectionTracker {
  /** Responses that are not finished, in the order of their requests. All but the first wait, or were refused. */
  private readonly responsesOf = new Map<Socket, ServerResponse[]>();
  private readonly sessions = new Set<Http2Session>();
  private open = 0;
  private closing = false;

  get isClosing(): boolean {
    return this.closing;
  }

  /** Of all connections, the waiting ones included. */
  get openRequests(): number {
    return this.open;
  }

  /** To be called before the server listens. */
  watch(server: NetServer, isTls: boolean): void {
    server.on(isTls ? 'secureConnection' : 'connection', (socket: Socket) => {
      if ('alpnProtocol' in socket && socket.alpnProtocol === 'h2') {
        socket.once('finish', () => endSoon(socket));
        return;
      }
      this.responsesOf.set(socket, []);
      socket.once('close', () => this.forget(socket));
    });
    server.on('session', (session: Http2Session) => {
      this.sessions.add(session);
      session.once('close', () => this.sessions.delete(session));
    });
  }

  /** Whether no reply is owed on the connection. */
  isIdle(socket: Socket): boolean {
    return (this.responsesOf.get(socket)?.length ?? 0) === 0;
  }

  /** Of the request in work on the connection. */
  firstResponse(socket: Socket): ServerResponse | undefined {
    return this.responsesOf.get(socket)?.[0];
  }

  /** Whether requests on the connection wait for the one in work. */
  hasWaiting(socket: Socket): boolean {
    return (this.responsesOf.get(socket)?.length ?? 0) > 1;
  }

  /** A request of HTTP/1 arrived on the connection. */
  beginRequest(socket: Socket, response: ServerResponse): Arrival {
    const responses = this.responsesOf.get(socket);
    if (responses === undefined) return 'gone';
    this.open++;
    const length = responses.push(response);
    if (length === 1) return 'begins';
    return length <= connectionRequestsMax ? 'waits' : 'refused';
  }

  /** A response of HTTP/1 was closed. Gives the one whose request may begin now, if any waits. */
  endRequest(socket: Socket, response: ServerResponse): ServerResponse | null {
    const responses = this.responsesOf.get(socket);
    if (responses?.[0] !== response) return null;
    responses.shift();
    this.open--;
    // The reply before said that it was the last.
    if (!socket.writable) this.drop(responses);
    const next = responses.at(0);
    if (next !== undefined) return next.headersSent ? null : next;
    if (this.closing) socket.destroySoon();
    return null;
  }

  /** A request of HTTP/2 arrived. */
  beginStream(): void {
    this.open++;
  }

  endStream(): void {
    this.open--;
  }

  /** From now on connections are closed as soon as they are idle. */
  close(): void {
    this.closing = true;
    for (const session of this.sessions) session.close();
    for (const [socket, responses] of this.responsesOf) {
      if (responses.length === 0) socket.destroySoon();
    }
  }

  private forget(socket: Socket): void {
    this.drop(this.responsesOf.get(socket) ?? []);
    this.responsesOf.delete(socket);
  }

  /** These will never be sent. Node destroys their requests with the socket. */
  private drop(responses: ServerResponse[]): void {
    this.open -= responses.length;
    responses.length = 0;
  }
}

/** Nothing more will be said on this connection. A session of HTTP/2 that is over leaves it to the peer to close it, which may never do so. */
function endSoon(socket: Socket): void {
  const timer = setTimeout(() => socket.destroy(), lingerMsMax);
  socket.once('close', () => clearTimeout(timer));
}
