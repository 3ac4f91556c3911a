import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PushDecoder } from '../../src/exposition/decode-push.ts';
import { readMetrics } from '../../src/exposition/read-metrics.ts';
import { readFamily, storeFamily } from '../../src/exposition/store-family.ts';
import type { StoredFamily } from '../../src/model/stored-family.ts';
import { createKey } from './families.ts';
import { arbitraryFamily } from './protobuf/arbitrary-family.ts';

const key = createKey({ job: 'j' });

function storeText(body: string): StoredFamily {
  const [family] = new PushDecoder(true).decode(Buffer.from(body), undefined, key, 0).families.values();
  return family as StoredFamily;
}

/** Every stretch of the family is that of the whole. */
function expectParts(family: StoredFamily): void {
  const { metrics } = readFamily(family);
  for (let start = 0; start <= metrics.length; start++) {
    for (let end = start; end <= metrics.length + 1; end++) expect(readMetrics(family, start, end)).toEqual(metrics.slice(start, end));
  }
}

test('a part of a family is what stands there in the whole of it', () => {
  expectParts(storeText('m{a="1"} 1\nm{a="2"} 2\nm{a="3"} 3\n'));
  expectParts(storeText('m{a="3"} 1\nm{a="1"} 2\nm{a="2\\nm_count 1"} 3\n'));
  expectParts(
    storeText('# TYPE s summary\ns{x="b",quantile="0.5"} 1\ns_sum{x="b"} 1\ns_count{x="b"} 2\ns_sum{x="a"} 3\ns_count{x="a"} 4\n'),
  );
  expectParts(
    storeText(
      '# TYPE h histogram\nh_bucket{x="b",le="1"} 1\nh_bucket{x="b",le="+Inf"} 2\nh_sum{x="b"} 1\nh_count{x="b"} 2\nh_bucket{le="+Inf"} 0\nh_sum 0\nh_count 0\n',
    ),
  );
  expectParts(storeText('{"m ü",a="2"} 1\n{"m ü",a="1"} 2\n'));
});

test('parts of random families are what stands there in the whole', () => {
  fc.assert(
    fc.property(arbitraryFamily, (family) => expectParts(storeFamily(family, key, 0))),
    { numRuns: 200, seed: 4 },
  );
});

test('a page of a family of 100,000 samples does not cost all of them', () => {
  const family = storeText(Array.from({ length: 100_000 }, (_, i) => `m{path="/some/where/${i}",host="host-${i % 100}"} ${i}\n`).join(''));
  const measureMs = (read: () => unknown): number => {
    const before = process.cpuUsage();
    read();
    const { user, system } = process.cpuUsage(before);
    return (user + system) / 1000;
  };
  const wholeMs = measureMs(() => readFamily(family));
  const pageMs = Math.min(...[0, 1, 2].map(() => measureMs(() => readMetrics(family, 50_000, 50_500))));
  expect(pageMs).toBeLessThan(wholeMs / 4);
});
