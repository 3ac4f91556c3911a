import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PushDecoder } from '../../src/exposition/decode-push.ts';
import { jsonChunkBytes } from '../../src/exposition/limits.ts';
import { familyToJson } from '../../src/exposition/metrics-json.ts';
import { isToldToJson } from '../../src/exposition/metrics-json-text.ts';
import { MetricsJsonWriter } from '../../src/exposition/metrics-json-writer.ts';
import { readFamily, storeFamily } from '../../src/exposition/store-family.ts';
import type { StoredFamily } from '../../src/model/stored-family.ts';
import { createRandom } from '../fuzz/random.ts';
import { generateTextBody } from '../fuzz/text-bodies.ts';
import { createFamily, createGauge, createKey } from './families.ts';
import { arbitraryFamily } from './protobuf/arbitrary-family.ts';
import { arbitraryTextFamily } from './text-family.ts';

const key = createKey({ job: 'a"b\\c\nd\t\u0000\u2028\u007f', zone: 'ü😀' });
const atMs = 1_700_000_000_123.456;

function storeText(body: string): StoredFamily[] {
  return [...new PushDecoder(true).decode(Buffer.from(body), undefined, key, atMs).families.values()];
}

function writeInChunks(families: readonly StoredFamily[]): Buffer[] {
  const writer = new MetricsJsonWriter();
  const chunks = families.flatMap((family, i) => {
    if (i > 0) writer.write('\n');
    return [...writer.writeFamily(family)];
  });
  return [...chunks, writer.take()];
}

/** The plain way to the same bytes. */
function writePlainly(families: readonly StoredFamily[]): string {
  return families.map((family) => JSON.stringify(familyToJson(readFamily(family), family.pushedAtMs))).join('\n');
}

function agrees(...families: readonly StoredFamily[]): void {
  expect(Buffer.concat(writeInChunks(families)).toString()).toBe(writePlainly(families));
}

test.each([
  ['m 1\n'],
  ['# HELP m "Say" <so>\\\\ & \\nü\n# TYPE m counter\nm{a="b"} 1.5\nm{a="c\\"\\\\\\n}{,= "} -2\nm +Inf\nm{b=""} -Inf\nm{z="1"} NaN\n'],
  [
    '# HELP m \n# TYPE m gauge\nm{a="\t\r\u0001\u001f\u007f\b\f"} 1e6\nm{a="\u2028é😀"} 0.1234567890123456\nm{a="3"} 1e-320\nm{a="5"} 4.5e100\n',
  ],
  ['m{n="2"} 1\nm{n="10"} 2\nm{n="1"} 3\nm 4\n'],
  ['# TYPE h histogram\nh_bucket{le="0.5"} 1\nh_bucket{le="1"} 2\nh_bucket{le="+Inf"} 2e6\nh_sum 1e6\nh_count 2e6\n'],
  ['# TYPE h histogram\nh_bucket{le="2.5"} 1.5\nh_bucket{le="2"} 2e6\nh_bucket{le="+Inf"} 2e6\nh_sum 1e6\nh_count 2e6\n'],
  [
    '# TYPE h histogram\nh_bucket{x="}le=\\"5\\"",le="1"} 3\nh_bucket{x="}le=\\"5\\"",le="+Inf"} 3\nh_sum{x="}le=\\"5\\""} 1\nh_count{x="}le=\\"5\\""} 3\n' +
      'h_bucket{quantile="1",le="1"} 9007199254740991\nh_bucket{quantile="1",le="+Inf"} 9007199254740992\nh_sum{quantile="1"} 0\nh_count{quantile="1"} 9007199254740992\n' +
      'h_bucket{le="+Inf"} 3\nh_sum 1\nh_count 3\n',
  ],
  ['# TYPE h histogram\nh_bucket{le="1"} 1\nh_sum 1\nh_count 1\n'],
  [
    '# TYPE s summary\ns_sum 1\ns_count 4503599627370497\ns{quantile="0.5",le="1"} NaN\ns{quantile="0",le="1"} -0.25\ns_sum{le="1"} 2e7\ns_count{le="1"} 3e6\n',
  ],
  [
    '# TYPE s summary\ns{quantile="0.5"} 1\ns{quantile="1"} 2\ns{quantile="0.5"} 3\ns{quantile="1"} 4\ns{quantile="-1"} 5\ns_sum 1\ns_count 2\n',
  ],
  [
    '# TYPE s summary\ns{x="2",quantile="1"} 1\ns_sum{x="2"} 1\ns_count{x="2"} 2\ns{x="1",quantile="9"} 1\ns_sum{x="1"} 1\ns_count{x="1"} 2\n',
  ],
  [
    '# TYPE a_count summary\na_count_sum 1\na_count_count 2\n# TYPE b_sum histogram\nb_sum_bucket{le="+Inf"} 2\nb_sum_sum 1\nb_sum_count 2\n',
  ],
])('families are shown as the full form shows them: %#', (body) => {
  agrees(...storeText(body));
});

test('what text cannot say, flawed families and names in quotes go the plain way', () => {
  const f = (body: string): void => {
    const families = storeText(body);
    expect(families.map(isToldToJson), body).toEqual([false]);
    agrees(...families);
  };
  f('m -0\n');
  f('# TYPE h histogram\nh_bucket{le="1"} 1\nh_sum 1\nh_count 1\n');
  f('m{a="1"} 1\nm{a="1"} 2\n');
  f('m{__a="1"} 1\n');
  f('{"a.b"} 1\n');
  f('m{"5"="b","a b"="c"} 1\n');
});

test('random families that text can tell are shown as the full form shows them', () => {
  let told = 0;
  fc.assert(
    fc.property(fc.array(arbitraryTextFamily, { maxLength: 3 }), (families) => {
      const stored = families.map((family) => storeFamily(family, key, atMs));
      told += stored.filter(isToldToJson).length;
      agrees(...stored);
    }),
    { numRuns: 2000 },
  );
  expect(told).toBeGreaterThan(1000);
});

test('random families of any kind are shown as the full form shows them', () => {
  fc.assert(
    fc.property(arbitraryFamily, (family) => agrees(storeFamily(family, key, atMs))),
    { numRuns: 300 },
  );
});

test('random bodies are shown as the full form shows them', () => {
  const random = createRandom(6);
  let told = 0;
  for (let i = 0; i < 5000; i++) {
    const body = generateTextBody(random);
    let families: StoredFamily[];
    try {
      families = storeText(body);
    } catch {
      continue; // A mistake in the body, which the parser refuses.
    }
    told += families.filter(isToldToJson).length;
    expect(Buffer.concat(writeInChunks(families)).toString(), body).toBe(writePlainly(families));
  }
  expect(told).toBeGreaterThan(5000);
});

test('a large family comes in chunks, and a label longer than a chunk comes whole', () => {
  const metrics = Array.from({ length: 5000 }, (_, i) => createGauge({ n: `${i}`, text: 'ä\t'.repeat(i === 1500 ? 100_000 : 10) }, i));
  const family = storeFamily(createFamily('m', 'gauge', metrics), key, atMs);
  const chunks = writeInChunks([family]);
  const lengths = chunks.map(({ length }) => length);
  expect(chunks.length).toBeGreaterThan(8);
  expect(lengths.filter((length) => length > jsonChunkBytes + 1024)).toHaveLength(1);
  expect(lengths.slice(0, -1).filter((length) => length < jsonChunkBytes)).toEqual([]);
  expect(Buffer.concat(chunks).toString()).toBe(writePlainly([family]));
});

test('a metric that ends anywhere around the end of its chunk comes whole', () => {
  // Chunks have some room for the last metric; with these it is too little, just enough, and more than enough.
  for (let length = 7000; length < 9000; length += 13) {
    const metrics = Array.from('abcdefghij').map((name) => createGauge({ [name]: 'x'.repeat(length) }, 1));
    agrees(storeFamily(createFamily('m', 'gauge', metrics), key, atMs));
  }
});
