import type { MetricType } from './metric-family.ts';

/** What a family of this type appends to its name for some of its samples; no other family may have such a name (SPEC §4.3). */
export function exposedSuffixes(type: MetricType): readonly string[] {
  if (type === 'summary') return summarySuffixes;
  return type === 'histogram' || type === 'gaugehistogram' ? histogramSuffixes : noSuffixes;
}

/** Every suffix that some type has. */
export const allExposedSuffixes: readonly string[] = ['_count', '_sum', '_bucket'];

const noSuffixes: readonly string[] = [];
const summarySuffixes: readonly string[] = ['_count', '_sum'];
const histogramSuffixes: readonly string[] = allExposedSuffixes;
