import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { describe, expect, test, vi } from 'vitest';
import { defineRefusal, type Refusal } from '../../src/base/errors.ts';
import { silentLogger } from '../../src/base/logger.ts';
import { parseListenAddress, takeSystemdSockets } from '../../src/http/listen-address.ts';
import { createRouter } from '../../src/http/router.ts';
import { startServer } from '../../src/http/server.ts';
import type { HttpRequest } from '../../src/http/types.ts';
import { echoRoutes, exchange, put, RawClient, request, route, start } from './harness.ts';

const refuse = defineRefusal('PG_TEST_ONLY', 418);

/** A promise and the means to settle it. */
function gate(): { readonly opened: Promise<void>; open(): void } {
  let open = (): void => {};
  const opened = new Promise<void>((resolve) => (open = resolve));
  return { opened, open: () => open() };
}

describe('replies', () => {
  test('a known body goes out with its length, an empty one without a type', async () => {
    const { port } = await start();
    expect(await exchange(port, request('GET', '/hello'))).toMatch(
      /^HTTP\/1.1 200 OK\r\nContent-Type: text\/plain\r\nContent-Length: 5\r\n[^]*\r\n\r\nhello$/,
    );
    const empty = await exchange(port, request('PUT', '/ignore'));
    expect(empty).toMatch(/^HTTP\/1.1 202 Accepted\r\nContent-Length: 0\r\n/);
    expect(empty).not.toMatch(/content-type|x-powered-by/i);
  });

  test('HEAD gets the headers of its 405 and no body', async () => {
    const { port } = await start();
    const reply = await exchange(port, request('HEAD', '/hello'));
    expect(reply).toMatch(/^HTTP\/1.1 405 [^]*Allow: GET, OPTIONS\r\n[^]*Content-Length: 19\r\n/);
    expect(reply).toMatch(/\r\n\r\n$/);
  });

  test('a refusal is answered in its words, anything else with 500 and a log line', async () => {
    const [debug, error] = [vi.fn(), vi.fn()];
    const routes = [
      route('GET', '/sync', () => {
        throw refuse('cannot brew: a teapot');
      }),
      route('GET', '/async', () => Promise.reject(refuse('cannot brew: a teapot'))),
      route('GET', '/bug', () => Promise.reject(new Error('secret'))),
      route('GET', '/bad-header', () => ({ status: 200, headers: { 'X-A': 'a\nb' } })),
    ];
    const { port } = await start(routes, { logger: { ...silentLogger, debug, error } });
    for (const target of ['/sync', '/async']) {
      const reply = await exchange(port, request('GET', target));
      expect(reply).toMatch(/^HTTP\/1.1 418 [^]*Content-Type: text\/plain; charset=utf-8\r\nX-Content-Type-Options: nosniff\r\n/);
      expect(reply).toMatch(/\r\n\r\ncannot brew: a teapot\n$/);
    }
    expect(error).not.toHaveBeenCalled();
    const fields = { method: 'GET', path: '/async', source: '127.0.0.1', code: 'PG_TEST_ONLY', err: 'cannot brew: a teapot' };
    expect(debug).toHaveBeenLastCalledWith(fields, 'Refused a request');
    const bug = await exchange(port, request('GET', '/bug'));
    expect(bug).toMatch(/^HTTP\/1.1 500 [^]*\r\n\r\nInternal Server Error\n$/);
    expect(bug).not.toMatch(/secret/);
    expect(error).toHaveBeenCalledTimes(1);
    expect(await exchange(port, request('GET', '/bad-header'))).toBe('');
    expect(error).toHaveBeenCalledTimes(2);
  });

  test('a handler sees the request', async () => {
    let seen: Partial<HttpRequest> & { size?: number } = {};
    const { port } = await start([
      route('PUT', '/job/:job', (incoming) => {
        const { method, path, rawPath, rawQuery, params, remoteAddress, headers } = incoming;
        seen = { method, path, rawPath, rawQuery, params, remoteAddress, headers, size: incoming.approximateSizeBytes() };
        return { status: 200 };
      }),
    ]);
    await exchange(port, 'PUT /job/%61?q HTTP/1.1\r\nHost: abc\r\nConnection: close\r\nContent-Length: 7\r\n\r\n', '1234567');
    expect(seen).toMatchObject({ method: 'PUT', path: '/job/a', rawPath: '/job/%61', rawQuery: 'q', params: { job: 'a' } });
    expect(seen.remoteAddress).toMatch(/^127\.0\.0\.1:\d+$/);
    expect(seen.headers).toMatchObject({ 'content-length': '7' });
    // URL, method, protocol, host value, two headers, body
    expect(seen.size).toBe(10 + 3 + 8 + 3 + ('Connection'.length + 5) + ('Content-Length'.length + 1) + 7);
  });

  test('an unread small body does not disturb the next request', async () => {
    const { port } = await start();
    const client = new RawClient(port)
      .send('PUT /ignore HTTP/1.1\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc')
      .send(request('GET', '/hello'));
    expect(await client.readAll()).toMatch(/202 Accepted[^]*200 OK[^]*hello$/);
  });

  test('a body of which only the gzip header was looked at does not stand in the way of the next request', async () => {
    async function* pieces(): AsyncGenerator<Uint8Array> {
      yield Promise.resolve(Buffer.from('streamed'));
    }
    const { port } = await start([...echoRoutes, route('PUT', '/stream', () => ({ status: 200, body: pieces() }))]);
    const sound = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3]);
    for (const [target, header, reply] of [
      ['/ignore', sound, /^HTTP\/1\.1 202 [^]*\r\n\r\n/],
      ['/stream', sound, /streamed\r\n0\r\n\r\n/],
      ['/echo', Buffer.from('no gzip header'), /^HTTP\/1\.1 400 [^]*gzip: invalid header\n/],
    ] as const) {
      // More than Node takes of a body that nobody reads.
      const body = Buffer.concat([header, Buffer.alloc(200_000)]);
      const client = new RawClient(port).send(
        `PUT ${target} HTTP/1.1\r\nHost: h\r\nContent-Encoding: gzip\r\nContent-Length: ${body.length}\r\n\r\n`,
      );
      client.send(body.subarray(0, 100));
      await client.until(({ received }) => reply.test(received));
      client.send(body.subarray(100)).send(request('GET', '/hello'));
      expect(await client.readAll()).toMatch(/200 OK[^]*hello$/);
    }
  });

  test('a reply that ends the connection is seen by a client whose body is still on its way', async () => {
    const { port } = await start();
    for (const first of ['HTTP/1.1\r\nConnection: close', 'HTTP/1.0']) {
      const { socket } = new RawClient(port);
      let reply = '';
      socket.on('data', (chunk) => (reply += chunk.toString('latin1'))).pause();
      socket.write(`PUT /ignore ${first}\r\nHost: h\r\nContent-Length: 20\r\n\r\n`);
      for (let i = 0; i < 20; i++) {
        // The server has a turn of the event loop to answer, or to reset the connection, which the next piece would meet.
        await new Promise(setImmediate);
        await new Promise<void>((resolve, reject) => socket.write('x', (error) => (error ? reject(error) : resolve())));
      }
      await new Promise((resolve) => socket.once('end', resolve).resume());
      expect(reply).toMatch(/^HTTP\/1\.1 202 Accepted\r\n/);
    }
  });

  test('the path reaches the router as it was sent', async () => {
    const { port } = await start();
    expect(await exchange(port, request('GET', '//hello'))).toMatch(/^HTTP\/1.1 301 [^]*Location: \/hello\r\n/);
    expect(await exchange(port, request('GET', '/x/../hello'))).toMatch(/^HTTP\/1.1 301 [^]*Location: \/hello\r\n/);
    expect(await exchange(port, request('GET', '/%zz'))).toMatch(/^HTTP\/1.1 400 [^]*\r\n\r\n400 Bad Request$/);
  });
});

describe('streams', () => {
  test('a stream is sent piece by piece', async () => {
    async function* pieces(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('one,');
      await Promise.resolve();
      yield Buffer.from('two');
    }
    const atOnce = (): Uint8Array[] => [Buffer.from('one,'), Buffer.from('two')];
    for (const body of [pieces(), atOnce()]) {
      const observer = { onStart: vi.fn(), onEnd: vi.fn() };
      const { port } = await start([route('GET', '/s', () => ({ status: 200, body, observer }))]);
      const wanted = /Transfer-Encoding: chunked\r\n[^]*4\r\none,\r\n3\r\ntwo\r\n0\r\n\r\n$/;
      expect(await exchange(port, request('GET', '/s'))).toMatch(wanted);
      expect(observer.onStart).toHaveBeenCalledTimes(1);
      expect(observer.onEnd.mock.calls).toEqual([[7, true]]);
    }
  });

  test('a stream that fails breaks the connection instead of ending the body', async () => {
    const error = vi.fn();
    async function* pieces(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('one');
      await new Promise((resolve) => setTimeout(resolve, 20));
      throw new Error('gone');
    }
    const onEnd = vi.fn();
    const stream = route('GET', '/s', () => ({ status: 200, body: pieces(), observer: { onStart: () => {}, onEnd } }));
    const { port } = await start([stream], { logger: { ...silentLogger, error } });
    const reply = await exchange(port, request('GET', '/s'));
    expect(reply).toMatch(/one/);
    expect(reply).not.toMatch(/0\r\n\r\n$/);
    expect(error).toHaveBeenCalledTimes(1);
    expect(onEnd.mock.calls).toEqual([[3, false]]);
  });

  test('a slow reader holds the stream back, and one that goes away ends it', async () => {
    let made = 0;
    const returned = gate();
    function* pieces(): Generator<Uint8Array> {
      try {
        for (; made < 100_000; made++) yield Buffer.alloc(64 * 1024);
      } finally {
        returned.open();
      }
    }
    const onEnd = vi.fn();
    const { port } = await start([route('GET', '/s', () => ({ status: 200, body: pieces(), observer: { onStart: () => {}, onEnd } }))]);
    const client = new RawClient(port);
    client.socket.pause();
    client.send(request('GET', '/s'));
    await vi.waitFor(() => expect(made).toBeGreaterThan(0));
    let before = -1;
    while (made !== before) {
      before = made;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
    expect(made).toBeLessThan(500);
    client.socket.destroy();
    await returned.opened;
    await vi.waitFor(() => expect(onEnd.mock.calls).toEqual([[expect.any(Number), false]]));
  });

  test('a stream that has nothing to say is told at once when its reader goes away', async () => {
    const returned = gate();
    const silent: AsyncIterator<Uint8Array> = {
      next: () => new Promise(() => undefined),
      return: () => {
        returned.open();
        return Promise.resolve({ done: true, value: undefined });
      },
    };
    const { port } = await start([route('GET', '/s', () => ({ status: 200, body: { [Symbol.asyncIterator]: () => silent } }))]);
    const client = new RawClient(port);
    client.send(request('GET', '/s'));
    await new Promise((resolve) => setTimeout(resolve, 50));
    client.socket.destroy();
    await returned.opened;
  });
});

describe('misbehaving clients', () => {
  test('what is no HTTP is answered with 400 and closed', async () => {
    const { port } = await start();
    expect(await exchange(port, 'nonsense\r\n\r\n')).toMatch(/^HTTP\/1.1 400 Bad Request\r\n[^]*400 Bad Request$/);
    expect(await exchange(port, `GET /hello HTTP/1.1\r\nHost: h\r\nX: ${'x'.repeat(1_100_000)}\r\n\r\n`)).toMatch(/^(HTTP\/1.1 431|$)/);
    expect(await exchange(port, request('GET', '/hello', { X: 'x'.repeat(500_000) }))).toMatch(/^HTTP\/1.1 200/);
  });

  test('a client that goes away while its body is read does no harm', async () => {
    const outcome = gate();
    let message = '';
    const { port } = await start([
      route('PUT', '/p', async (incoming) => {
        try {
          await incoming.readBody();
        } catch (error) {
          message = `${(error as Refusal).code}: ${(error as Refusal).message}`;
          outcome.open();
          throw error;
        }
        return { status: 200 };
      }),
      route('GET', '/hello', () => ({ status: 200, body: 'hello' })),
    ]);
    const client = new RawClient(port).send('PUT /p HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc');
    setTimeout(() => client.socket.destroy(), 20);
    await outcome.opened;
    expect(message).toBe('PG_BODY_ABORTED: cannot read the body: the connection was closed after 3 bytes');
    expect(await exchange(port, request('GET', '/hello'))).toMatch(/hello$/);
  });

  test('pipelined requests are answered in their order', async () => {
    const first = gate();
    const { port } = await start([
      route('GET', '/slow', () => first.opened.then(() => ({ status: 200, body: 'slow' }))),
      route('GET', '/quick', () => ({ status: 200, body: 'quick' })),
    ]);
    const client = new RawClient(port).send('GET /slow HTTP/1.1\r\nHost: h\r\n\r\n').send(request('GET', '/quick'));
    setTimeout(first.open, 20);
    expect(await client.readAll()).toMatch(/slow[^]*quick$/);
  });

  test('requests beyond the limit get 503 at once', async () => {
    const held = gate();
    const { port } = await start([route('GET', '/slow', () => held.opened.then(() => ({ status: 200, body: 'done' })))], {
      openRequestsMax: 1,
    });
    const first = new RawClient(port).send(request('GET', '/slow'));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(await exchange(port, request('GET', '/slow'))).toMatch(/^HTTP\/1.1 503 [^]*Retry-After: 1\r\n/);
    held.open();
    expect(await first.readAll()).toMatch(/done$/);
    expect(await exchange(port, request('GET', '/slow'))).toMatch(/done$/);
  });
});

describe('closing', () => {
  test('idle connections end at once, running requests finish, new ones are refused', async () => {
    const held = gate();
    const server = await start([
      route('GET', '/slow', () => held.opened.then(() => ({ status: 200, body: 'done' }))),
      route('GET', '/quick', () => ({ status: 200, body: 'quick' })),
    ]);
    const silent = new RawClient(server.port);
    const idle = new RawClient(server.port).send('GET /quick HTTP/1.1\r\nHost: h\r\n\r\n');
    await idle.until(({ received }) => received.endsWith('quick'));
    const busy = new RawClient(server.port).send('GET /slow HTTP/1.1\r\nHost: h\r\n\r\n');
    await new Promise((resolve) => setTimeout(resolve, 20));

    let isClosed = false;
    const closed = server.close().then(() => (isClosed = true));
    await idle.readAll();
    await silent.readAll();
    const late = new RawClient(server.port);
    await late.readAll();
    expect(isClosed).toBe(false);
    held.open();
    expect(await busy.readAll()).toMatch(/Connection: close\r\n[^]*done$/);
    await closed;
    await server.close();
  });

  test('a stream that began before the close is sent to its end', async () => {
    const held = gate();
    async function* pieces(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('one');
      await held.opened;
      yield Buffer.from('two');
    }
    const server = await start([route('GET', '/s', () => ({ status: 200, body: pieces() }))]);
    const client = new RawClient(server.port).send('GET /s HTTP/1.1\r\nHost: h\r\n\r\n');
    await client.until(({ received }) => received.includes('one'));
    const closed = server.close();
    held.open();
    expect(await client.readAll()).toMatch(/two\r\n0\r\n\r\n$/);
    await closed;
  });
});

describe('listening', () => {
  test('addresses are read in the forms of Go', async () => {
    const f = async (address: string, want: object): Promise<void> =>
      expect((await parseListenAddress(address)).listen, address).toMatchObject(want);
    await f(':9091', { port: 9091 });
    await f('127.0.0.1:9091', { host: '127.0.0.1', port: 9091 });
    await f('[::1]:9091', { host: '::1', port: 9091 });
    await f('localhost:0', { host: '127.0.0.1', port: 0 });
    await f('127.0.0.1:', { host: '127.0.0.1', port: 0 });
    expect((await parseListenAddress(':9091')).listen).not.toHaveProperty('host');
    for (const bad of ['9091', 'localhost', ':http', '::1:9091', '[::1]', ':65536', 'vsock://:1', '']) {
      await expect(parseListenAddress(bad), bad).rejects.toThrow(`cannot listen on ${bad}: `);
    }
    await expect(parseListenAddress('no-such-host.invalid:1')).rejects.toThrow(
      'cannot listen on no-such-host.invalid:1: the host name is not known',
    );
  });

  test('several addresses are served, and named with the ports they got', async () => {
    const server = await start(undefined, { listenAddresses: ['127.0.0.1:0', 'localhost:0'] });
    expect(server.addresses).toHaveLength(2);
    for (const address of server.addresses) {
      expect(address).toMatch(/^127\.0\.0\.1:[1-9]\d*$/);
      expect(await put(Number(address.split(':')[1]), 'x')).toEqual([200, 'x']);
    }
  });

  test('an address that is taken is one line that names it, and nothing listens then', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const router = createRouter([]);
    const probe = await start();
    await probe.close();
    const attempt = startServer({ router, listenAddresses: [`127.0.0.1:${probe.port}`, `127.0.0.1:${port}`], logger: silentLogger });
    const error: unknown = await attempt.catch((failure: unknown) => failure);
    expect(error).toMatchObject({ code: 'PG_LISTEN', message: `cannot listen on 127.0.0.1:${port}: the address is in use` });
    // A cause would be printed behind it, and say the same.
    expect(error).not.toHaveProperty('cause');
    expect(await exchange(probe.port, 'GET / HTTP/1.1\r\n\r\n')).toBe('');
    taken.close();
  });

  test('systemd sockets are taken only by the process they are for', () => {
    const environment = { LISTEN_PID: '42', LISTEN_FDS: '2', LISTEN_FDNAMES: 'a:b', HOME: 'h' };
    expect(takeSystemdSockets(environment, 42).map(({ listen }) => listen)).toEqual([{ fd: 3 }, { fd: 4 }]);
    expect(environment).toEqual({ HOME: 'h' });
    for (const wrong of [
      {},
      { LISTEN_PID: '41', LISTEN_FDS: '1' },
      { LISTEN_PID: '42', LISTEN_FDS: '0' },
      { LISTEN_PID: '42', LISTEN_FDS: 'x' },
    ]) {
      expect(() => takeSystemdSockets({ ...wrong }, 42)).toThrow('cannot listen on systemd sockets: none were passed to this process');
    }
    expect(() => takeSystemdSockets({ LISTEN_PID: '42', LISTEN_FDS: '65' }, 42)).toThrow('65 are more than 64');
  });
});
