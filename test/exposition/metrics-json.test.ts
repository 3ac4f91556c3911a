import { expect, test } from 'vitest';
import { familyToJson, formatRfc3339Nano } from '../../src/exposition/metrics-json.ts';
import type { Metric, MetricType } from '../../src/model/metric-family.ts';
import { createBucket, createFamily, createGauge, createHistogram, createMetric, createNative, createSummary } from './families.ts';

test('times are RFC 3339 in UTC, down to the microsecond, without trailing zeros', () => {
  const f = (unixMs: number, want: string): void => expect(formatRfc3339Nano(unixMs)).toBe(want);
  f(0, '1970-01-01T00:00:00Z');
  f(1_700_000_000_000, '2023-11-14T22:13:20Z');
  f(1_700_000_000_120, '2023-11-14T22:13:20.12Z');
  f(1_700_000_000_000.25, '2023-11-14T22:13:20.00025Z');
  f(1_700_000_000_123.456, '2023-11-14T22:13:20.123456Z');
  f(1_699_999_999_999.9999, '2023-11-14T22:13:20Z');
  f(-0.5, '1969-12-31T23:59:59.9995Z');
});

test('a family has its time, type and help, and numbers as strings', () => {
  const family = createFamily('m', 'gauge', [createGauge({ a: 'b' }, -0), createGauge({ __proto: 'x' }, 1e6)], { help: 'h' });
  expect(familyToJson(family, 0)).toEqual({
    time_stamp: '1970-01-01T00:00:00Z',
    type: 'GAUGE',
    help: 'h',
    metrics: [
      { labels: { a: 'b' }, value: '-0' },
      { labels: { __proto: 'x' }, value: '1e+06' },
    ],
  });
  expect(familyToJson({ ...family, help: '' }, 0)).not.toHaveProperty('help');
  expect(familyToJson({ ...family, help: null }, 0)).not.toHaveProperty('help');
});

test('each type has its own members', () => {
  const f = (type: MetricType, value: Partial<Metric>, want: object): void => {
    expect(familyToJson(createFamily('m', type, [createMetric({}, value)]), 0).metrics[0]).toEqual({ labels: {}, ...want });
  };
  f('counter', { counter: { value: 1.5, exemplar: null, createdTimestamp: null, unknownFields: null } }, { value: '1.5' });
  f('untyped', { untyped: { value: NaN, unknownFields: null } }, { value: 'NaN' });
  f('gauge', {}, { value: '0' });
  const quantiles = [0.5, 0.5, -0].map((quantile, index) => ({ quantile, value: index, unknownFields: null }));
  f(
    'summary',
    { summary: createSummary({ sampleCount: 12345678n, sampleSum: 1e6, quantiles }) },
    { quantiles: { '0.5': '1', '-0': '2' }, count: '12345678', sum: '1e+06' },
  );
  f('summary', {}, { quantiles: {}, count: '0', sum: '0' });
  f(
    'histogram',
    { histogram: createHistogram({ sampleCount: 2n, buckets: [createBucket(1e6, 1n)] }) },
    { buckets: { '1e+06': '1' }, count: '2', sum: '0' },
  );
  f(
    'histogram',
    { histogram: createHistogram({ sampleCountFloat: 2, buckets: [createBucket(1, 1.5), createBucket(2, 0)] }) },
    { buckets: { '1': '1.5', '2': '0' }, count: '2', sum: '0' },
  );
  f('histogram', { histogram: createHistogram({ native: createNative({ schema: 3 }) }) }, { buckets: {}, count: '0', sum: '0' });
  // The reference shows no more of a gauge histogram.
  f('gaugehistogram', { histogram: createHistogram({ sampleCount: 2n }) }, { value: '0' });
});

test('native buckets are listed from the lowest up, empty ones left out', () => {
  const span = (offset: number, length: number) => ({ offset, length, unknownFields: null });
  const native = createNative({
    schema: 0,
    zeroThreshold: 0.001,
    zeroCount: 1n,
    negativeSpans: [span(0, 2)],
    negativeDeltas: [3n, -1n],
    positiveSpans: [span(0, 2), span(1, 1)],
    positiveDeltas: [1n, -1n, 2n],
  });
  const f = (histogram: Partial<Parameters<typeof createHistogram>[0]>, want: unknown): void => {
    const family = createFamily('h', 'histogram', [createMetric({}, { histogram: createHistogram(histogram) })]);
    expect(familyToJson(family, 0).metrics[0]?.buckets).toEqual(want);
  };
  f({ sampleCount: 4n, native }, [
    [1, '-2', '-1', '2'],
    [1, '-1', '-0.5', '3'],
    [3, '-0.001', '0.001', '1'],
    [0, '0.5', '1', '1'],
    [0, '4', '8', '2'],
  ]);
  const float = createNative({ schema: 1, zeroCountFloat: 1.5, positiveSpans: [span(0, 2)], positiveCounts: [0, 2.5] });
  f({ native: float }, [
    [3, '-0', '0', '1.5'],
    [0, '1', '1.414213562373095', '2.5'],
  ]);
});
