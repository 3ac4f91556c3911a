import type { Histogram, Metric, MetricType, Summary } from '../model/metric-family.ts';
import { isLegacyLabelName, isLegacyMetricName } from '../model/names.ts';
import { formatGoFloat } from './go-number.ts';
import { readyTextLengthMax } from './limits.ts';
import { refuseTooLong } from './push-size.ts';

/** `name="value"`, the value escaped; a name that is no legacy label name is quoted (prometheus/common, text_create.go). */
export function renderLabel(name: string, value: string): string {
  return `${isLegacyLabelName(name) ? name : quoteEscaped(name)}=${quoteEscaped(value)}`;
}

/** A metric name as HELP and TYPE lines show it. */
export function renderName(name: string): string {
  return isLegacyMetricName(name) ? name : quoteEscaped(name);
}

/** A help text without the line feeds and backslashes that would end or change it. */
export function escapeHelp(help: string): string {
  return needsEscaping.test(help) ? help.replaceAll('\\', '\\\\').replaceAll('\n', '\\n') : help;
}

/**
 * Renders the sample lines of a family: what stands before the labels is made once per family. The lines of one metric come together
 * as the reference writes them, without timestamps: quantiles, sum, count; buckets with a `+Inf` bucket, sum, count.
 */
export class SampleRenderer {
  readonly #type: MetricType;
  readonly #plain: SampleName;
  readonly #bucket: SampleName;
  readonly #sum: SampleName;
  readonly #count: SampleName;
  /** Lines rendered so far. */
  sampleCount = 0;
  #length = 0;

  constructor(name: string, type: MetricType) {
    this.#type = type;
    this.#plain = prepareName(name);
    const hasPieces = type === 'summary' || type === 'histogram' || type === 'gaugehistogram';
    this.#bucket = hasPieces ? prepareName(`${name}_bucket`) : this.#plain;
    this.#sum = hasPieces ? prepareName(`${name}_sum`) : this.#plain;
    this.#count = hasPieces ? prepareName(`${name}_count`) : this.#plain;
  }

  /** `labels`: the metric's labels as they stand between the braces. A metric whose value does not fit the type has no lines. */
  render(labels: string, metric: Metric): string {
    switch (this.#type) {
      case 'counter':
        return metric.counter === null ? '' : this.#line(this.#plain, labels, metric.counter.value);
      case 'gauge':
        return metric.gauge === null ? '' : this.#line(this.#plain, labels, metric.gauge.value);
      case 'untyped':
        return metric.untyped === null ? '' : this.#line(this.#plain, labels, metric.untyped.value);
      case 'summary':
        return metric.summary === null ? '' : this.#renderSummary(labels, metric.summary);
      case 'histogram':
      case 'gaugehistogram':
        return metric.histogram === null ? '' : this.#renderHistogram(labels, metric.histogram);
    }
  }

  #renderSummary(labels: string, { quantiles, sampleSum, sampleCount }: Summary): string {
    let text = '';
    for (const { quantile, value } of quantiles) {
      text += this.#line(this.#plain, joinLabels(labels, `quantile="${formatGoFloat(quantile)}"`), value);
    }
    return text + this.#line(this.#sum, labels, sampleSum) + this.#line(this.#count, labels, Number(sampleCount));
  }

  #renderHistogram(labels: string, { buckets, sampleSum, sampleCount, sampleCountFloat }: Histogram): string {
    const count = sampleCountFloat === 0 ? Number(sampleCount) : sampleCountFloat;
    let text = '';
    let hasInfinity = false;
    for (const { upperBound, cumulativeCount, cumulativeCountFloat } of buckets) {
      if (upperBound === Infinity) hasInfinity = true;
      const bucketCount = cumulativeCountFloat === 0 ? Number(cumulativeCount) : cumulativeCountFloat;
      text += this.#line(this.#bucket, joinLabels(labels, `le="${formatGoFloat(upperBound)}"`), bucketCount);
    }
    if (!hasInfinity) text += this.#line(this.#bucket, joinLabels(labels, 'le="+Inf"'), count);
    return text + this.#line(this.#sum, labels, sampleSum) + this.#line(this.#count, labels, count);
  }

  #line(name: SampleName, labels: string, value: number): string {
    const start = labels === '' ? name.alone : `${name.beforeLabels}${labels}}`;
    const line = `${start} ${formatGoFloat(value)}\n`;
    this.sampleCount++;
    this.#length += line.length;
    if (this.#length > readyTextLengthMax) throw refuseTooLong();
    return line;
  }
}

/** A sample's name as it is written without labels, and with the opening brace before some. */
interface SampleName {
  readonly alone: string;
  readonly beforeLabels: string;
}

function prepareName(name: string): SampleName {
  if (isLegacyMetricName(name)) return { alone: name, beforeLabels: `${name}{` };
  const quoted = quoteEscaped(name);
  return { alone: `{${quoted}}`, beforeLabels: `{${quoted},` };
}

function joinLabels(labels: string, last: string): string {
  return labels === '' ? last : `${labels},${last}`;
}

const needsEscaping = /[\\"\n]/;

function quoteEscaped(text: string): string {
  if (!needsEscaping.test(text)) return `"${text}"`;
  return `"${text.replaceAll('\\', '\\\\').replaceAll('\n', '\\n').replaceAll('"', '\\"')}"`;
}
