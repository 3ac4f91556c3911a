/**
 * A metric family as a decoder reads it and an encoder writes it, with everything that
 * `io.prometheus.client.MetricFamily` can say (prometheus/client_model, metrics.proto).
 * This is the full form, for the rare paths; what is stored is `StoredFamily`.
 */

/** Types as they are written in a TYPE line. */
export type MetricType = 'counter' | 'gauge' | 'summary' | 'untyped' | 'histogram' | 'gaugehistogram';

export interface LabelPair {
  readonly name: string;
  readonly value: string;
}

export interface MetricFamily {
  readonly name: string;
  /** `null`: no HELP at all; `''`: an empty HELP line. */
  readonly help: string | null;
  readonly type: MetricType;
  /** UNIT of the protobuf message; never shown in text 0.0.4. */
  readonly unit: string | null;
  /** In the order in which they were pushed. */
  readonly metrics: readonly Metric[];
  readonly unknownFields: Uint8Array | null;
  /** Set by a decoder that met something no exposition can show, such as a label value that is not valid UTF-8. */
  readonly flaw: string | null;
}

/**
 * One label set with its value. Exactly one of the five value fields is set in a sound metric; a protobuf push
 * can set none, several, or one that does not fit the family's type.
 */
export interface Metric {
  readonly labels: readonly LabelPair[];
  /** Milliseconds; a pushed metric must not have one. */
  readonly timestampMs: bigint | null;
  readonly counter: Counter | null;
  readonly gauge: Gauge | null;
  readonly untyped: Untyped | null;
  readonly summary: Summary | null;
  readonly histogram: Histogram | null;
  readonly unknownFields: Uint8Array | null;
}

export interface Gauge {
  readonly value: number;
  readonly unknownFields: Uint8Array | null;
}

export type Untyped = Gauge;

export interface Counter {
  readonly value: number;
  readonly exemplar: Exemplar | null;
  readonly createdTimestamp: Timestamp | null;
  readonly unknownFields: Uint8Array | null;
}

export interface Summary {
  readonly sampleCount: bigint;
  readonly sampleSum: number;
  readonly quantiles: readonly Quantile[];
  readonly createdTimestamp: Timestamp | null;
  readonly unknownFields: Uint8Array | null;
}

export interface Quantile {
  readonly quantile: number;
  readonly value: number;
  readonly unknownFields: Uint8Array | null;
}

export interface Histogram {
  /** Unsigned 64 bits. */
  readonly sampleCount: bigint;
  /** Overrides `sampleCount` when greater than 0: a float histogram. */
  readonly sampleCountFloat: number;
  readonly sampleSum: number;
  readonly buckets: readonly Bucket[];
  readonly createdTimestamp: Timestamp | null;
  /** The native part; `null` for a classic histogram. */
  readonly native: NativeBuckets | null;
  readonly exemplars: readonly Exemplar[];
  readonly unknownFields: Uint8Array | null;
}

export interface Bucket {
  /** Unsigned 64 bits. */
  readonly cumulativeCount: bigint;
  readonly cumulativeCountFloat: number;
  readonly upperBound: number;
  readonly exemplar: Exemplar | null;
  readonly unknownFields: Uint8Array | null;
}

/** Sparse buckets of a native histogram. Integer histograms fill the deltas, float histograms the counts. */
export interface NativeBuckets {
  /** `null` where the message does not say, which differs from 0 on the wire. */
  readonly schema: number | null;
  readonly zeroThreshold: number | null;
  readonly zeroCount: bigint | null;
  readonly zeroCountFloat: number | null;
  readonly negativeSpans: readonly BucketSpan[];
  readonly negativeDeltas: readonly bigint[];
  readonly negativeCounts: readonly number[];
  readonly positiveSpans: readonly BucketSpan[];
  readonly positiveDeltas: readonly bigint[];
  readonly positiveCounts: readonly number[];
}

export interface BucketSpan {
  readonly offset: number;
  readonly length: number;
  readonly unknownFields: Uint8Array | null;
}

export interface Exemplar {
  readonly labels: readonly LabelPair[];
  readonly value: number;
  readonly timestamp: Timestamp | null;
  readonly unknownFields: Uint8Array | null;
}

/** google.protobuf.Timestamp. */
export interface Timestamp {
  readonly seconds: bigint;
  readonly nanos: number;
  readonly unknownFields: Uint8Array | null;
}
