import { describe, expect, test } from 'vitest';
import { exchange, RawClient, request, start } from './harness.ts';

describe('what is no message of HTTP/1.0 or 1.1', () => {
  test('other versions are answered with 505, and nothing else happens', async () => {
    const { port } = await start();
    for (const version of ['0.9', '2.0']) {
      for (const method of ['GET', 'PUT']) {
        const reply = await exchange(port, `${method} /hello HTTP/${version}\r\nHost: h\r\n\r\n`);
        expect(reply, `${method} ${version}`).toMatch(
          /^HTTP\/1.1 505 [^]*Connection: close\r\n[^]*\r\n\r\n505 HTTP Version Not Supported: /,
        );
      }
    }
    const withBody = 'PUT /echo HTTP/2.0\r\nHost: h\r\nContent-Length: 3\r\n\r\nabc';
    expect(await exchange(port, withBody)).toMatch(/^HTTP\/1.1 505 /);
    expect(await exchange(port, 'GET /hello HTTP/1.0\r\n\r\n')).toMatch(/^HTTP\/1.1 200 [^]*hello$/);
  });

  test('a request of HTTP/1.1 without a host is answered with 400', async () => {
    const { port } = await start();
    expect(await exchange(port, 'GET /hello HTTP/1.1\r\n\r\n')).toMatch(
      /^HTTP\/1.1 400 [^]*400 Bad Request: missing required Host header$/,
    );
  });

  test('a body in a transfer coding besides chunks is answered with 501', async () => {
    const { port } = await start();
    const f = async (coding: string, want: RegExp): Promise<void> =>
      expect(await exchange(port, request('PUT', '/echo', { 'Transfer-Encoding': coding }), '1\r\na\r\n0\r\n\r\n'), coding).toMatch(want);
    await f('chunked', /^HTTP\/1.1 200 [^]*\r\n\r\na$/);
    await f('Chunked', /^HTTP\/1.1 200 [^]*\r\n\r\na$/);
    await f('gzip, chunked', /^HTTP\/1.1 501 [^]*\r\n\r\nUnsupported transfer encoding$/);
  });

  test('an expectation besides 100-continue is answered with 417', async () => {
    const { port } = await start();
    expect(await exchange(port, request('GET', '/hello', { Expect: 'cake' }))).toMatch(/^HTTP\/1.1 417 /);
    expect(await exchange(port, request('GET', '/hello', { Expect: '100-continue' }))).toMatch(/100 Continue[^]*200 OK[^]*hello$/);
  });
});

describe('CONNECT', () => {
  test('is answered with 404', async () => {
    const { port } = await start();
    expect(await exchange(port, 'CONNECT a.example:443 HTTP/1.1\r\nHost: a\r\n\r\n')).toMatch(/^HTTP\/1.1 404 [^]*404 page not found\n$/);
  });

  test('behind a request that is not answered yet it ends the connection', async () => {
    const { port } = await start();
    const client = new RawClient(port).send(
      'PUT /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nxCONNECT a:1 HTTP/1.1\r\nHost: a\r\n\r\n',
    );
    expect(await client.readAll()).not.toMatch(/404/);
    expect(await exchange(port, request('GET', '/hello'))).toMatch(/hello$/);
  });
});
