import { formatGoFloatSigned } from '../../exposition/go-number.ts';
import { formatRfc3339Nano } from '../../exposition/metrics-json.ts';
import { listNativeBuckets } from '../../exposition/native-buckets.ts';
import type { GroupingKey } from '../../model/grouping-key.ts';
import type { Bucket, Exemplar, Histogram, LabelPair, Metric, MetricFamily, NativeBuckets, Timestamp } from '../../model/metric-family.ts';
import type { ExemplarDetail, MetricDetail, NativeHistogramDetail } from '../types.ts';
import { describeLabels } from './describe-group.ts';

/** One metric in full, without the labels that the group adds. `previousValueOf`: what the metric was before the last push. */
export function describeMetric(metric: Metric, key: GroupingKey, previousValueOf: (metric: Metric) => number | null): MetricDetail {
  const labels = describeLabels({ labels: metric.labels.filter((label) => !isAddedByGroup(label, key)) });
  const { summary, histogram, counter } = metric;
  if (summary !== null) {
    const quantiles = summary.quantiles.map(({ quantile, value }) => [formatGoFloatSigned(quantile), formatGoFloatSigned(value)] as const);
    return { labels, quantiles, count: `${summary.sampleCount}`, sum: formatGoFloatSigned(summary.sampleSum) };
  }
  if (histogram !== null) return { labels, ...describeHistogram(histogram) };
  const value = valueOf(metric);
  if (value === null) return { labels };
  const previous = previousValueOf(metric);
  return {
    labels,
    value: formatGoFloatSigned(value),
    ...(previous !== null && { previous_value: formatGoFloatSigned(previous) }),
    ...describeExemplars(counter?.exemplar ? [describeExemplar(counter.exemplar)] : []),
  };
}

/** Answers what the value of a metric with the same labels is in another state of the family; `null` for none. */
export function createValueLookup(family: MetricFamily | null): (metric: Metric) => number | null {
  if (family === null) return () => null;
  const values = new Map(family.metrics.map((metric) => [identify(metric.labels), valueOf(metric)]));
  return ({ labels }) => values.get(identify(labels)) ?? null;
}

/** A metric without an instance gets an empty one (SPEC §4.2). */
function isAddedByGroup({ name, value }: LabelPair, { labels }: GroupingKey): boolean {
  return labels.some((label) => label.name === name) || (name === 'instance' && value === '');
}

function identify(labels: readonly LabelPair[]): string {
  return JSON.stringify(labels.flatMap(({ name, value }) => [name, value]));
}

function valueOf({ counter, gauge, untyped }: Metric): number | null {
  return (counter ?? gauge ?? untyped)?.value ?? null;
}

function describeHistogram(histogram: Histogram): Omit<MetricDetail, 'labels'> {
  const { buckets, native, exemplars, sampleCount, sampleCountFloat, sampleSum } = histogram;
  const ofBuckets = buckets.flatMap(({ exemplar, upperBound }) =>
    exemplar === null ? [] : [{ ...describeExemplar(exemplar), upper_bound: formatGoFloatSigned(upperBound) }],
  );
  return {
    ...(buckets.length > 0 && { buckets: buckets.map((bucket) => [formatGoFloatSigned(bucket.upperBound), countOf(bucket)] as const) }),
    ...(native !== null && { native: describeNative(histogram, native) }),
    count: sampleCountFloat > 0 ? formatGoFloatSigned(sampleCountFloat) : `${sampleCount}`,
    sum: formatGoFloatSigned(sampleSum),
    ...describeExemplars([...ofBuckets, ...exemplars.map(describeExemplar)]),
  };
}

function countOf({ cumulativeCount, cumulativeCountFloat }: Bucket): string {
  return cumulativeCountFloat > 0 ? formatGoFloatSigned(cumulativeCountFloat) : `${cumulativeCount}`;
}

function describeNative(histogram: Histogram, native: NativeBuckets): NativeHistogramDetail {
  return {
    schema: native.schema ?? 0,
    zero_threshold: formatGoFloatSigned(native.zeroThreshold ?? 0),
    buckets: listNativeBuckets(histogram, native).map(({ lower, upper, isLowerInclusive, isUpperInclusive, count }) => ({
      lower: formatGoFloatSigned(lower),
      upper: formatGoFloatSigned(upper),
      is_lower_inclusive: isLowerInclusive,
      is_upper_inclusive: isUpperInclusive,
      count: typeof count === 'bigint' ? `${count}` : formatGoFloatSigned(count),
    })),
  };
}

function describeExemplars(exemplars: readonly ExemplarDetail[]): Pick<MetricDetail, 'exemplars'> {
  return exemplars.length === 0 ? {} : { exemplars };
}

function describeExemplar({ labels, value, timestamp }: Exemplar): ExemplarDetail {
  const time = timestamp === null ? null : formatTimestamp(timestamp);
  return { labels: describeLabels({ labels }), value: formatGoFloatSigned(value), ...(time !== null && { time }) };
}

/** `null` for a time that no calendar has. */
function formatTimestamp({ seconds, nanos }: Timestamp): string | null {
  const unixMs = Number(seconds) * 1000 + nanos / 1e6;
  return Math.abs(unixMs) < unixMsMax ? formatRfc3339Nano(unixMs) : null;
}

/** The year 9999, the last that RFC 3339 can write. */
const unixMsMax = 253_402_300_800_000;
