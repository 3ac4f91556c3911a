import * as drafts from '../../src/model/metric-draft.ts';
import type {
  Bucket,
  Histogram,
  LabelPair,
  Metric,
  MetricFamily,
  MetricType,
  NativeBuckets,
  Summary,
} from '../../src/model/metric-family.ts';
import { createGroupingKey, type GroupingKey } from '../../src/model/grouping-key.ts';

/** Short ways to write families in tests: what is not given is absent. */
export function createFamily(name: string, type: MetricType, metrics: readonly Metric[], rest: Partial<MetricFamily> = {}): MetricFamily {
  return { name, help: null, type, unit: null, metrics, unknownFields: null, flaw: null, ...rest };
}

export function createMetric(labels: Readonly<Record<string, string>>, value: Partial<Metric>): Metric {
  return { ...drafts.createMetric(createLabels(labels)), ...value };
}

export function createGauge(labels: Readonly<Record<string, string>>, value: number): Metric {
  return createMetric(labels, { gauge: { value, unknownFields: null } });
}

export function createSummary(rest: Partial<Summary> = {}): Summary {
  return { ...drafts.createSummary(), ...rest };
}

export function createHistogram(rest: Partial<Histogram> = {}): Histogram {
  return { ...drafts.createHistogram(), ...rest };
}

export function createBucket(upperBound: number, count: bigint | number): Bucket {
  const isFloat = typeof count === 'number';
  const cumulativeCount = isFloat ? 0n : count;
  return { cumulativeCount, cumulativeCountFloat: isFloat ? count : 0, upperBound, exemplar: null, unknownFields: null };
}

export function createNative(rest: Partial<NativeBuckets> = {}): NativeBuckets {
  return {
    schema: null,
    zeroThreshold: null,
    zeroCount: null,
    zeroCountFloat: null,
    negativeSpans: [],
    negativeDeltas: [],
    negativeCounts: [],
    positiveSpans: [],
    positiveDeltas: [],
    positiveCounts: [],
    ...rest,
  };
}

export function createLabels(labels: Readonly<Record<string, string>>): LabelPair[] {
  return Object.entries(labels).map(([name, value]) => ({ name, value }));
}

export function createKey(labels: Readonly<Record<string, string>>): GroupingKey {
  return createGroupingKey(new Map(Object.entries(labels)));
}
