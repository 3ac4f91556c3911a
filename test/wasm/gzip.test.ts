import { constants, gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { createDeflate, gzip, GzipWriter } from '../../src/wasm/gzip.ts';
import { gzipInputBytesMax } from '../../src/wasm/limits.ts';
import { makeInput, repeatAfter } from './gzip-inputs.ts';

describe('what is compressed', () => {
  test('comes back as it was: thousands of inputs of all kinds and small sizes', () => {
    const writer = new GzipWriter();
    for (let seed = 0; seed < 3000; seed++) {
      const input = makeInput(seed, (seed * 37) % 4099);
      expect(gunzipSync(compress(writer, [input])).equals(input), `seed ${seed}`).toBe(true);
    }
  });

  test('comes back as it was: large inputs, cut anywhere', () => {
    const writer = new GzipWriter();
    for (let seed = 0; seed < 60; seed++) {
      const input = Buffer.concat([makeInput(seed, 150_000), makeInput(seed + 1000, 70_000)]);
      const cut = (seed * 7919) % input.length;
      const chunks = [input.subarray(0, cut), Buffer.alloc(0), input.subarray(cut, cut + (seed % 4)), input.subarray(cut + (seed % 4))];
      expect(gunzipSync(compress(writer, chunks)).equals(input), `seed ${seed}`).toBe(true);
    }
  });

  test.each([0, 1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 131_071, 131_072, 131_073, 262_144, 1_048_576])('comes back: %d bytes', (bytes) => {
    for (const input of [Buffer.alloc(bytes), Buffer.alloc(bytes, 'abcdefg\n'), makeInput(0, bytes), makeInput(5, bytes)]) {
      expect(gunzipSync(compress(new GzipWriter(), [input])).equals(input)).toBe(true);
    }
  });

  test.each([1, 2, 3, 15, 16, 17, 255, 257, 258, 259, 32_767, 32_768, 32_769, 65_536])(
    'comes back: repeated after %d bytes',
    (distance) => {
      const input = repeatAfter(distance, distance);
      expect(gunzipSync(compress(new GzipWriter(), [input])).equals(input)).toBe(true);
      const spread = Buffer.alloc(100_000, input);
      expect(gunzipSync(compress(new GzipWriter(), [spread])).equals(spread)).toBe(true);
    },
  );

  test('comes back where each chunk needs other codes than the one before', () => {
    const chunks = Array.from({ length: 40 }, (_, i) => makeInput(i, 20_000));
    expect(gunzipSync(compress(new GzipWriter(), chunks)).equals(Buffer.concat(chunks))).toBe(true);
  });

  test('is found again up to the greatest distance, and no farther', () => {
    const compressAt = (distance: number): number => {
      const noise = repeatAfter(64, 1).subarray(0, 64);
      const input = Buffer.concat([noise, Buffer.alloc(distance - 64, '-'), noise, Buffer.alloc(100, '-')]);
      const compressed = compress(new GzipWriter(), [input]);
      expect(gunzipSync(compressed).equals(input)).toBe(true);
      return compressed.length;
    };
    expect(compressAt(32_769) - compressAt(32_768)).toBeGreaterThan(40);
  });
});

describe('the size', () => {
  test('of an exposition is about that of zlib at its fastest', () => {
    const text = Buffer.from(
      Array.from({ length: 20_000 }, (_, i) => {
        const labels = `instance="worker-${Math.floor(i / 8) * 40}.example.org",job="batch_0",step="merge",le="${2 ** (i % 8)}"`;
        return `batch_0_load_latency_seconds_bucket{${labels}} ${(i * 7919) % 10_007}\n`;
      }).join(''),
    );
    const ours = compress(new GzipWriter(), [text]).length;
    expect(ours).toBeLessThan(gzipSync(text, { level: constants.Z_BEST_SPEED }).length * 1.1);
  });

  test('of noise is hardly more than what came in', () => {
    const noise = repeatAfter(1_000_000, 7);
    expect(compress(new GzipWriter(), [noise]).length).toBeLessThan(noise.length + 400);
  });

  test('of noise after text is hardly more than what came in, although the codes are those of the text', () => {
    const text = Buffer.alloc(100_000, 'aaaaabbbbcccdde');
    const noise = repeatAfter(100_000, 7);
    const alone = compress(new GzipWriter(), [text]).length;
    expect(compress(new GzipWriter(), [text, noise]).length).toBeLessThan(alone + noise.length + 100);
  });

  test('does not suffer from codes that were made for something else', () => {
    const digits = Buffer.from(Array.from(repeatAfter(100_000, 3), (byte) => 48 + (byte % 10)));
    const letters = digits.map((byte) => byte + 50);
    const apart = compress(new GzipWriter(), [digits]).length + compress(new GzipWriter(), [letters]).length;
    expect(compress(new GzipWriter(), [digits, letters]).length).toBeLessThan(apart * 1.01);
  });
});

test('nothing is written outside of the room, whatever comes in', () => {
  const memory = new WebAssembly.Memory({ initial: 16 });
  const deflate = createDeflate({ memory });
  const bytes = Buffer.from(memory.buffer);
  const room = 100_000;
  const end = room + deflate.roomBytes();
  bytes.fill(0xab, 0, room).fill(0xab, end);
  const guards = Buffer.concat([bytes.subarray(0, room), bytes.subarray(end)]);
  for (let seed = 0; seed < 100; seed++) {
    if (seed % 10 === 0) deflate.start(room);
    const input = makeInput(seed, seed % 3 === 0 ? (seed * 1321) % deflate.pieceBytes() || 1 : deflate.pieceBytes());
    bytes.set(input, deflate.inputOf(room));
    deflate.compress(room, input.length);
    // What was put in is only read.
    expect(bytes.compare(input, 0, input.length, deflate.inputOf(room), deflate.inputOf(room) + input.length)).toBe(0);
    if (deflate.end() - deflate.outputOf(room) >= deflate.gatheredBytes()) deflate.rewind(room);
  }
  deflate.finish(0, 0);
  expect(Buffer.concat([bytes.subarray(0, room), bytes.subarray(end)]).equals(guards)).toBe(true);
});

describe('a stream', () => {
  test('is compressed as its chunks come, each of them good for one turn only', async () => {
    const parts = Array.from({ length: 30 }, (_, i) => makeInput(i, 50_000));
    expect(gunzipSync(await collect(gzip(oneBuffer(parts)))).equals(Buffer.concat(parts))).toBe(true);
  });

  test('that is given up leaves nothing for the next one', async () => {
    const parts = Array.from({ length: 30 }, () => makeInput(0, 50_000));
    for await (const chunk of gzip(oneBuffer(parts))) if (chunk.length > 0) break;
    expect(gunzipSync(await collect(gzip(oneBuffer([Buffer.from('after it')]))))).toEqual(Buffer.from('after it'));
  });

  test('does not mix with another one at the same time', async () => {
    const one = Array.from({ length: 20 }, (_, i) => makeInput(i, 60_000));
    const other = Array.from({ length: 20 }, (_, i) => makeInput(i + 100, 60_000));
    const [first, second] = await Promise.all([collect(gzip(oneBuffer(one))), collect(gzip(oneBuffer(other)))]);
    expect(gunzipSync(first).equals(Buffer.concat(one))).toBe(true);
    expect(gunzipSync(second).equals(Buffer.concat(other))).toBe(true);
  });

  test('that fails at its source fails', async () => {
    async function* fail(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('as far as this');
      throw new Error('and no farther');
    }
    await expect(collect(gzip(fail()))).rejects.toThrow('and no farther');
  });

  test('hands out something now and then, however small it gets', () => {
    const handedOut = [...new GzipWriter().compress(Buffer.alloc(gzipInputBytesMax * 3))];
    expect(handedOut.length).toBe(3);
  });
});

function compress(writer: GzipWriter, chunks: readonly Uint8Array[]): Buffer {
  writer.start();
  const parts = chunks.flatMap((chunk) => Array.from(writer.compress(chunk), (part) => Buffer.from(part)));
  return Buffer.concat([...parts, writer.finish()]);
}

/** As a scrape writes: each chunk in the place of the one before. */
async function* oneBuffer(parts: readonly Buffer[]): AsyncGenerator<Uint8Array> {
  const buffer = Buffer.alloc(Math.max(...parts.map(({ length }) => length)));
  for (const part of parts) {
    part.copy(buffer);
    yield buffer.subarray(0, part.length);
    buffer.fill(0xff);
  }
}

async function collect(chunks: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const chunk of chunks) parts.push(Buffer.from(chunk));
  return Buffer.concat(parts);
}
