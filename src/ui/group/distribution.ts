import type { MetricDetail, NativeHistogramDetail } from '../../api/types.ts';
import { formatShort, parseSampleValue } from '../format/numbers.ts';

/** One bar: a range of values and how many observations fell into it. */
export interface Bar {
  readonly range: string;
  /** Short, for the axis. */
  readonly label: string;
  readonly count: number;
}

/** Bars of a classic histogram: its counts are cumulative, a bar is the difference to the bucket below. */
export function collectClassicBars(buckets: NonNullable<MetricDetail['buckets']>): Bar[] {
  return buckets.map(([upper, cumulative], index) => {
    const [lower, below] = buckets[index - 1] ?? ['-Inf', '0'];
    return {
      range: `(${lower}, ${upper}${upper === '+Inf' ? ')' : ']'}`,
      label: formatShort(parseSampleValue(upper)),
      count: parseSampleValue(cumulative) - parseSampleValue(below),
    };
  });
}

/** Bars of a native histogram, in the interval notation of its bounds. */
export function collectNativeBars({ buckets }: NativeHistogramDetail): Bar[] {
  return buckets.map(({ lower, upper, is_lower_inclusive: includesLower, is_upper_inclusive: includesUpper, count }) => ({
    range: `${includesLower ? '[' : '('}${lower}, ${upper}${includesUpper ? ']' : ')'}`,
    label: formatShort(parseSampleValue(upper)),
    count: parseSampleValue(count),
  }));
}

/** The mean of all observations; `undefined` if there were none. */
export function computeMean({ count, sum }: MetricDetail): number | undefined {
  const mean = parseSampleValue(sum ?? 'NaN') / parseSampleValue(count ?? '0');
  return Number.isFinite(mean) ? mean : undefined;
}
