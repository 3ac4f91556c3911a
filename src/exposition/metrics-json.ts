import type { Histogram, LabelPair, Metric, MetricFamily, MetricType, Summary } from '../model/metric-family.ts';
import { formatGoFloatSigned } from './go-number.ts';
import { isFloatHistogram, listNativeBuckets, type NativeBucket } from './native-buckets.ts';

/** A family of a group as `/api/v1/metrics` shows it; all numbers are strings (SPEC §7). */
export interface FamilyJson {
  readonly time_stamp: string;
  readonly type: string;
  /** Left out if empty. */
  readonly help?: string;
  readonly metrics: readonly MetricJson[];
}

type StringMap = Readonly<Record<string, string>>;

/** Boundaries (0: `(]`, 1: `[)`, 2: `()`, 3: `[]`), lower, upper, count. */
export type NativeBucketJson = readonly [number, string, string, string];

export interface MetricJson {
  readonly labels: StringMap;
  /**
   * Of counters, gauges and untyped metrics. Gauge histograms have a `0` and nothing else: the reference knows no case for their type
   * (pushgateway, api/v1/api.go, makeEncodableMetrics and getValue).
   */
  readonly value?: string;
  readonly quantiles?: StringMap;
  readonly buckets?: StringMap | readonly NativeBucketJson[];
  readonly count?: string;
  readonly sum?: string;
}

/** As the query API calls them. */
const typeNames: Readonly<Record<MetricType, string>> = {
  counter: 'COUNTER',
  gauge: 'GAUGE',
  summary: 'SUMMARY',
  untyped: 'UNTYPED',
  histogram: 'HISTOGRAM',
  gaugehistogram: 'GAUGE_HISTOGRAM',
};

/** The JSON of a family as it was stored: metrics in the pushed order, no `+Inf` bucket that was not pushed. Never fails on a flawed one. */
export function familyToJson(family: MetricFamily, pushedAtMs: number): FamilyJson {
  return {
    time_stamp: formatRfc3339Nano(pushedAtMs),
    type: typeNames[family.type],
    ...(family.help !== null && family.help !== '' && { help: family.help }),
    metrics: family.metrics.map((metric) => metricToJson(metric, family.type)),
  };
}

/**
 * A time in UTC as Go writes it in JSON: up to nine decimals, trailing zeros left out. The milliseconds are taken as exact to the
 * microsecond, which is what our clock gives; a double of today's date holds no more.
 */
export function formatRfc3339Nano(unixMs: number): string {
  const wholeMs = Math.round(unixMs);
  const micros = Math.round((unixMs - wholeMs) * 1000) + 1000 * (wholeMs % 1000);
  const secondMs = wholeMs - (wholeMs % 1000) - (micros < 0 ? 1000 : 0);
  const second = new Date(secondMs).toISOString().slice(0, -'.000Z'.length);
  let decimals = 6;
  let fraction = micros < 0 ? micros + 1_000_000 : micros;
  if (fraction === 0) return `${second}Z`;
  for (; fraction % 10 === 0; fraction /= 10) decimals--;
  return `${second}.${fraction.toString().padStart(decimals, '0')}Z`;
}

function metricToJson(metric: Metric, type: MetricType): MetricJson {
  const labels = labelsToJson(metric.labels);
  if (type === 'summary') return { labels, ...summaryToJson(metric.summary) };
  if (type === 'histogram') return { labels, ...histogramToJson(metric.histogram) };
  const { value } = metric.gauge ?? metric.counter ?? metric.untyped ?? { value: 0 };
  return { labels, value: formatGoFloatSigned(value) };
}

function summaryToJson(summary: Summary | null): Omit<MetricJson, 'labels'> {
  const quantiles = createStringMap();
  for (const { quantile, value } of summary?.quantiles ?? []) quantiles[formatGoFloatSigned(quantile)] = formatGoFloatSigned(value);
  return { quantiles, count: `${summary?.sampleCount ?? 0n}`, sum: formatGoFloatSigned(summary?.sampleSum ?? 0) };
}

function histogramToJson(histogram: Histogram | null): Omit<MetricJson, 'labels'> {
  if (histogram === null) return { buckets: {}, count: '0', sum: '0' };
  const { native, sampleCount, sampleCountFloat } = histogram;
  const sum = formatGoFloatSigned(histogram.sampleSum);
  if (native !== null && native.positiveSpans.length + native.negativeSpans.length > 0) {
    const count = isFloatHistogram(histogram, native) ? sampleCountFloat : sampleCount;
    return { buckets: listNativeBuckets(histogram, native).map(nativeBucketToJson), count: formatCount(count), sum };
  }
  const buckets = createStringMap();
  for (const { upperBound, cumulativeCount, cumulativeCountFloat } of histogram.buckets) {
    buckets[formatGoFloatSigned(upperBound)] = formatCount(cumulativeCountFloat > 0 ? cumulativeCountFloat : cumulativeCount);
  }
  return { buckets, count: formatCount(sampleCountFloat > 0 ? sampleCountFloat : sampleCount), sum };
}

function nativeBucketToJson({ lower, upper, isLowerInclusive, isUpperInclusive, count }: NativeBucket): NativeBucketJson {
  const boundaries = isLowerInclusive ? (isUpperInclusive ? 3 : 1) : isUpperInclusive ? 0 : 2;
  return [boundaries, formatGoFloatSigned(lower), formatGoFloatSigned(upper), formatCount(count)];
}

function labelsToJson(labels: readonly LabelPair[]): StringMap {
  const map = createStringMap();
  for (const { name, value } of labels) map[name] = value;
  return map;
}

/** All that stands before the metrics of a family. `quote`: how texts become JSON. */
export function renderFamilyHead(
  { type, help }: Pick<MetricFamily, 'type' | 'help'>,
  timeText: string,
  quote: (text: string) => string,
): string {
  const helpText = help === null || help === '' ? '' : `,"help":${quote(help)}`;
  return `{"time_stamp":"${timeText}","type":"${typeNames[type]}"${helpText},"metrics":[`;
}

/** Without a prototype, so that no label name means anything but itself. */
function createStringMap(): Record<string, string> {
  return Object.create(null) as Record<string, string>;
}

function formatCount(count: bigint | number): string {
  return typeof count === 'bigint' ? `${count}` : formatGoFloatSigned(count);
}
