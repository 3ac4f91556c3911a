import { randomBytes } from 'node:crypto';
import zlib from 'node:zlib';
import { Compressor } from 'snappy';
import { describe, expect, test, vi } from 'vitest';
import { crc32c, maskedCrc32c } from '../../src/http/crc32c.ts';
import { exchange, put, RawClient, request, route, start } from './harness.ts';

const text = 'm_one 1\n';
const gz = zlib.gzipSync(text);

/** A copy with one byte changed; negative positions count from the end. */
function flip(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  const i = at < 0 ? copy.length + at : at;
  copy[i] = (copy[i] ?? 0) ^ 0xff;
  return copy;
}

async function frame(body: Buffer): Promise<Buffer> {
  const compressor = new Compressor();
  return Buffer.concat([compressor.update(body), await compressor.finish()]);
}

/** One chunk of the snappy framing format. */
function chunk(type: number, payload: Buffer, data?: Buffer): Buffer {
  const checksum = Buffer.alloc(data === undefined ? 0 : 4);
  if (data !== undefined) checksum.writeUInt32LE(maskedCrc32c(data));
  const header = Buffer.alloc(4);
  header.writeUInt8(type);
  header.writeUIntLE(payload.length + checksum.length, 1, 3);
  return Buffer.concat([header, checksum, payload]);
}
const identifier = chunk(0xff, Buffer.from('sNaPpY'));

describe('plain bodies', () => {
  test('a body arrives as it was sent, in one piece, in many, in chunks, or not at all', async () => {
    const { port } = await start();
    expect(await put(port, text)).toEqual([200, text]);
    expect(await put(port, '')).toEqual([200, '']);
    const big = 'x'.repeat(1_000_000);
    expect(await put(port, big)).toEqual([200, big]);
    const chunked = await exchange(port, request('PUT', '/echo', { 'Transfer-Encoding': 'chunked' }), '3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n');
    expect(chunked).toMatch(/\r\n\r\nabcde$/);
    expect(await exchange(port, request('PUT', '/echo'))).toMatch(/^HTTP\/1.1 200 OK\r\n[^]*Content-Length: 0\r\n/);
    expect(await exchange(port, request('PUT', '/echo', { Expect: '100-continue', 'Content-Length': 3 }), 'abc')).toMatch(
      / 100 Continue[^]*abc$/,
    );
  });

  test('encodings that the reference does not know are ignored', async () => {
    const { port } = await start();
    for (const encoding of ['identity', 'x-gzip', 'gzip, gzip', 'br', 'deflate', 'zstd']) {
      expect(await put(port, text, { 'Content-Encoding': encoding }), encoding).toEqual([200, text]);
    }
  });
});

describe('gzip', () => {
  test('bodies are unpacked, whatever the letter case and the number of members', async () => {
    const { port } = await start();
    const f = async (body: Buffer, want: string, encoding = 'gzip'): Promise<void> =>
      expect(await put(port, body, { 'Content-Encoding': encoding })).toEqual([200, want]);
    await f(gz, text);
    await f(gz, text, 'GZip');
    await f(Buffer.concat([gz, gz]), text + text);
    await f(zlib.gzipSync(''), '');
    const big = Buffer.from('m{i="1"} 1\n'.repeat(50_000));
    await f(zlib.gzipSync(big), big.toString());
    await f(zlib.gzipSync(big, { level: 0 }), big.toString());
  });

  test('errors are 400 in the words of the reference', async () => {
    const { port } = await start();
    const f = async (body: Buffer | string, want: string): Promise<void> =>
      expect(await put(port, body, { 'Content-Encoding': 'gzip' }), want).toEqual([400, `${want}\n`]);
    await f('', 'EOF');
    await f(text, 'unexpected EOF');
    await f('m_one 1\nm_two 2\n', 'gzip: invalid header');
    await f(gz.subarray(0, -3), 'unexpected EOF');
    await f(flip(gz, -6), 'gzip: invalid checksum');
    await f(flip(gz, -1), 'gzip: invalid checksum');
    await f(flip(gz, 2), 'gzip: invalid header');
    await f(Buffer.concat([gz, Buffer.from('garbage!!!')]), 'gzip: invalid header');
    await f(Buffer.concat([gz, Buffer.alloc(12)]), 'gzip: invalid header');
    await f(Buffer.concat([gz, Buffer.alloc(3)]), 'unexpected EOF');
    await f(Buffer.concat([gz.subarray(0, 10), Buffer.alloc(20, 0xff)]), 'flate: corrupt input');
  });

  test('the header is looked at before routing, everywhere but in the API', async () => {
    const { port } = await start();
    const f = async (method: string, target: string, status: number, body = '', headers = {}): Promise<void> => {
      const reply = await exchange(
        port,
        request(method, target, { 'Content-Encoding': 'gzip', 'Content-Length': body.length, ...headers }),
        body,
      );
      expect(reply.slice(9, 12), `${method} ${target}`).toBe(String(status));
    };
    await f('GET', '/hello', 400);
    await f('GET', '/nope', 400);
    await f('OPTIONS', '/hello', 400);
    await f('PUT', '/ignore', 400, text);
    await f('GET', '/api/v1/metrics', 200);
    await f('GET', '//hello', 301);
    const withBody = await exchange(port, request('GET', '/hello', { 'Content-Encoding': 'gzip', 'Content-Length': gz.length }), gz);
    expect(withBody).toMatch(/hello$/);
  });

  test('a header that comes in two pieces is put together again', async () => {
    const { port } = await start();
    const client = new RawClient(port).send(request('PUT', '/echo', { 'Content-Encoding': 'gzip', 'Content-Length': gz.length }));
    client.send(gz.subarray(0, 4));
    await new Promise((resolve) => setTimeout(resolve, 20));
    client.send(gz.subarray(4));
    expect(await client.readAll()).toMatch(/m_one 1\n$/);
  });
});

describe('snappy', () => {
  test('framed bodies are unpacked', async () => {
    const { port } = await start();
    const f = async (body: Buffer, want: string, encoding = 'snappy'): Promise<void> =>
      expect(await put(port, body, { 'Content-Encoding': encoding })).toEqual([200, want]);
    await f(Buffer.from('/wYAAHNOYVBwWQEMAADVErsmbV9vbmUgMQo=', 'base64'), text);
    await f(Buffer.from('/wYAAHNOYVBwWQAOAADVErsmCBxtX29uZSAxCg==', 'base64'), text, 'Snappy');
    await f(Buffer.alloc(0), '');
    const big = Buffer.from('m{i="1"} 1\n'.repeat(300_000));
    await f(await frame(big), big.toString());
    const data = Buffer.from(text);
    const padded = Buffer.concat([
      identifier,
      chunk(0xfe, Buffer.alloc(9)),
      chunk(0x01, data, data),
      identifier,
      chunk(0x80, data),
      chunk(0x01, data, data),
    ]);
    await f(padded, text + text);
  });

  test('what is not framed, or framed wrong, is 400', async () => {
    const { port } = await start();
    const f = async (body: Buffer | string, want: string): Promise<void> =>
      expect(await put(port, body, { 'Content-Encoding': 'snappy' }), want).toEqual([400, `snappy: ${want} input\n`]);
    const data = Buffer.from(text);
    await f(text, 'corrupt');
    await f('abc', 'corrupt');
    await f(Buffer.from('/wYAAHNOYVBwWQEMAAA5MAAAbV9vbmUgMQo=', 'base64'), 'corrupt');
    await f(Buffer.concat([identifier, chunk(0x01, data, data)]).subarray(0, -1), 'corrupt');
    await f(Buffer.concat([identifier, chunk(0x02, data)]), 'unsupported');
    await f(Buffer.concat([identifier, chunk(0xfe, Buffer.alloc(80_000))]), 'unsupported');
    await f(Buffer.concat([identifier, chunk(0x01, Buffer.alloc(65_537), Buffer.alloc(65_537))]), 'corrupt');
    await f(Buffer.concat([identifier, chunk(0x00, Buffer.from([0xff, 0xff, 0xff, 0xff, 0x0f]), data)]), 'corrupt');
    await f(Buffer.concat([identifier, chunk(0x00, Buffer.from([8, 0x1c, 0x6d]), data)]), 'corrupt');
    await f(Buffer.concat([identifier, chunk(0x01, Buffer.alloc(0))]), 'corrupt');
  });

  test('the checksum is CRC-32C', () => {
    // RFC 3720 appendix B.4
    expect(crc32c(Buffer.alloc(32))).toBe(0x8a9136aa);
    expect(crc32c(Buffer.alloc(32, 0xff))).toBe(0x62a8ab43);
    expect(crc32c(Buffer.from('123456789'))).toBe(0xe3069283);
    expect(crc32c(Buffer.alloc(0))).toBe(0);
  });
});

describe('deflate and zstd', () => {
  test('deflate is unpacked with and without its zlib wrapper', async () => {
    const { port } = await start();
    const f = async (body: Buffer, want: string): Promise<void> =>
      expect(await put(port, body, { 'Content-Encoding': 'deflate' })).toEqual([200, want]);
    const big = 'm{i="1"} 1\n'.repeat(50_000);
    await f(zlib.deflateSync(big), big);
    await f(zlib.deflateRawSync(big), big);
    await f(Buffer.alloc(0), '');
    await f(Buffer.from('hC is a body that only looks packed\n'), 'hC is a body that only looks packed\n');
  });

  test('zstd is unpacked where Node can, and 415 where it cannot', async () => {
    const { port } = await start();
    const packed = Buffer.from('28b52ffd2008410000', 'hex');
    const compress = (zlib as { zstdCompressSync?: (body: string) => Buffer }).zstdCompressSync;
    const body = compress === undefined ? packed : compress(text);
    const [status, reply] = await put(port, body, { 'Content-Encoding': 'zstd' });
    if (compress === undefined)
      expect([status, reply]).toEqual([415, 'cannot read the body: zstd needs a server that runs on Node 22.15 or newer\n']);
    else expect([status, reply]).toEqual([200, text]);
  });
});

describe('bodies of many requests', () => {
  const packers: Record<string, (body: Buffer) => Buffer | Promise<Buffer>> = {
    identity: (body) => body,
    gzip: (body) => zlib.gzipSync(body),
    deflate: (body) => zlib.deflateSync(body),
    snappy: frame,
  };

  test.each(Object.keys(packers))('large ones wait for room, others do not (%s)', async (encoding) => {
    const opens: (() => void)[] = [];
    const { port } = await start(
      [
        route('PUT', '/hold', async (incoming) => {
          const body = await incoming.readBody();
          if (body.length > 1000) await new Promise<void>((resolve) => opens.push(resolve));
          return { status: 200, body: String(body.length) };
        }),
        route('GET', '/hello', () => ({ status: 200, body: 'hello' })),
      ],
      { bodiesBytesMax: 1_000_000 },
    );
    const body = (await packers[encoding]?.(randomBytes(750_000))) ?? Buffer.alloc(0);
    const puts = Array.from({ length: 6 }, () => put(port, body, { 'Content-Encoding': encoding }, '/hold'));
    for (let done = 0; done < 6; done++) {
      await vi.waitFor(() => expect(opens.length).toBeGreaterThan(0), 5000);
      expect(opens.length).toBeLessThanOrEqual(2);
      expect(await exchange(port, request('GET', '/hello'))).toMatch(/hello$/);
      expect(await put(port, 'small', {}, '/hold')).toEqual([200, '5']);
      opens.shift()?.();
    }
    for (const reply of await Promise.all(puts)) expect(reply).toEqual([200, '750000']);
  });
});

describe('limits', () => {
  test('a body of just the limit passes, one byte more is 413, in every encoding', async () => {
    const { port } = await start(undefined, { bodyBytesMax: 1000 });
    const fits = Buffer.alloc(1000, 'a');
    const not = Buffer.alloc(1001, 'a');
    const packers: Record<string, (body: Buffer) => Buffer | Promise<Buffer>> = {
      identity: (body) => body,
      gzip: (body) => zlib.gzipSync(body),
      deflate: (body) => zlib.deflateSync(body),
      snappy: frame,
    };
    for (const [encoding, pack] of Object.entries(packers)) {
      expect((await put(port, await pack(fits), { 'Content-Encoding': encoding }))[0], encoding).toBe(200);
      const refused = await put(port, await pack(not), { 'Content-Encoding': encoding });
      expect(refused, encoding).toEqual([413, 'cannot read the body: it is larger than 1000 bytes\n']);
    }
  });

  test('without a limit a large body passes', async () => {
    const { port } = await start(undefined, { bodyBytesMax: 0 });
    expect((await put(port, zlib.gzipSync(Buffer.alloc(3_000_000, 'a')), { 'Content-Encoding': 'gzip' }))[1]).toHaveLength(3_000_000);
  });

  test('a bomb is refused without being unpacked as a whole', async () => {
    const { port } = await start(undefined, { bodyBytesMax: 1_000_000 });
    const bomb = zlib.gzipSync(Buffer.alloc(300_000_000));
    const before = process.memoryUsage.rss();
    const [status] = await put(port, bomb, { 'Content-Encoding': 'gzip' });
    expect(status).toBe(413);
    expect(process.memoryUsage.rss() - before).toBeLessThan(100_000_000);
  });

  test('an announced body that is too large is refused before it comes', async () => {
    const { port } = await start(undefined, { bodyBytesMax: 1000 });
    const client = new RawClient(port).send('PUT /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 5000000\r\n\r\n');
    await client.until(({ received }) => received.includes('1000 bytes\n'));
    expect(client.received).toMatch(/^HTTP\/1.1 413 [^]*Connection: close/);
    await client.readAll();
  });

  test('a client that sends a large body without looking still gets to see the 413', async () => {
    const { port } = await start(undefined, { bodyBytesMax: 1000 });
    const client = new RawClient(port).send('PUT /echo HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n');
    for (let i = 0; i < 40; i++) client.send(`1000\r\n${'x'.repeat(4096)}\r\n`);
    expect(await client.readAll()).toMatch(/^HTTP\/1.1 413 [^]*larger than 1000 bytes\n$/);
  });

  test('a body that does not come ends with 408', async () => {
    const { port } = await start(undefined, { requestTimeoutMs: 100, timeoutCheckIntervalMs: 20 });
    const client = new RawClient(port).send('PUT /echo HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nabc');
    expect(await client.readAll()).toMatch(/^HTTP\/1.1 408 Request Timeout\r\n/);
  });
});
