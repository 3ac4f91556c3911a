import type { MetricObjectWithValues, MetricValue, MetricValueWithName, Registry } from 'prom-client';
import { assert } from '../base/assert.ts';
import { compareAsBytes } from '../base/bytes.ts';
import { createHistogram, createMetric } from '../model/metric-draft.ts';
import type { Bucket, Histogram, LabelPair, Metric, MetricFamily, MetricType } from '../model/metric-family.ts';

type LibraryFamily = MetricObjectWithValues<MetricValue<string>>;
type LibraryValue = MetricValueWithName<string>;

/**
 * What a prom-client registry holds, as families of ours. Values come as numbers and not from its text, which prints NaN wrongly.
 * Families without metrics are left out. Summaries are not read: ours do not come from prom-client.
 */
export async function readRegistry(registry: Registry): Promise<MetricFamily[]> {
  const families = await registry.getMetricsAsJSON();
  return families.filter(({ values }) => values.length > 0).map(readFamily);
}

/** The names and types of all families of a registry, with metrics or without. */
export function readRegistryTypes(registry: Registry): [string, MetricType][] {
  return registry.getMetricsAsArray().map(({ name, type }) => [name, readType(type)]);
}

/** A family with nothing but what an own metric needs. */
export function makeFamily(name: string, help: string, type: MetricType, metrics: readonly Metric[]): MetricFamily {
  return { name, help, type, unit: null, metrics: metrics.toSorted(compareMetrics), unknownFields: null, flaw: null };
}

/** A metric without a value; the caller sets the one that fits the family's type. */
export function makeMetric(labels: Readonly<Record<string, string | number>>, value: Partial<Metric>): Metric {
  const pairs = Object.entries(labels).map(([name, text]): LabelPair => ({ name, value: String(text) }));
  return { ...createMetric(pairs.sort((a, b) => compareAsBytes(a.name, b.name))), ...value };
}

/** Fewer labels first, then by label values, as the reference sorts (SPEC §6). */
function compareMetrics(a: Metric, b: Metric): number {
  if (a.labels.length !== b.labels.length) return a.labels.length - b.labels.length;
  for (const [i, label] of a.labels.entries()) {
    const order = compareAsBytes(label.value, b.labels[i]?.value ?? '');
    if (order !== 0) return order;
  }
  return 0;
}

function readFamily({ name, help, type, values }: LibraryFamily): MetricFamily {
  const modelType = readType(type);
  if (modelType === 'histogram') return makeFamily(name, help, modelType, readHistograms(name, values));
  const metrics = values.map(({ labels, value }) =>
    modelType === 'counter'
      ? makeMetric(readLabels(labels), { counter: { value, exemplar: null, createdTimestamp: null, unknownFields: null } })
      : makeMetric(readLabels(labels), { gauge: { value, unknownFields: null } }),
  );
  return makeFamily(name, help, modelType, metrics);
}

/** Typed as an enum of numbers, but a word at run time. */
function readType(type: unknown): MetricType {
  assert(type === 'counter' || type === 'gauge' || type === 'histogram', `no own metric is a ${String(type)}`);
  return type;
}

/** prom-client lists the samples of a histogram one by one; those with the same labels but `le` belong together. */
function readHistograms(name: string, values: readonly LibraryValue[]): Metric[] {
  const byLabels = new Map<string, { labels: Record<string, string | number>; values: LibraryValue[] }>();
  for (const value of values) {
    const { le: _, ...labels } = readLabels(value.labels);
    const key = JSON.stringify(Object.entries(labels));
    const entry = byLabels.get(key) ?? { labels, values: [] };
    byLabels.set(key, entry);
    entry.values.push(value);
  }
  return [...byLabels.values()].map((entry) => makeMetric(entry.labels, { histogram: readHistogram(name, entry.values) }));
}

function readHistogram(name: string, values: readonly LibraryValue[]): Histogram {
  const valueOf = (suffix: string): number => values.find(({ metricName }) => metricName === name + suffix)?.value ?? 0;
  const buckets = values
    .filter(({ metricName }) => metricName === `${name}_bucket`)
    .map(({ labels, value }): Bucket => {
      const upperBound = labels['le'] === '+Inf' ? Infinity : Number(labels['le']);
      return { cumulativeCount: BigInt(value), cumulativeCountFloat: 0, upperBound, exemplar: null, unknownFields: null };
    });
  return { ...createHistogram(), sampleCount: BigInt(valueOf('_count')), sampleSum: valueOf('_sum'), buckets };
}

function readLabels(labels: LibraryValue['labels']): Record<string, string | number> {
  return labels as Record<string, string | number>;
}
