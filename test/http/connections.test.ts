import { setTimeout as sleep } from 'node:timers/promises';
import zlib from 'node:zlib';
import { describe, expect, test, vi } from 'vitest';
import { connectionRequestsMax } from '../../src/http/limits.ts';
import type { Route } from '../../src/http/route-table.ts';
import { exchange, RawClient, request, route, start } from './harness.ts';

const get = (target: string): string => `GET ${target} HTTP/1.1\r\nHost: h\r\n\r\n`;
const put = (target: string, body: Uint8Array | string, headers = ''): Buffer =>
  Buffer.concat([
    Buffer.from(`PUT ${target} HTTP/1.1\r\nHost: h\r\n${headers}Content-Length: ${body.length}\r\n\r\n`),
    Buffer.from(body as Uint8Array),
  ]);

/** `GET /slow` is answered when `open` is called; `began` counts those that arrived at it. */
function makeSlowRoutes(): { readonly routes: Route[]; began: number; open(): void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  const slow = { routes: [] as Route[], began: 0, open: () => open() };
  slow.routes.push(
    route('GET', '/slow', () => {
      slow.began++;
      return opened.then(() => ({ status: 200, body: 'slow' }));
    }),
    route('GET', '/quick', () => ({ status: 200, body: 'quick' })),
    route('GET', '/last', () => opened.then(() => ({ status: 200, headers: { Connection: 'close' }, body: 'last' }))),
  );
  return slow;
}

describe('pipelined requests', () => {
  test('a request begins when the reply before it has been sent', async () => {
    const steps: string[] = [];
    const { port } = await start([
      route('PUT', '/p/:name', async (incoming) => {
        const body = await incoming.readBody();
        steps.push(`${incoming.params['name'] ?? ''} read ${body.length}`);
        await sleep(5);
        steps.push(`${incoming.params['name'] ?? ''} done`);
        return { status: 200 };
      }),
    ]);
    const big = zlib.gzipSync(Buffer.alloc(3_000_000, 'ab'));
    const client = new RawClient(port).send(
      Buffer.concat([put('/p/first', big, 'Content-Encoding: gzip\r\n'), put('/p/second', '2'), put('/p/third', '')]),
    );
    await client.until(({ received }) => received.split('200 OK').length === 4);
    expect(steps).toEqual(['first read 3000000', 'first done', 'second read 1', 'second done', 'third read 0', 'third done']);
  });

  test('all of them count, and none counts any more when the connection is lost', async () => {
    const slow = makeSlowRoutes();
    const { port } = await start(slow.routes, { openRequestsMax: 5 });
    for (let round = 0; round < 3; round++) {
      const client = new RawClient(port).send(get('/slow').repeat(5));
      await vi.waitFor(() => expect(slow.began).toBe(round + 1));
      expect(await exchange(port, request('GET', '/quick'))).toMatch(/^HTTP\/1.1 503 [^]*Retry-After: 1\r\n/);
      client.socket.resetAndDestroy();
      await vi.waitFor(async () => expect(await exchange(port, request('GET', '/quick'))).toMatch(/quick$/));
    }
    const clients = Array.from({ length: 5 }, () => new RawClient(port).send(request('GET', '/slow')));
    await vi.waitFor(() => expect(slow.began).toBe(8));
    slow.open();
    for (const client of clients) expect(await client.readAll()).toMatch(/slow$/);
  });

  test('those beyond the limit of a connection get 503 in their turn, those before them their answer', async () => {
    const slow = makeSlowRoutes();
    const { port } = await start(slow.routes);
    const client = new RawClient(port).send(get('/slow') + get('/quick').repeat(connectionRequestsMax) + request('GET', '/quick'));
    await vi.waitFor(() => expect(slow.began).toBe(1));
    slow.open();
    const statuses = [...(await client.readAll()).matchAll(/^(?:quick|slow)?.*HTTP\/1.1 (\d{3})/gm)].map(([, status]) => status);
    expect(statuses).toHaveLength(connectionRequestsMax + 2);
    expect(new Set(statuses.slice(0, connectionRequestsMax))).toEqual(new Set(['200']));
    expect(statuses[connectionRequestsMax]).toBe('503');
    expect(await exchange(port, request('GET', '/quick'))).toMatch(/quick$/);
  });

  test('nothing begins behind a reply that closes the connection', async () => {
    const slow = makeSlowRoutes();
    const { port } = await start(slow.routes, { openRequestsMax: 3 });
    const client = new RawClient(port).send(get('/last') + get('/slow'));
    await sleep(20);
    slow.open();
    expect(await client.readAll()).toMatch(/last$/);
    expect(slow.began).toBe(0);
    const others = Array.from({ length: 3 }, () => exchange(port, request('GET', '/slow')));
    for (const reply of await Promise.all(others)) expect(reply).toMatch(/slow$/);
  });

  test('a graceful stop ends a connection with its first reply', async () => {
    const slow = makeSlowRoutes();
    const server = await start(slow.routes);
    const client = new RawClient(server.port).send(get('/slow') + get('/slow'));
    await vi.waitFor(() => expect(slow.began).toBe(1));
    const closed = server.close();
    slow.open();
    expect(await client.readAll()).toMatch(/Connection: close\r\n[^]*slow$/);
    await closed;
    expect(slow.began).toBe(1);
  });
});
