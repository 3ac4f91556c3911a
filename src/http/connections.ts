import type { Server as NetServer, Socket } from 'node:net';
import type { Http2Session } from 'node:http2';

/**
 * Knows which connections are idle, so that a graceful stop can close those at once and the others after their last reply. Node's
 * own `closeIdleConnections` passes over connections that never sent anything and does not exist for HTTP/2.
 */
export class ConnectionTracker {
  private readonly requestsOf = new Map<Socket, number>();
  private readonly sessions = new Set<Http2Session>();
  private closing = false;

  get isClosing(): boolean {
    return this.closing;
  }

  /** To be called before the server listens. */
  watch(server: NetServer, isTls: boolean): void {
    server.on(isTls ? 'secureConnection' : 'connection', (socket: Socket) => {
      if ('alpnProtocol' in socket && socket.alpnProtocol === 'h2') return;
      this.requestsOf.set(socket, 0);
      socket.once('close', () => this.requestsOf.delete(socket));
    });
    server.on('session', (session: Http2Session) => {
      this.sessions.add(session);
      session.once('close', () => this.sessions.delete(session));
    });
  }

  /** A request of HTTP/1 arrived on the connection. */
  beginRequest(socket: Socket): void {
    this.requestsOf.set(socket, (this.requestsOf.get(socket) ?? 0) + 1);
  }

  /** Its response is finished or given up. */
  endRequest(socket: Socket): void {
    const requests = this.requestsOf.get(socket);
    if (requests === undefined) return;
    this.requestsOf.set(socket, requests - 1);
    if (this.closing && requests === 1) socket.destroySoon();
  }

  /** From now on connections are closed as soon as they are idle. */
  close(): void {
    this.closing = true;
    for (const session of this.sessions) session.close();
    for (const [socket, requests] of this.requestsOf) {
      if (requests === 0) socket.destroySoon();
    }
  }
}
