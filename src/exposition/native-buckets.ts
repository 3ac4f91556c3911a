import type { BucketSpan, Histogram, NativeBuckets } from '../model/metric-family.ts';

/** A bucket of a native histogram. */
export interface NativeBucket {
  readonly lower: number;
  readonly upper: number;
  readonly isLowerInclusive: boolean;
  readonly isUpperInclusive: boolean;
  readonly count: bigint | number;
}

/** Schemas of exponential buckets that Prometheus knows (model/histogram, generic.go). */
const schemaMin = -4;
const schemaMax = 8;

/**
 * The buckets of a native histogram that count something, from the lowest up (SPEC §7). Counts are floats if the total or the zero bucket
 * is a float. Of a schema that is not exponential only the zero bucket is known.
 */
export function listNativeBuckets(histogram: Histogram, native: NativeBuckets): NativeBucket[] {
  const isFloat = isFloatHistogram(histogram, native);
  const positive = isFloat ? native.positiveCounts : sumUp(native.positiveDeltas);
  const negative = isFloat ? native.negativeCounts : sumUp(native.negativeDeltas);
  const schema = native.schema ?? 0;
  const buckets: NativeBucket[] = [];
  for (const { index, count } of placeCounts(native.negativeSpans, negative).reverse()) {
    addBucket(buckets, -boundOf(index, schema), -boundOf(index - 1, schema), count);
  }
  const zeroCount = (isFloat ? native.zeroCountFloat : native.zeroCount) ?? 0;
  const zeroThreshold = native.zeroThreshold ?? 0;
  if (Number(zeroCount) !== 0) {
    const [lower, upper] = [-zeroThreshold, zeroThreshold];
    buckets.push({ lower, upper, isLowerInclusive: true, isUpperInclusive: true, count: zeroCount });
  }
  for (const { index, count } of placeCounts(native.positiveSpans, positive)) {
    addBucket(buckets, boundOf(index - 1, schema), boundOf(index, schema), count);
  }
  return buckets;
}

/** Whether the counts are the float ones: said by the total or the zero bucket (pushgateway, histogram/prometheus_model.go). */
export function isFloatHistogram({ sampleCountFloat }: Histogram, { zeroCountFloat }: NativeBuckets): boolean {
  return sampleCountFloat > 0 || (zeroCountFloat ?? 0) > 0;
}

/** A count that is not 0, with the index of its bucket within the schema. */
interface PlacedCount {
  readonly index: number;
  readonly count: bigint | number;
}

/** Spans say where the counts lie; either may be short of the other in an invalid histogram. Takes as long as both are long. */
function placeCounts(spans: readonly BucketSpan[], counts: readonly (bigint | number)[]): PlacedCount[] {
  const placed: PlacedCount[] = [];
  let next = 0;
  let index = 0;
  for (const { offset, length } of spans) {
    index += offset;
    const end = Math.min(next + length, counts.length);
    for (; next < end; next++, index++) {
      const count = counts[next] as bigint | number;
      if (Number(count) !== 0) placed.push({ index, count });
    }
  }
  return placed;
}

/** Integer buckets are sent as differences; the sums wrap at 64 bits as in the reference. */
function sumUp(deltas: readonly bigint[]): bigint[] {
  let sum = 0n;
  return deltas.map((delta) => BigInt.asUintN(64, (sum += delta)));
}

function addBucket(buckets: NativeBucket[], lower: number, upper: number, count: bigint | number): void {
  if (Number.isNaN(upper)) return;
  buckets.push({ lower, upper, isLowerInclusive: lower < 0, isUpperInclusive: upper > 0, count });
}

/** The upper bound of the positive bucket of this index; NaN for a schema without exponential buckets. */
function boundOf(index: number, schema: number): number {
  if (schema < schemaMin || schema > schemaMax) return NaN;
  const doublings = index / 2 ** schema;
  const whole = Math.floor(doublings);
  const step = (doublings - whole) * fractions.length;
  return scaleByPowerOfTwo(fractions[step] as number, whole + 1);
}

/**
 * `fraction` (from 0.5 up to 1) times 2^`exponent`. The bound 2^1024 is no double: the bucket below it ends at the greatest double, so that the
 * next one holds the infinities alone.
 */
function scaleByPowerOfTwo(fraction: number, exponent: number): number {
  if (fraction === 0.5 && exponent === 1025) return Number.MAX_VALUE;
  // Two factors, since 2 ** exponent alone would be 0 or infinite where the product is not.
  const half = Math.trunc(exponent / 2);
  return fraction * 2 ** half * 2 ** (exponent - half);
}

/** The bounds of the finest schema from 0.5 up to 1; coarser schemas use every second, fourth, ... of them. */
const fractions: readonly number[] = computeFractions();

/**
 * Computed step by step as the tables of Prometheus were, rounding included, since bounds are compared as text: every second bound is the
 * one of the coarser schema, those between are their neighbour times the factor of the schema (client_golang, nativeHistogramBounds).
 */
function computeFractions(): number[] {
  let bounds = [0.5];
  for (let schema = 1; schema <= schemaMax; schema++) {
    // The square root of two is one bit lower in those tables than the nearest double.
    const factor = schema === 1 ? 1.414213562373095 : 2 ** (2 ** -schema);
    bounds = bounds.flatMap((bound) => [bound, bound * factor]);
  }
  return bounds;
}
