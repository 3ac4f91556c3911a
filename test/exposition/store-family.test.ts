import fc from 'fast-check';
import { expect, test } from 'vitest';
import { compareAsBytes } from '../../src/base/bytes.ts';
import { Refusal } from '../../src/base/errors.ts';
import { readyTextLengthMax } from '../../src/exposition/limits.ts';
import { readFamily, storeFamilies, storeFamily } from '../../src/exposition/store-family.ts';
import { parseText } from '../../src/exposition/text-parser.ts';
import { createGroupingKey, type GroupingKey } from '../../src/model/grouping-key.ts';
import type { LabelPair, Metric, MetricFamily, MetricType } from '../../src/model/metric-family.ts';
import type { StoredFamily } from '../../src/model/stored-family.ts';
import {
  createBucket,
  createFamily,
  createGauge,
  createHistogram,
  createKey,
  createLabels,
  createMetric,
  createNative,
  createSummary,
} from './families.ts';
import { arbitraryFamily } from './protobuf/arbitrary-family.ts';

function textOf({ home }: StoredFamily): string {
  return home.bytes.toString('utf8', home.start, home.end);
}

function storeText(body: string, key: GroupingKey = createKey({ job: 'j' })): StoredFamily[] {
  return storeFamilies(parseText(Buffer.from(body), { allowUtf8Names: true }), key, 0);
}

test('grouping labels win over the metric’s, instance is implied, labels are sorted by bytes', () => {
  const f = (labels: string, key: Record<string, string>, want: string): void => {
    expect(textOf(storeText(`m${labels} 1\n`, createKey(key))[0] as StoredFamily)).toBe(`m{${want}} 1\n`);
  };
  f('', { job: 'j' }, 'instance="",job="j"');
  f('{job="x"}', { job: 'j' }, 'instance="",job="j"');
  f('{instance="i"}', { job: 'j' }, 'instance="i",job="j"');
  f('{instance="i"}', { job: 'j', instance: 'k' }, 'instance="k",job="j"');
  f('', { job: 'j', instance: 'k' }, 'instance="k",job="j"');
  f('{z="1",k="2",A="3",_="4"}', { job: 'j' }, 'A="3",_="4",instance="",job="j",k="2",z="1"');
  f('{a="\\\\ \\" \\n"}', { job: 'é"\\\n' }, 'a="\\\\ \\" \\n",instance="",job="é\\"\\\\\\n"');
  f('{"a.b"="1",a="2"}', { job: 'j', 'g.h': '3' }, 'a="2","a.b"="1","g.h"="3",instance="",job="j"');
});

test('metrics with fewer labels come first, then those with smaller values; equal ones stay in their order', () => {
  const [family] = storeText('m{a="2"} 1\nm{b="1"} 2\nm{a="1"} 3\nm{a="1",b="0"} 4\nm 5\nm{b="\u{ffff}"} 6\nm{b="😀"} 7\n');
  const values = [...textOf(family as StoredFamily).matchAll(/ (\d)\n/g)].map((match) => match[1]).join('');
  expect(values).toBe('5231674');
  expect(family?.order).toEqual(Uint32Array.of(4, 1, 2, 0, 5, 6, 3));
});

test('summaries and histograms are written out in the reference’s order', () => {
  const f = (body: string, want: string): void =>
    expect(textOf(storeText(body, createKey({ job: 'j', instance: '' }))[0] as StoredFamily)).toBe(want);
  const l = 'instance="",job="j"';
  f('# TYPE s summary\ns_count 4\ns{quantile="0.9"} 2\ns_sum 3\n', `s{${l},quantile="0.9"} 2\ns_sum{${l}} 3\ns_count{${l}} 4\n`);
  f(
    '# TYPE h histogram\nh_bucket{le="1e6"} 1\nh_count 2e6\n',
    `h_bucket{${l},le="1e+06"} 1\nh_bucket{${l},le="+Inf"} 2e+06\nh_sum{${l}} 0\nh_count{${l}} 2e+06\n`,
  );
  f('# TYPE h histogram\nh_bucket{le="+Inf"} 1.5\nh_count 2\n', `h_bucket{${l},le="+Inf"} 1.5\nh_sum{${l}} 0\nh_count{${l}} 2\n`);
  f('# TYPE "h.x" histogram\n{"h.x_count"} 1\n', `{"h.x_bucket",${l},le="+Inf"} 1\n{"h.x_sum",${l}} 0\n{"h.x_count",${l}} 1\n`);
});

test('all families of a push lie in one buffer of exactly their size', () => {
  const stored = storeText('a 1\nb{x="é"} 2\n# TYPE c counter\nc 3\n');
  const bytes = stored[0]?.home.bytes;
  expect(stored.map(({ home }) => home.bytes)).toEqual([bytes, bytes, bytes]);
  expect(stored.map(textOf).join('')).toBe(bytes?.toString());
  expect(stored.map(({ name, type, metricCount, sampleCount }) => [name, type, metricCount, sampleCount])).toEqual([
    ['a', 'untyped', 1, 1],
    ['b', 'untyped', 1, 1],
    ['c', 'counter', 1, 1],
  ]);
});

test('a family is known to have legacy names only', () => {
  const f = (body: string, want: boolean, key = createKey({ job: 'j' })): void =>
    expect(storeText(body, key)[0]?.hasLegacyNames, body).toBe(want);
  f('m{a="b.c"} 1\n', true);
  f('{"m.x"} 1\n', false);
  f('m{"a.b"="c"} 1\n', false);
  f('m{"a:b"="c"} 1\n', false);
  f('m 1\n', false, createKey({ job: 'j', 'a.b': 'c' }));
});

test('a message is kept only for what the text does not tell', () => {
  const f = (want: 'text' | 'message', metric: Metric, type: MetricType, rest: Partial<MetricFamily> = {}): void => {
    const stored = storeFamily(createFamily('m', type, [metric], rest), createKey({ job: 'j' }), 0);
    expect(stored.flaw).toBeNull();
    expect(stored.protobuf === null ? 'text' : 'message').toBe(want);
  };
  const unknownFields = Uint8Array.of(0xa0, 0x06, 0x2a);
  const created = { seconds: 1n, nanos: 2, unknownFields: null };
  const exemplar = { labels: [], value: 1, timestamp: null, unknownFields: null };
  f('text', createGauge({}, NaN), 'gauge');
  f('message', createGauge({}, -0), 'gauge');
  f('message', createGauge({}, 1), 'gauge', { unit: 'seconds' });
  f('message', createGauge({}, 1), 'gauge', { unknownFields });
  f('message', { ...createGauge({}, 1), timestampMs: 0n }, 'gauge');
  f('message', { ...createGauge({}, 1), untyped: { value: 1, unknownFields: null } }, 'gauge');
  f('text', createMetric({}, { counter: { value: 1, exemplar: null, createdTimestamp: null, unknownFields: null } }), 'counter');
  f('message', createMetric({}, { counter: { value: 1, exemplar, createdTimestamp: null, unknownFields: null } }), 'counter');
  f('message', createMetric({}, { counter: { value: 1, exemplar: null, createdTimestamp: created, unknownFields: null } }), 'counter');
  f('text', createMetric({}, { summary: createSummary({ sampleCount: 2n ** 53n }) }), 'summary');
  f('message', createMetric({}, { summary: createSummary({ sampleCount: 2n ** 53n + 1n }) }), 'summary');
  f('message', createMetric({}, { summary: createSummary({ quantiles: [{ quantile: NaN, value: 1, unknownFields: null }] }) }), 'summary');
  const infinity = createBucket(Infinity, 1n);
  f('text', createMetric({}, { histogram: createHistogram({ buckets: [createBucket(1, 1n), infinity] }) }), 'histogram');
  f('text', createMetric({}, { histogram: createHistogram({ buckets: [infinity] }) }), 'gaugehistogram');
  f('message', createMetric({}, { histogram: createHistogram({ buckets: [createBucket(1, 1n)] }) }), 'histogram');
  f('message', createMetric({}, { histogram: createHistogram({ buckets: [infinity], native: createNative({ schema: 0 }) }) }), 'histogram');
  f('message', createMetric({}, { histogram: createHistogram({ buckets: [infinity], exemplars: [exemplar] }) }), 'histogram');
  f('text', createMetric({}, { histogram: createHistogram({ sampleCountFloat: 1.5, buckets: [createBucket(Infinity, 1)] }) }), 'histogram');
  f(
    'message',
    createMetric({}, { histogram: createHistogram({ sampleCountFloat: 1, buckets: [createBucket(Infinity, 1)] }) }),
    'histogram',
  );
  f('message', createMetric({}, { histogram: createHistogram({ sampleCount: 1n, buckets: [createBucket(Infinity, 1.5)] }) }), 'histogram');
});

test('what no exposition may show is said in plain words, with family and series', () => {
  const f = (family: MetricFamily, want: string | null, key = createKey({ job: 'j' })): void => {
    expect(storeFamily(family, key, 0).flaw).toBe(want);
  };
  const series = 'instance="",job="j"';
  f(createFamily('m', 'gauge', [createGauge({ a: 'b' }, 1), createGauge({}, 2)]), null);
  f(createFamily('m', 'gauge', [createGauge({ 'a-b': 'c' }, 1)]), null);
  f(createFamily('bad-name', 'gauge', [createGauge({}, 1)]), null);
  f(
    createFamily('m', 'gauge', [createGauge({}, 1), createGauge({ instance: '' }, 2)]),
    `metric family "m": two metrics have the same labels {${series}}`,
  );
  f(
    createFamily('m', 'gauge', [createGauge({ a: '1' }, 1), createGauge({ b: '1' }, 1), createGauge({ a: '1' }, 1)]),
    `metric family "m": two metrics have the same labels {a="1",${series}}`,
  );
  f(
    createFamily('m', 'gauge', [createGauge({ job: '1' }, 1), createGauge({ job: '2' }, 2)]),
    `metric family "m": two metrics have the same labels {${series}}`,
  );
  f(createFamily('m', 'counter', [createGauge({}, 1)]), `metric family "m": metric {${series}} has no value of the type counter`);
  f(
    createFamily('m', 'gaugehistogram', [createGauge({}, 1)]),
    `metric family "m": metric {${series}} has no value of the type gaugehistogram`,
  );
  f(
    createFamily('m', 'gauge', [createGauge({ __a: 'c' }, 1)]),
    `metric family "m": metric {__a="c",${series}} has a label with the reserved name "__a"`,
  );
  f(
    createFamily('m', 'gauge', [createGauge({ '': 'c' }, 1)]),
    `metric family "m": metric {""="c",${series}} has a label with an empty name`,
  );
  const twice = { ...createGauge({}, 1), labels: [...createLabels({ a: '1', b: '2' }), ...createLabels({ a: '3' })] };
  f(createFamily('m', 'gauge', [twice]), `metric family "m": metric {a="1",a="3",b="2",${series}} has two labels named "a"`);
  f(
    createFamily('m', 'summary', [createMetric({ quantile: 'q' }, { summary: createSummary() })]),
    `metric family "m": summary {${series},quantile="q"} has a label "quantile" of its own`,
  );
  f(
    createFamily('m', 'histogram', [createMetric({}, { histogram: createHistogram() })]),
    'metric family "m": histogram {instance="",job="j",le="9"} has a label "le" of its own',
    createKey({ job: 'j', le: '9' }),
  );
  f(createFamily('', 'gauge', [createGauge({}, 1)]), 'a metric family has no name');
  f(
    createFamily('m', 'gauge', [createGauge({}, 1)], { flaw: 'a label value is not UTF-8' }),
    'metric family "m": a label value is not UTF-8',
  );
});

test('a flawed family still has what text it can have', () => {
  const stored = storeFamily(
    createFamily('m', 'counter', [
      createGauge({ a: '1' }, 1),
      createMetric({}, { counter: { value: 2, exemplar: null, createdTimestamp: null, unknownFields: null } }),
    ]),
    createKey({ job: 'j' }),
    0,
  );
  expect(textOf(stored)).toBe('m{instance="",job="j"} 2\n');
  expect(readFamily(stored).metrics).toHaveLength(2);
});

test('a push that grouping labels blow up is refused before memory is gone', () => {
  const family = createFamily(
    'm',
    'gauge',
    Array.from({ length: 20_000 }, (_, i) => createGauge({ i: `${i}` }, 1)),
  );
  const key = createKey({ job: 'j'.repeat(Math.ceil(readyTextLengthMax / 10_000)) });
  try {
    storeFamily(family, key, 0);
    expect.unreachable();
  } catch (error) {
    expect(error).toBeInstanceOf(Refusal);
    expect(error).toMatchObject({ code: 'PG_EXPOSITION_TOO_LARGE', status: 413 });
  }
});

/** What storing does to labels, said the slow way. */
function mergeSlowly(labels: readonly LabelPair[], key: GroupingKey): LabelPair[] {
  const merged = [...labels.filter(({ name }) => key.labels.every((label) => label.name !== name)), ...key.labels];
  if (merged.every(({ name }) => name !== 'instance')) merged.push({ name: 'instance', value: '' });
  return merged.map(({ name, value }) => ({ name, value })).sort((a, b) => compareAsBytes(a.name, b.name));
}

function expectRoundTrip(family: MetricFamily, key: GroupingKey): StoredFamily {
  const stored = storeFamily(family, key, 0);
  const want = {
    ...family,
    metrics: family.metrics.map((metric) => ({ ...metric, labels: mergeSlowly(metric.labels, key) })),
    flaw: stored.flaw,
  };
  expect(readFamily(stored)).toEqual(want);
  return stored;
}

const labelName = fc.constantFrom('a', 'b', 'le', 'quantile', 'instance', 'job', 'a.b', 'a:b', 'é"', '😀', 'zone');
const labels = fc.dictionary(labelName, fc.oneof(fc.constantFrom('', '1', '2'), fc.string({ unit: 'binary', maxLength: 4 })), {
  maxKeys: 4,
});
const value = fc.oneof(fc.double(), fc.constantFrom(0, 1, 1e6, -0));
const count = fc.oneof(fc.bigInt({ min: 0n, max: 20n }), fc.bigInt({ min: 0n, max: 2n ** 64n - 1n }));
const bound = fc.constantFrom(0.5, 1, 10, Infinity, 2.5e-7, NaN);
const countFloat = fc.constantFrom(0, 1.5, 3, 1e20);
const valueOfType: Readonly<Record<MetricType, fc.Arbitrary<Partial<Metric>>>> = {
  gauge: value.map((number) => ({ gauge: { value: number, unknownFields: null } })),
  untyped: value.map((number) => ({ untyped: { value: number, unknownFields: null } })),
  counter: value.map((number) => ({ counter: { value: number, exemplar: null, createdTimestamp: null, unknownFields: null } })),
  summary: fc.tuple(count, value, fc.array(fc.tuple(bound, value), { maxLength: 3 })).map(([sampleCount, sampleSum, pairs]) => ({
    summary: createSummary({
      sampleCount,
      sampleSum,
      quantiles: pairs.map(([quantile, number]) => ({ quantile, value: number, unknownFields: null })),
    }),
  })),
  histogram: histogramValue(),
  gaugehistogram: histogramValue(),
};

function histogramValue(): fc.Arbitrary<Partial<Metric>> {
  const integers = fc.tuple(count, value, fc.array(fc.tuple(bound, count), { maxLength: 3 })).map(([sampleCount, sampleSum, pairs]) => {
    return createHistogram({ sampleCount, sampleSum, buckets: pairs.map(([upperBound, n]) => createBucket(upperBound, n)) });
  });
  const floats = fc
    .tuple(countFloat, value, fc.array(fc.tuple(bound, countFloat), { maxLength: 3 }))
    .map(([sampleCountFloat, sampleSum, pairs]) => {
      return createHistogram({ sampleCountFloat, sampleSum, buckets: pairs.map(([upperBound, n]) => createBucket(upperBound, n)) });
    });
  return fc.oneof(integers, floats).map((histogram) => ({ histogram }));
}

const plainFamily = fc.constantFrom<MetricType>('gauge', 'untyped', 'counter', 'summary', 'histogram', 'gaugehistogram').chain((type) => {
  const metric = fc.tuple(labels, valueOfType[type]).map(([own, rest]) => createMetric(own, rest));
  const name = fc.constantFrom('m', 'm_count', 'm.x', 'é"\\\n', ':c');
  return fc
    .tuple(name, fc.option(fc.string(), { nil: null }), fc.array(metric, { maxLength: 5 }))
    .map(([familyName, help, metrics]) => createFamily(familyName, type, metrics, { help }));
});
const grouping = fc
  .dictionary(fc.constantFrom('instance', 'zone', 'a', 'g.h', 'quantile'), fc.string({ maxLength: 3 }), { maxKeys: 2 })
  .map((rest) => createGroupingKey(new Map(Object.entries({ ...rest, job: 'j' }))));

test('what is stored of a family reads back as the family with its labels merged', () => {
  const seen = { text: 0, order: 0, message: 0 };
  fc.assert(
    fc.property(plainFamily, grouping, (family, key) => {
      const stored = expectRoundTrip(family, key);
      seen[stored.protobuf !== null ? 'message' : stored.order !== null ? 'order' : 'text']++;
    }),
    { numRuns: 1_000 },
  );
  // Each of the three ways is the usual one for something, so each must have been gone.
  expect(Math.min(seen.text, seen.order, seen.message)).toBeGreaterThan(10);
});

test('that holds for everything a protobuf push can say, sound or not', () => {
  fc.assert(
    fc.property(arbitraryFamily, grouping, (family, key) => {
      expectRoundTrip(family, key);
    }),
  );
});

test('of a grouping label that a metric has twice only the first one is replaced, so that the family is flawed', () => {
  const labels = [
    { name: 'job', value: 'x' },
    { name: 'job', value: 'y' },
  ];
  const family = createFamily('m', 'gauge', [{ ...createGauge({}, 1), labels }]);
  expect(storeFamily(family, createKey({ job: 'a' }), 1).flaw).toContain('job');
});
