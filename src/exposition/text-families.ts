import { createHistogram, createMetric, createSummary, type Draft } from '../model/metric-draft.ts';
import type { Histogram, LabelPair, Metric, MetricFamily, MetricType, Summary } from '../model/metric-family.ts';
import { familiesMax } from './limits.ts';
import { refuseTooManyFamilies } from './push-size.ts';

/** Which number of a summary or histogram a line carries; lines of other families are always a `value`. */
export type SamplePart = 'value' | 'sum' | 'count';

/** A family while its lines are read. */
export interface FamilyDraft {
  readonly name: string;
  help: string | null;
  /** `null` until a TYPE line or the first sample decides it. */
  type: MetricType | null;
  readonly metrics: Draft<Metric>[];
  /** Summaries and histograms by label set, since many lines make one metric; `null` before the first one, and for other types. */
  metricsByLabels: Map<string, Draft<Metric>> | null;
}

/** A family that a line speaks of, and which piece of it the line's name means (SPEC §5.3). */
export interface FamilyPart {
  readonly family: FamilyDraft;
  readonly part: SamplePart;
}

/** What the lines of a text exposition add up to: families in the order in which they are named first. */
export class TextFamilies {
  readonly #byName = new Map<string, FamilyDraft>();

  /** The family that a name means: the one of exactly that name, the summary or histogram it is a piece of, or a new one. */
  findOrCreate(name: string): FamilyPart {
    const exact = this.#byName.get(name);
    if (exact !== undefined) return { family: exact, part: 'value' };
    const piece = this.#findPiece(name, '_count') ?? this.#findPiece(name, '_sum') ?? this.#findPiece(name, '_bucket');
    return piece ?? { family: this.declare(name, null), part: 'value' };
  }

  /** Adds a family of a name that none has yet. */
  declare(name: string, type: MetricType | null): FamilyDraft {
    if (this.#byName.size >= familiesMax) throw refuseTooManyFamilies();
    // A name is kept as long as its family; the one given may be a part of the whole body.
    const ownName = Buffer.from(name).toString();
    const family: FamilyDraft = { name: ownName, help: null, type, metrics: [], metricsByLabels: null };
    this.#byName.set(ownName, family);
    return family;
  }

  /** The families that have samples; the others were only declared, and are dropped (SPEC §5.1). */
  finish(): MetricFamily[] {
    const families: MetricFamily[] = [];
    for (const { name, help, type, metrics } of this.#byName.values()) {
      if (metrics.length === 0) continue;
      for (const { histogram } of metrics) if (histogram !== null) makeUniform(histogram);
      families.push({ name, help, type: type ?? 'untyped', unit: null, metrics, unknownFields: null, flaw: null });
    }
    return families;
  }

  #findPiece(name: string, suffix: '_count' | '_sum' | '_bucket'): FamilyPart | null {
    if (name.length === suffix.length || !name.endsWith(suffix)) return null;
    const family = this.#byName.get(name.slice(0, -suffix.length));
    if (family === undefined) return null;
    if (!isHistogramType(family.type) && (family.type !== 'summary' || suffix === '_bucket')) return null;
    return { family, part: suffix === '_count' ? 'count' : suffix === '_sum' ? 'sum' : 'value' };
  }
}

/** The label that is no label of the metric but says which quantile or bucket a line is; `null` for the plain types. */
export function specialLabelName(type: MetricType | null): 'quantile' | 'le' | null {
  if (type === 'summary') return 'quantile';
  return isHistogramType(type) ? 'le' : null;
}

export function isHistogramType(type: MetricType | null): boolean {
  return type === 'histogram' || type === 'gaugehistogram';
}

/** The metric a line belongs to: a new one, or for summaries and histograms the one with these labels if there is one. */
export function findOrAddMetric(family: FamilyDraft, labels: LabelPair[]): Draft<Metric> {
  if (specialLabelName(family.type) === null) {
    const metric = createMetric(labels);
    family.metrics.push(metric);
    return metric;
  }
  const key = labelsKey(labels);
  const known = (family.metricsByLabels ??= new Map<string, Draft<Metric>>());
  let metric = known.get(key);
  if (metric === undefined) {
    metric = createMetric(labels);
    if (family.type === 'summary') metric.summary = createSummary();
    else metric.histogram = createHistogram();
    known.set(key, metric);
    family.metrics.push(metric);
  }
  return metric;
}

/** Sets the value of a counter, gauge or untyped metric. */
export function setPlainValue(metric: Draft<Metric>, type: MetricType | null, value: number): void {
  if (type === 'counter') metric.counter = { value, exemplar: null, createdTimestamp: null, unknownFields: null };
  else if (type === 'gauge') metric.gauge = { value, unknownFields: null };
  else metric.untyped = { value, unknownFields: null };
}

/** Adds a line of a summary. One that is neither sum nor count nor has a quantile adds nothing. */
export function addToSummary(metric: Draft<Metric>, part: SamplePart, quantile: number, value: number): void {
  const summary = metric.summary as Draft<Summary>;
  if (part === 'count') summary.sampleCount = toUint64(value);
  else if (part === 'sum') summary.sampleSum = value;
  else if (!Number.isNaN(quantile)) summary.quantiles.push({ quantile, value, unknownFields: null });
}

/** Adds a line of a histogram, and answers whether it could: counts must not be negative. */
export function addToHistogram(metric: Draft<Metric>, part: SamplePart, upperBound: number, value: number): boolean {
  const histogram = metric.histogram as Draft<Histogram>;
  if (part === 'sum') {
    histogram.sampleSum = value;
    return true;
  }
  if (part === 'value' && Number.isNaN(upperBound)) return true;
  if (value < 0) return false;
  const isInteger = Number.isInteger(value) && value < 2 ** 64;
  const count = isInteger ? BigInt(value) : 0n;
  const countFloat = isInteger ? 0 : value;
  if (part === 'value') {
    histogram.buckets.push({ cumulativeCount: count, cumulativeCountFloat: countFloat, upperBound, exemplar: null, unknownFields: null });
  } else if (isInteger) histogram.sampleCount = count;
  else histogram.sampleCountFloat = countFloat;
  return true;
}

/** One count that is no integer makes all counts of the histogram floats (SPEC §5.3). */
function makeUniform(histogram: Draft<Histogram>): void {
  const hasFloat = histogram.sampleCountFloat !== 0 || histogram.buckets.some((bucket) => bucket.cumulativeCountFloat !== 0);
  if (!hasFloat) return;
  if (histogram.sampleCountFloat === 0) {
    histogram.sampleCountFloat = Number(histogram.sampleCount);
    histogram.sampleCount = 0n;
  }
  for (const bucket of histogram.buckets) {
    if (bucket.cumulativeCountFloat !== 0) continue;
    bucket.cumulativeCountFloat = Number(bucket.cumulativeCount);
    bucket.cumulativeCount = 0n;
  }
}

/**
 * The count of a summary: cut to an integer. What does not fit into 64 bits without sign becomes what the reference makes of it on
 * amd64: negative numbers wrap around, NaN and the rest are 2^63.
 */
function toUint64(value: number): bigint {
  const whole = Math.trunc(value);
  if (whole >= -(2 ** 63) && whole < 2 ** 64) return BigInt.asUintN(64, BigInt(whole));
  return 2n ** 63n;
}

/** Equal for equal label sets in any order, different otherwise. */
function labelsKey(labels: readonly LabelPair[]): string {
  if (labels.length === 0) return '';
  const sorted = labels.length === 1 ? labels : [...labels].sort((a, b) => (a.name < b.name ? -1 : 1));
  return JSON.stringify(sorted.map(({ name, value }) => [name, value]));
}
