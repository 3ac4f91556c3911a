import { compareAsBytes } from '../base/bytes.ts';
import type { GroupingKey } from '../model/grouping-key.ts';
import type { LabelPair, Metric } from '../model/metric-family.ts';
import { renderLabel } from './sample-text.ts';

/** A label with the text it has in an exposition, so that a grouping label is rendered once per push. */
export interface RenderedLabel extends LabelPair {
  /** `name="value"`, escaped. */
  readonly text: string;
}

/** A metric with the labels it is stored with. */
export interface LabelledMetric {
  readonly labels: readonly RenderedLabel[];
  /** What stands between the braces; equal for equal label sets, different otherwise. */
  readonly labelText: string;
  readonly metric: Metric;
  /** Its place among the metrics of its family as they were pushed, counted from 0. */
  readonly place: number;
}

/** The labels of a grouping key, ready to be merged into every metric of a push. */
export interface GroupingLabels {
  readonly names: ReadonlySet<string>;
  /** Sorted by name. */
  readonly labels: readonly RenderedLabel[];
  /** As `labels`, with the `instance=""` that a metric gets which has no instance otherwise. */
  readonly labelsWithInstance: readonly RenderedLabel[];
}

/** To be done once per push. */
export function prepareGroupingLabels(key: GroupingKey): GroupingLabels {
  const names = new Set(key.labels.map(({ name }) => name));
  const labels = key.labels.map(prepareLabel);
  const labelsWithInstance = names.has('instance') ? labels : sortLabels([...labels, prepareLabel({ name: 'instance', value: '' })]);
  return { names, labels, labelsWithInstance };
}

/** Merges the grouping labels into a metric. */
export function labelMetric(metric: Metric, place: number, grouping: GroupingLabels): LabelledMetric {
  const labels = mergeLabels(metric.labels, grouping);
  let labelText = '';
  for (const { text } of labels) labelText += labelText === '' ? text : `,${text}`;
  return { labels, labelText, metric, place };
}

/**
 * The labels a stored metric has: its own, without those the grouping key names, and those of the grouping key, sorted by name; and
 * `instance=""` if there is no instance among them (SPEC §4.2). Names that come twice stay.
 */
function mergeLabels(own: readonly LabelPair[], grouping: GroupingLabels): readonly RenderedLabel[] {
  if (own.length === 0) return grouping.labelsWithInstance;
  const kept: RenderedLabel[] = [];
  let replaced: Set<string> | null = null;
  let hasInstance = false;
  for (const label of own) {
    // As in the reference only the first one is replaced, so that a name that comes twice is found out later.
    if (grouping.names.has(label.name) && !replaced?.has(label.name)) {
      replaced = (replaced ?? new Set()).add(label.name);
      continue;
    }
    if (label.name === 'instance') hasInstance = true;
    kept.push(prepareLabel(label));
  }
  return mergeSorted(sortLabels(kept), hasInstance ? grouping.labels : grouping.labelsWithInstance);
}

function prepareLabel({ name, value }: LabelPair): RenderedLabel {
  return { name, value, text: renderLabel(name, value) };
}

/** Sorts in place, stably. */
function sortLabels(labels: RenderedLabel[]): RenderedLabel[] {
  return labels.length < 2 ? labels : labels.sort((a, b) => compareAsBytes(a.name, b.name));
}

/** Both are sorted; of equal names those of `a` come first. */
function mergeSorted(a: readonly RenderedLabel[], b: readonly RenderedLabel[]): readonly RenderedLabel[] {
  const merged: RenderedLabel[] = [];
  let indexA = 0;
  for (const label of b) {
    for (let next = a[indexA]; next !== undefined && compareAsBytes(next.name, label.name) <= 0; next = a[++indexA]) merged.push(next);
    merged.push(label);
  }
  for (let next = a[indexA]; next !== undefined; next = a[++indexA]) merged.push(next);
  return merged;
}
