import fc from 'fast-check';
import type { Metric, MetricFamily, MetricType } from '../../src/model/metric-family.ts';
import { createBucket, createFamily, createHistogram, createMetric, createSummary } from './families.ts';

const labelValue = fc.string({ unit: fc.constantFrom('a', '"', '\\', '\n', '\t', '{', '}', '=', ',', 'ü', '𝄞', ' '), maxLength: 6 });
const plainValue = fc.oneof(fc.double({ noNaN: false }), fc.integer(), fc.constantFrom(0, 1e6, 123456.789, Infinity, -Infinity));
const count = fc.oneof(fc.nat(), fc.constantFrom(0, 2 ** 53 - 1, 2e6));
const bound = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.constantFrom(0.5, 1, 2, 2.5, 10, 1e6));

const parts = fc.record({
  value: plainValue,
  count,
  hasFloats: fc.boolean(),
  sum: plainValue,
  bounds: fc.array(bound, { maxLength: 5 }),
  labels: fc.dictionary(fc.constantFrom('a', 'b', 'le2', 'quantiles', 'Z'), labelValue),
});
type Parts = typeof parts extends fc.Arbitrary<infer T> ? T : never;

/** Families that text can mostly tell: what a scrape shows most of. Bounds may come twice, and metrics in any order. */
export const arbitraryTextFamily: fc.Arbitrary<MetricFamily> = fc
  .record({
    type: fc.constantFrom<MetricType>('counter', 'gauge', 'untyped', 'summary', 'histogram'),
    help: fc.option(labelValue, { nil: null }),
    metrics: fc.uniqueArray(parts, { minLength: 1, maxLength: 5, selector: ({ labels }) => JSON.stringify(Object.entries(labels).sort()) }),
  })
  .map(({ type, help, metrics }) =>
    createFamily(
      'fam',
      type,
      metrics.map((metric) => createMetric(metric.labels, createValue(type, metric))),
      { help },
    ),
  );

function createValue(type: MetricType, { value, count: total, hasFloats, sum, bounds }: Parts): Partial<Metric> {
  switch (type) {
    case 'summary': {
      const quantiles = bounds.map((quantile) => ({ quantile, value, unknownFields: null }));
      return { summary: createSummary({ sampleCount: BigInt(total), sampleSum: sum, quantiles }) };
    }
    case 'histogram': {
      const uppers = [...bounds, Infinity];
      if (hasFloats) {
        const buckets = uppers.map((upper, i) => createBucket(upper, total / 8 + i));
        return { histogram: createHistogram({ sampleCountFloat: total / 8, sampleSum: sum, buckets }) };
      }
      const buckets = uppers.map((upper, i) => createBucket(upper, BigInt(total) + BigInt(i)));
      return { histogram: createHistogram({ sampleCount: BigInt(total), sampleSum: sum, buckets }) };
    }
    case 'counter':
      return { counter: { value, exemplar: null, createdTimestamp: null, unknownFields: null } };
    default:
      return type === 'gauge' ? { gauge: { value, unknownFields: null } } : { untyped: { value, unknownFields: null } };
  }
}
