import fc from 'fast-check';
import { expect, test } from 'vitest';
import { sortMetrics } from '../../../src/exposition/metric-order.ts';
import { encodeMetrics } from '../../../src/exposition/protobuf/codec.ts';
import { MessageWriter } from '../../../src/exposition/protobuf/message-writer.ts';
import { transcodeMetrics } from '../../../src/exposition/protobuf/transcode-text.ts';
import { readFamily, storeFamilies, storeFamily } from '../../../src/exposition/store-family.ts';
import { parseText } from '../../../src/exposition/text-parser.ts';
import type { StoredFamily } from '../../../src/model/stored-family.ts';
import { createKey } from '../families.ts';
import { arbitraryTextFamily } from '../text-family.ts';

const key = createKey({ job: 'a"b\\c\nd', zone: 'ü' });

function transcode(stored: StoredFamily): Uint8Array | null {
  const writer = new MessageWriter();
  return transcodeMetrics(stored, writer) ? writer.take() : null;
}

/** The plain way to the same bytes. */
function encodePlainly(stored: StoredFamily): Uint8Array {
  return encodeMetrics(sortMetrics(readFamily(stored).metrics));
}

function agrees(body: string): void {
  for (const stored of storeFamilies(parseText(Buffer.from(body), { allowUtf8Names: false }), key, 1)) {
    const bytes = transcode(stored);
    expect(bytes, body.slice(0, 200)).not.toBeNull();
    expect(Buffer.compare(bytes ?? Buffer.alloc(0), encodePlainly(stored)), body.slice(0, 200)).toBe(0);
  }
}

test.each([
  ['m 1\n'],
  ['# TYPE m counter\nm{a="b"} 1.5\nm{a="c\\"\\\\\\n}{,= "} -2\nm +Inf\nm{b=""} -Inf\nm{z="1"} NaN\n'],
  [
    '# TYPE m gauge\nm{a="1"} 123456789012345678\nm{a="2"} 0.1234567890123456\nm{a="3"} 1e-320\nm{a="4"} 999999999999999\nm{a="5"} 4.5e100\n',
  ],
  [`m{a="${'x'.repeat(100)}"} 1\nm{a="${'y'.repeat(20_000)}"} 2\nm{a="${'z'.repeat(2_100_000)}"} 3\n`],
  [
    '# TYPE h histogram\nh_bucket{le="0.5"} 1\nh_bucket{le="+Inf"} 2e6\nh_sum 0.1\nh_count 2e6\nh_bucket{a="}le=\\"5\\"",le="+Inf"} 3\nh_sum{a="}le=\\"5\\""} 1\nh_count{a="}le=\\"5\\""} 3\n',
  ],
  ['# TYPE s summary\ns_sum 1\ns_count 4503599627370497\ns{quantile="0.5",x="y"} NaN\ns_sum{x="y"} 2\ns_count{x="y"} 3\n'],
])('text is transcoded to the bytes that the full form gives: %#', (body) => {
  agrees(body);
});

test('what text cannot say, float histograms, and names that some scheme changes are left to the full form', () => {
  const f = (body: string): void => {
    const [stored] = storeFamilies(parseText(Buffer.from(body), { allowUtf8Names: true }), key, 1);
    expect(transcode(stored as StoredFamily), body).toBeNull();
  };
  f('m -0\n');
  f('# TYPE h histogram\nh_bucket{le="1"} 1\nh_sum 1\nh_count 1\n');
  f('# TYPE h histogram\nh_bucket{le="+Inf"} 1.5\nh_sum 1\nh_count 1.5\n');
  f('{"a.b"} 1\n');
  f('m{"a.b"="c"} 1\n');
});

test('whatever is transcoded comes out as the full form gives it', () => {
  let transcoded = 0;
  fc.assert(
    fc.property(arbitraryTextFamily, (family) => {
      const stored = storeFamily(family, key, 1);
      const bytes = transcode(stored);
      if (bytes === null) return;
      transcoded++;
      expect(Buffer.compare(bytes, encodePlainly(stored)), stored.home.bytes.toString()).toBe(0);
    }),
    { numRuns: 4000 },
  );
  expect(transcoded).toBeGreaterThan(1000);
});
