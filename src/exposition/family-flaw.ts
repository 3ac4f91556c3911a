import type { Metric, MetricFamily, MetricType } from '../model/metric-family.ts';
import { isReservedLabelName } from '../model/names.ts';
import type { LabelledMetric } from './merged-labels.ts';
import { compareMetrics } from './metric-order.ts';

/**
 * Why no exposition can show a family, in plain words that name the family and the series, or `null` if it is sound (SPEC §4.3; client_golang,
 * checkMetricConsistency). `sorted`: its metrics, labels merged, in the order of an exposition. What was met before by a decoder comes first.
 */
export function findFlaw({ name, type, flaw }: MetricFamily, sorted: readonly LabelledMetric[]): string | null {
  if (flaw !== null) return describeFlaw(name, flaw);
  if (name === '') return 'a metric family has no name';
  for (const metric of sorted) {
    const metricFlaw = findMetricFlaw(type, metric);
    if (metricFlaw !== null) return describeFlaw(name, metricFlaw);
  }
  const duplicate = findDuplicate(sorted);
  return duplicate === null ? null : describeFlaw(name, `two metrics have the same labels {${duplicate.labelText}}`);
}

function describeFlaw(name: string, what: string): string {
  return `metric family ${JSON.stringify(name)}: ${what}`;
}

/** Equal label sets compare as equal, so both are in one run of such metrics; most runs have one metric. */
function findDuplicate(sorted: readonly LabelledMetric[]): LabelledMetric | null {
  const run = new Set<string>();
  for (let i = 1; i < sorted.length; i++) {
    const previous = sorted[i - 1] as LabelledMetric;
    const metric = sorted[i] as LabelledMetric;
    if (compareMetrics(previous, metric) !== 0) {
      run.clear();
      continue;
    }
    run.add(previous.labelText);
    if (run.has(metric.labelText)) return metric;
  }
  return null;
}

/** Labels are sorted, so equal names are neighbours. */
function findMetricFlaw(type: MetricType, { labels, labelText, metric }: LabelledMetric): string | null {
  if (!hasValueOfType(type, metric)) return `metric {${labelText}} has no value of the type ${type}`;
  let previous: string | null = null;
  for (const { name } of labels) {
    if (name === '') return `metric {${labelText}} has a label with an empty name`;
    if (name === previous) return `metric {${labelText}} has two labels named ${JSON.stringify(name)}`;
    if (isReservedLabelName(name)) return `metric {${labelText}} has a label with the reserved name ${JSON.stringify(name)}`;
    if (name === 'quantile' && metric.summary !== null) return `summary {${labelText}} has a label "quantile" of its own`;
    if (name === 'le' && metric.histogram !== null) return `histogram {${labelText}} has a label "le" of its own`;
    previous = name;
  }
  return null;
}

function hasValueOfType(type: MetricType, metric: Metric): boolean {
  const value = type === 'gaugehistogram' ? metric.histogram : metric[type];
  return value !== null;
}
