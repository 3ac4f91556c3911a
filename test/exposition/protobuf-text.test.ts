import { expect, test } from 'vitest';
import { writeProtobufCompactText, writeProtobufText } from '../../src/exposition/protobuf-text.ts';
import { createBucket, createFamily, createGauge, createHistogram, createMetric, createNative, createSummary } from './families.ts';

test('a family is written one field a line, with an empty line behind it', () => {
  const family = createFamily('m_one', 'gauge', [createGauge({ a: 'é"\\\n\u0001' }, NaN), createGauge({}, -Infinity)], { help: 'h' });
  expect(writeProtobufText(family)).toBe(`name: "m_one"
help: "h"
type: GAUGE
metric: {
  label: {
    name: "a"
    value: "é\\"\\\\\\n\\x01"
  }
  gauge: {
    value: nan
  }
}
metric: {
  gauge: {
    value: -inf
  }
}

`);
});

test('compact text is one line', () => {
  const family = createFamily('m', 'counter', [
    createMetric(
      {},
      { counter: { value: 1e6, exemplar: null, createdTimestamp: { seconds: 5n, nanos: 7, unknownFields: null }, unknownFields: null } },
    ),
  ]);
  expect(writeProtobufCompactText(family)).toBe(
    'name:"m" type:COUNTER metric:{counter:{value:1e+06 created_timestamp:{seconds:5 nanos:7}}}\n',
  );
});

test('summaries, histograms and native buckets are written with all their fields', () => {
  const summary = createSummary({ sampleCount: 2n ** 60n, quantiles: [{ quantile: 0.5, value: Infinity, unknownFields: null }] });
  expect(writeProtobufCompactText(createFamily('s', 'summary', [createMetric({}, { summary })]))).toBe(
    'name:"s" type:SUMMARY metric:{summary:{sample_count:1152921504606846976 sample_sum:0 quantile:{quantile:0.5 value:inf}}}\n',
  );
  const exemplar = {
    labels: [{ name: 't', value: 'x' }],
    value: 1,
    timestamp: { seconds: 1n, nanos: 0, unknownFields: null },
    unknownFields: null,
  };
  const native = createNative({
    schema: 0,
    zeroThreshold: 0.5,
    zeroCount: 1n,
    positiveSpans: [{ offset: -1, length: 2, unknownFields: null }],
    positiveDeltas: [1n, -1n],
  });
  const histogram = createHistogram({ sampleCountFloat: 1.5, buckets: [createBucket(1, 1n)], native, exemplars: [exemplar] });
  const metric = { ...createMetric({}, { histogram }), timestampMs: -5n };
  expect(writeProtobufCompactText(createFamily('h', 'gaugehistogram', [metric], { unit: 's' }))).toBe(
    [
      'name:"h" type:GAUGE_HISTOGRAM metric:{histogram:{sample_count_float:1.5 sample_sum:0 bucket:{cumulative_count:1 upper_bound:1}',
      'schema:0 zero_threshold:0.5 zero_count:1 positive_span:{offset:-1 length:2} positive_delta:1 positive_delta:-1',
      'exemplars:{label:{name:"t" value:"x"} value:1 timestamp:{seconds:1}}} timestamp_ms:-5} unit:"s"\n',
    ].join(' '),
  );
});
