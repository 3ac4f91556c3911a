import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { silentLogger } from '../../src/base/logger.ts';
import { createRouter } from '../../src/http/router.ts';
import type { Route } from '../../src/http/route-table.ts';
import { startServer, type RunningServer, type StartOptions } from '../../src/http/server.ts';
import type { HttpHandler } from '../../src/http/types.ts';

export const route = (method: string, pattern: string, handler: HttpHandler): Route => ({ method, pattern, handler });

/** `PUT /echo` answers with the body it read; `GET /hello` without looking at one. */
export const echoRoutes: readonly Route[] = [
  route('PUT', '/echo', async (request) => ({ status: 200, body: await request.readBody() })),
  route('GET', '/hello', () => ({ status: 200, headers: { 'Content-Type': 'text/plain' }, body: 'hello' })),
  route('PUT', '/ignore', () => ({ status: 202 })),
];

/** Starts a server on a free port that ends with the test. */
export async function start(
  routes: readonly Route[] = echoRoutes,
  options: Partial<StartOptions> = {},
): Promise<RunningServer & { port: number }> {
  const api = { prefix: '/api/v1', routes: [route('GET', '/metrics', () => ({ status: 200, body: 'api' }))] };
  const server = await startServer({
    router: createRouter(routes, { api }),
    listenAddresses: ['127.0.0.1:0'],
    logger: silentLogger,
    ...options,
  });
  onTestFinished(() => server.close());
  return { ...server, port: Number(server.addresses[0]?.split(':').at(-1)) };
}

/** A raw connection: nothing normalizes what is sent. */
export class RawClient {
  readonly socket: Socket;
  received = '';
  isClosed = false;

  constructor(port: number) {
    this.socket = connect(port, '127.0.0.1');
    this.socket.on('data', (chunk) => (this.received += chunk.toString('latin1')));
    this.socket.on('close', () => (this.isClosed = true));
    this.socket.on('error', () => (this.isClosed = true));
    onTestFinished(() => void this.socket.destroy());
  }

  send(data: string | Uint8Array): this {
    this.socket.write(data);
    return this;
  }

  /** Waits until `isDone` holds. The test's own timeout is the limit. */
  async until(isDone: (client: this) => boolean): Promise<string> {
    while (!isDone(this)) await sleep(2);
    return this.received;
  }

  /** Everything up to the end of the connection. */
  async readAll(): Promise<string> {
    return this.until(() => this.isClosed);
  }
}

/** One request on a connection of its own. */
export function exchange(port: number, request: string, body: string | Uint8Array = ''): Promise<string> {
  return new RawClient(port).send(request).send(body).readAll();
}

/** A request whose connection ends with its reply. */
export function request(method: string, target: string, headers: Readonly<Record<string, string | number>> = {}): string {
  const lines = Object.entries({ Host: 'h', Connection: 'close', ...headers }).map(([name, value]) => `${name}: ${value}\r\n`);
  return `${method} ${target} HTTP/1.1\r\n${lines.join('')}\r\n`;
}

/** Sends a PUT with the body and gives back status and body of the reply. */
export async function put(
  port: number,
  body: string | Uint8Array,
  headers: Readonly<Record<string, string>> = {},
  target = '/echo',
): Promise<[number, string]> {
  const reply = await exchange(port, request('PUT', target, { 'Content-Length': body.length, ...headers }), body);
  return [Number(reply.slice(9, 12)), reply.slice(reply.indexOf('\r\n\r\n') + 4)];
}
