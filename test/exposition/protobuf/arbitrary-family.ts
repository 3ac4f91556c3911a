import fc from 'fast-check';
import { create, type MessageInitShape } from '@bufbuild/protobuf';
import type { Exemplar, Histogram, Metric, MetricFamily, Summary, Timestamp } from '../../../src/model/metric-family.ts';
import { MetricFamilySchema, MetricType as OracleType, type MetricFamily as OracleFamily } from '../../fixtures/proto/metrics_pb.js';

/** Fields that metrics.proto does not have: a varint in field 100, bytes in field 101, a group in field 102. */
const unknownFields = fc.constantFrom(
  null,
  Uint8Array.of(0xa0, 0x06, 0x2a),
  Uint8Array.of(0xaa, 0x06, 0x03, 0x61, 0x62, 0x63),
  Uint8Array.of(0xb3, 0x06, 0x08, 0x01, 0xb4, 0x06),
);
const text = fc.oneof(fc.string({ maxLength: 12 }), fc.string({ unit: 'binary', maxLength: 12 }), fc.string({ maxLength: 200 }));
const number = fc.double();
const count = fc.bigInt({ min: 0n, max: 2n ** 64n - 1n });
const signed = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const maybe = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T | null> => fc.option(arbitrary, { nil: null });
const few = <T>(arbitrary: fc.Arbitrary<T>): fc.Arbitrary<T[]> => fc.array(arbitrary, { maxLength: 3 });

const label = fc.record({ name: text, value: text });
const timestamp: fc.Arbitrary<Timestamp> = fc.record({ seconds: signed, nanos: fc.integer(), unknownFields });
const exemplar: fc.Arbitrary<Exemplar> = fc.record({ labels: few(label), value: number, timestamp: maybe(timestamp), unknownFields });
const gauge = fc.record({ value: number, unknownFields });
const counter = fc.record({ value: number, exemplar: maybe(exemplar), createdTimestamp: maybe(timestamp), unknownFields });
const quantile = fc.record({ quantile: number, value: number, unknownFields });
const summary: fc.Arbitrary<Summary> = fc.record({
  sampleCount: count,
  sampleSum: number,
  quantiles: few(quantile),
  createdTimestamp: maybe(timestamp),
  unknownFields,
});
const bucket = fc.record({
  cumulativeCount: count,
  cumulativeCountFloat: number,
  upperBound: number,
  exemplar: maybe(exemplar),
  unknownFields,
});
const span = fc.record({ offset: fc.integer(), length: fc.nat(), unknownFields });
const native = fc.record({
  schema: maybe(fc.integer()),
  // Never absent here: a native part without any field is no native part on the wire.
  zeroThreshold: number,
  zeroCount: maybe(count),
  zeroCountFloat: maybe(number),
  negativeSpans: few(span),
  negativeDeltas: few(signed),
  negativeCounts: few(number),
  positiveSpans: few(span),
  positiveDeltas: few(signed),
  positiveCounts: few(number),
});
const histogram: fc.Arbitrary<Histogram> = fc.record({
  sampleCount: count,
  sampleCountFloat: number,
  sampleSum: number,
  buckets: few(bucket),
  createdTimestamp: maybe(timestamp),
  native: maybe(native),
  exemplars: few(exemplar),
  unknownFields,
});
const metric: fc.Arbitrary<Metric> = fc.record({
  labels: few(label),
  timestampMs: maybe(signed),
  counter: maybe(counter),
  gauge: maybe(gauge),
  untyped: maybe(gauge),
  summary: maybe(summary),
  histogram: maybe(histogram),
  unknownFields,
});

/** Any family that the model can hold, sound or not; its name is not empty and it has no flaw. */
export const arbitraryFamily: fc.Arbitrary<MetricFamily> = fc.record({
  name: text.filter((name) => name !== ''),
  help: maybe(text),
  type: fc.constantFrom('counter', 'gauge', 'summary', 'untyped', 'histogram', 'gaugehistogram'),
  unit: maybe(text),
  metrics: few(metric),
  unknownFields,
  flaw: fc.constant(null),
});

type Init = MessageInitShape<typeof MetricFamilySchema>;
type MetricInit = NonNullable<Init['metric']>[number];

const oracleTypes: Record<MetricFamily['type'], OracleType> = {
  counter: OracleType.COUNTER,
  gauge: OracleType.GAUGE,
  summary: OracleType.SUMMARY,
  untyped: OracleType.UNTYPED,
  histogram: OracleType.HISTOGRAM,
  gaugehistogram: OracleType.GAUGE_HISTOGRAM,
};

/** The same family for the generated code, without its unknown fields. */
export function createOracleFamily(family: MetricFamily): OracleFamily {
  return create(MetricFamilySchema, {
    name: family.name,
    ...given('help', family.help),
    type: oracleTypes[family.type],
    ...given('unit', family.unit),
    metric: family.metrics.map(createMetric),
  });
}

/** `{ [key]: value }`, or nothing where there is no value. */
function given<Key extends string, T>(key: Key, value: T | null): Partial<Record<Key, T>> {
  return value === null ? {} : ({ [key]: value } as Record<Key, T>);
}

function mapped<T, U>(value: T | null, map: (value: T) => U): U | null {
  return value === null ? null : map(value);
}

const createTimestamp = ({ seconds, nanos }: Timestamp) => ({ seconds, nanos });

const createExemplar = (from: Exemplar) => ({
  label: [...from.labels],
  value: from.value,
  ...given('timestamp', mapped(from.timestamp, createTimestamp)),
});

function createMetric(from: Metric): MetricInit {
  return {
    label: [...from.labels],
    ...given('timestampMs', from.timestampMs),
    ...given(
      'gauge',
      mapped(from.gauge, ({ value }) => ({ value })),
    ),
    ...given(
      'untyped',
      mapped(from.untyped, ({ value }) => ({ value })),
    ),
    ...given(
      'counter',
      mapped(from.counter, ({ value, exemplar: sample, createdTimestamp }) => ({
        value,
        ...given('exemplar', mapped(sample, createExemplar)),
        ...given('createdTimestamp', mapped(createdTimestamp, createTimestamp)),
      })),
    ),
    ...given(
      'summary',
      mapped(from.summary, ({ sampleCount, sampleSum, quantiles, createdTimestamp }) => ({
        sampleCount,
        sampleSum,
        quantile: quantiles.map((one) => ({ quantile: one.quantile, value: one.value })),
        ...given('createdTimestamp', mapped(createdTimestamp, createTimestamp)),
      })),
    ),
    ...given('histogram', mapped(from.histogram, createHistogram)),
  };
}

/** Counts are written as the codec promises: an integer count of 0 is left out beside a float count. */
function createCounts<Key extends string, FloatKey extends string>(key: Key, value: bigint, floatKey: FloatKey, valueFloat: number) {
  const isFloat = !Object.is(valueFloat, 0);
  return { ...given(key, isFloat && value === 0n ? null : value), ...given(floatKey, isFloat ? valueFloat : null) };
}

function createHistogram(from: Histogram) {
  const { native: sparse } = from;
  return {
    ...createCounts('sampleCount', from.sampleCount, 'sampleCountFloat', from.sampleCountFloat),
    sampleSum: from.sampleSum,
    bucket: from.buckets.map((one) => ({
      ...createCounts('cumulativeCount', one.cumulativeCount, 'cumulativeCountFloat', one.cumulativeCountFloat),
      upperBound: one.upperBound,
      ...given('exemplar', mapped(one.exemplar, createExemplar)),
    })),
    ...given('createdTimestamp', mapped(from.createdTimestamp, createTimestamp)),
    exemplars: from.exemplars.map(createExemplar),
    ...given('schema', sparse?.schema ?? null),
    ...given('zeroThreshold', sparse?.zeroThreshold ?? null),
    ...given('zeroCount', sparse?.zeroCount ?? null),
    ...given('zeroCountFloat', sparse?.zeroCountFloat ?? null),
    negativeSpan: (sparse?.negativeSpans ?? []).map(({ offset, length }) => ({ offset, length })),
    negativeDelta: [...(sparse?.negativeDeltas ?? [])],
    negativeCount: [...(sparse?.negativeCounts ?? [])],
    positiveSpan: (sparse?.positiveSpans ?? []).map(({ offset, length }) => ({ offset, length })),
    positiveDelta: [...(sparse?.positiveDeltas ?? [])],
    positiveCount: [...(sparse?.positiveCounts ?? [])],
  };
}

/** The same family without any unknown field, as `createOracleFamily` makes it. */
export function withoutUnknownFields<T>(value: T): T {
  if (Array.isArray(value)) return value.map(withoutUnknownFields) as T;
  if (value === null || typeof value !== 'object') return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, key === 'unknownFields' ? null : withoutUnknownFields(inner as unknown)]),
  ) as T;
}
