import { compareAsBytes } from '../base/bytes.ts';
import type { LabelPair } from '../model/metric-family.ts';

interface Labelled {
  readonly labels: readonly LabelPair[];
}

/**
 * How metrics of one family are ordered in an exposition: fewer labels first, then by label values in label order; names are not
 * compared (SPEC §6). So 0 does not mean equal label sets.
 */
export function compareMetrics(a: Labelled, b: Labelled): number {
  if (a.labels.length !== b.labels.length) return a.labels.length - b.labels.length;
  for (let i = 0; i < a.labels.length; i++) {
    const labelA = a.labels[i] as LabelPair;
    const labelB = b.labels[i] as LabelPair;
    if (labelA.value === labelB.value) continue;
    return compareAsBytes(labelA.value, labelB.value);
  }
  return 0;
}

/** The metrics in the order of an exposition; the very array if it is in order already. Equal ones stay in their order. */
export function sortMetrics<T extends Labelled>(metrics: readonly T[]): readonly T[] {
  for (let i = 1; i < metrics.length; i++) {
    if (compareMetrics(metrics[i - 1] as T, metrics[i] as T) > 0) return [...metrics].sort(compareMetrics);
  }
  return metrics;
}
