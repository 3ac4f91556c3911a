import type { Counter, Gauge, Histogram, Metric, MetricFamily, MetricType, Summary } from '../model/metric-family.ts';

/** Counts above this are rounded when they are written as floats. */
const exactCountMax: bigint = 2n ** 53n;

/**
 * Whether sample lines alone, with name, help, type and the pushed order known, bring back all that the family says. The label sets
 * must be distinct, with no label that stands for a quantile or bucket.
 */
export function isToldByText(family: MetricFamily): boolean {
  if (family.unit !== null || family.unknownFields !== null) return false;
  for (const metric of family.metrics) {
    if (metric.timestampMs !== null || metric.unknownFields !== null) return false;
    if (countValues(metric) !== 1 || !isValueToldByText(metric, family.type)) return false;
  }
  return true;
}

function countValues({ counter, gauge, untyped, summary, histogram }: Metric): number {
  return (
    Number(counter !== null) + Number(gauge !== null) + Number(untyped !== null) + Number(summary !== null) + Number(histogram !== null)
  );
}

function isValueToldByText(metric: Metric, type: MetricType): boolean {
  switch (type) {
    case 'counter':
      return metric.counter !== null && isCounterToldByText(metric.counter);
    case 'gauge':
      return metric.gauge !== null && isGaugeToldByText(metric.gauge);
    case 'untyped':
      return metric.untyped !== null && isGaugeToldByText(metric.untyped);
    case 'summary':
      return metric.summary !== null && isSummaryToldByText(metric.summary);
    case 'histogram':
    case 'gaugehistogram':
      return metric.histogram !== null && isHistogramToldByText(metric.histogram);
  }
}

function isGaugeToldByText({ value, unknownFields }: Gauge): boolean {
  return isNumberToldByText(value) && unknownFields === null;
}

function isCounterToldByText(counter: Counter): boolean {
  return isGaugeToldByText(counter) && counter.exemplar === null && counter.createdTimestamp === null;
}

function isSummaryToldByText({ sampleCount, sampleSum, quantiles, createdTimestamp, unknownFields }: Summary): boolean {
  if (createdTimestamp !== null || unknownFields !== null) return false;
  if (sampleCount > exactCountMax || !isNumberToldByText(sampleSum)) return false;
  for (const { quantile, value, unknownFields: unknown } of quantiles) {
    if (!isBoundToldByText(quantile) || !isNumberToldByText(value) || unknown !== null) return false;
  }
  return true;
}

function isHistogramToldByText(histogram: Histogram): boolean {
  if (histogram.native !== null || histogram.exemplars.length > 0) return false;
  if (histogram.createdTimestamp !== null || histogram.unknownFields !== null) return false;
  if (!isNumberToldByText(histogram.sampleSum)) return false;
  let hasInfinity = false;
  for (const { upperBound, exemplar, unknownFields } of histogram.buckets) {
    if (!isBoundToldByText(upperBound) || exemplar !== null || unknownFields !== null) return false;
    if (upperBound === Infinity) hasInfinity = true;
  }
  // Without a +Inf bucket the text shows one that was not pushed.
  return hasInfinity && (hasExactIntegerCounts(histogram) || hasFloatCounts(histogram));
}

function hasExactIntegerCounts({ sampleCount, sampleCountFloat, buckets }: Histogram): boolean {
  if (!Object.is(sampleCountFloat, 0) || sampleCount > exactCountMax) return false;
  for (const { cumulativeCount, cumulativeCountFloat } of buckets) {
    if (!Object.is(cumulativeCountFloat, 0) || cumulativeCount > exactCountMax) return false;
  }
  return true;
}

/** Whether all counts are floats and one of them has a fraction: without one, reading would make integers of them. */
function hasFloatCounts({ sampleCount, sampleCountFloat, buckets }: Histogram): boolean {
  if (sampleCount !== 0n || !isFloatCount(sampleCountFloat)) return false;
  let hasFraction = !Number.isInteger(sampleCountFloat);
  for (const { cumulativeCount, cumulativeCountFloat } of buckets) {
    if (cumulativeCount !== 0n || !isFloatCount(cumulativeCountFloat)) return false;
    if (!Number.isInteger(cumulativeCountFloat)) hasFraction = true;
  }
  return hasFraction;
}

function isFloatCount(count: number): boolean {
  return count >= 0 && count < Infinity && !Object.is(count, -0);
}

/** The text shows negative zero as zero. */
function isNumberToldByText(value: number): boolean {
  return value !== 0 || Object.is(value, 0);
}

/** A bound that is NaN is read as none. */
function isBoundToldByText(bound: number): boolean {
  return !Number.isNaN(bound) && isNumberToldByText(bound);
}
