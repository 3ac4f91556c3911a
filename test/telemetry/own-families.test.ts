import { Histogram, Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { readRegistry, readRegistryTypes } from '../../src/telemetry/own-families.ts';

test('the samples of a histogram come together again, one metric for each label set', async () => {
  const registry = new Registry();
  const histogram = new Histogram({ name: 'h', help: 'H.', labelNames: ['kind'], buckets: [1, 2.5], registers: [registry] });
  expect(await readRegistry(registry)).toEqual([]);
  histogram.observe({ kind: 'b' }, 2);
  histogram.observe({ kind: 'a' }, 0.5);
  histogram.observe({ kind: 'b' }, 7);
  const [family] = await readRegistry(registry);
  expect(family).toMatchObject({ name: 'h', help: 'H.', type: 'histogram' });
  expect(family?.metrics.map(({ labels }) => labels)).toEqual([[{ name: 'kind', value: 'a' }], [{ name: 'kind', value: 'b' }]]);
  expect(family?.metrics[1]?.histogram).toMatchObject({
    sampleCount: 2n,
    sampleSum: 9,
    buckets: [
      { upperBound: 1, cumulativeCount: 0n },
      { upperBound: 2.5, cumulativeCount: 1n },
      { upperBound: Infinity, cumulativeCount: 2n },
    ],
  });
  expect(readRegistryTypes(registry)).toEqual([['h', 'histogram']]);
});
