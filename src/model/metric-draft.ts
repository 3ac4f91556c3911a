import type { Histogram, LabelPair, Metric, Summary } from './metric-family.ts';

/** What a decoder fills before it hands it out as what it is. */
export type Draft<T> = T extends Uint8Array
  ? T
  : T extends readonly (infer Item)[]
    ? Draft<Item>[]
    : T extends object
      ? { -readonly [Key in keyof T]: Draft<T[Key]> }
      : T;

/** A metric without a value; the caller sets the one that fits the family's type. Keeps `labels`. */
export function createMetric(labels: LabelPair[]): Draft<Metric> {
  return {
    labels,
    timestampMs: null,
    counter: null,
    gauge: null,
    untyped: null,
    summary: null,
    histogram: null,
    unknownFields: null,
  };
}

export function createSummary(): Draft<Summary> {
  return { sampleCount: 0n, sampleSum: 0, quantiles: [], createdTimestamp: null, unknownFields: null };
}

/** A histogram without buckets of either kind. */
export function createHistogram(): Draft<Histogram> {
  return {
    sampleCount: 0n,
    sampleCountFloat: 0,
    sampleSum: 0,
    buckets: [],
    createdTimestamp: null,
    native: null,
    exemplars: [],
    unknownFields: null,
  };
}
