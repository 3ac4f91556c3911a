import type { MetricType } from '../../model/metric-family.ts';
import type { StoredFamily } from '../../model/stored-family.ts';
import type { ReadyLines } from './ready-lines.ts';

/** What a line of a summary or histogram holds; `plain` for a counter, gauge or untyped metric. */
export type LinePart = 'plain' | 'bucket' | 'quantile' | 'sum' | 'count';

/** The lines of one metric: buckets or quantiles in pushed order, then sum and count in either order. -1: not there yet. */
interface MetricLines {
  readonly first: number;
  /** Behind the last bucket or quantile. */
  end: number;
  sum: number;
  count: number;
  hasInfinity: boolean;
}

/** Lines of one family with the same label values under other names that are compared pair by pair. */
const equalValuesMax = 16;

/** A family while its lines are read, which stand together. */
export class FamilyDraft {
  readonly name: string;
  readonly nameLength: number;
  type: MetricType | null = null;
  help: string | null = null;
  firstLine = 0;
  lineCount = 0;
  /** Of summaries and histograms. */
  readonly #metrics: MetricLines[] = [];
  /** Whether the lines can go out as they stand: every metric behind the one before, sum before count. */
  #isOrdered = true;
  /** The metrics in the order of the text, once they are stored; null: as they were pushed. */
  #sorted: readonly number[] | null = null;

  constructor(name: string) {
    this.name = name;
    this.nameLength = name.length;
  }

  get isComplex(): boolean {
    return this.type === 'summary' || this.type === 'histogram';
  }

  /** The label that tells the lines of a metric apart. */
  get specialLabel(): 'le' | 'quantile' | null {
    if (this.type === 'histogram') return 'le';
    return this.type === 'summary' ? 'quantile' : null;
  }

  /** Counts in the line that was just ended. False: the fast path does not take it there. */
  addLine(lines: ReadyLines, part: LinePart, isInfinity: boolean): boolean {
    const line = lines.lineCount - 1;
    this.lineCount++;
    if (part !== 'plain') return this.#addPart(lines, line, part, isInfinity);
    return this.lineCount === 1 || !this.#isOrdered || this.#follows(lines, line - 1, line);
  }

  /** Whether every metric has all its lines. To be asked when the family is complete. */
  isComplete(): boolean {
    const last = this.#metrics.at(-1);
    return last === undefined || isWhole(last, this.type);
  }

  /** Copies the ready text to `target` at `start`. Null: a series stands there twice, which the plain decoder words. */
  store(lines: ReadyLines, target: Buffer, start: number, atMs: number): StoredFamily | null {
    const sorted = this.#isOrdered ? null : this.#sortMetrics(lines);
    if (sorted !== null && hasEqualMetrics(lines, sorted, (metric) => this.#lineOf(metric))) return null;
    this.#sorted = sorted;
    let end = start;
    if (sorted === null) end += copyLines(lines, this.firstLine, this.firstLine + this.lineCount, target, start);
    else for (const line of this.lineOrder()) end += copyLines(lines, line, line + 1, target, end);
    const isPushedOrder = sorted === null || sorted.every((metric, place) => metric === place);
    return {
      name: this.name,
      type: this.type ?? 'untyped',
      help: this.help,
      metricCount: this.#metricCount,
      sampleCount: this.lineCount,
      pushedAtMs: atMs,
      home: { bytes: target, start, end },
      protobuf: null,
      order: isPushedOrder ? null : Uint32Array.from(sorted),
      hasLegacyNames: true,
      flaw: null,
    };
  }

  /** The lines in the order of the text, once they are stored. */
  *lineOrder(): Generator<number> {
    const metrics = this.#sorted ?? Array.from({ length: this.#metricCount }, (_, i) => i);
    for (const metric of metrics) {
      if (!this.isComplex) {
        yield this.firstLine + metric;
        continue;
      }
      const { first, end, sum, count } = this.#metrics[metric] as MetricLines;
      for (let line = first; line < end; line++) yield line;
      yield sum;
      yield count;
    }
  }

  get #metricCount(): number {
    return this.isComplex ? this.#metrics.length : this.lineCount;
  }

  #addPart(lines: ReadyLines, line: number, part: LinePart, isInfinity: boolean): boolean {
    let metric = this.#metrics.at(-1);
    if (metric === undefined || !lines.haveEqualLabels(metric.first, line)) {
      if (metric !== undefined && !isWhole(metric, this.type)) return false;
      if (metric !== undefined && this.#isOrdered && !this.#follows(lines, metric.first, line)) return false;
      metric = { first: line, end: line, sum: -1, count: -1, hasInfinity: false };
      this.#metrics.push(metric);
    }
    if (part === 'sum' || part === 'count') {
      if (metric[part] !== -1) return false;
      metric[part] = line;
      if (part === 'sum' && metric.count !== -1) this.#isOrdered = false;
      return true;
    }
    // Buckets behind a sum or count: more likely a second metric of the same labels.
    if (metric.sum !== -1 || metric.count !== -1) return false;
    metric.end = line + 1;
    metric.hasInfinity ||= isInfinity;
    return true;
  }

  /** Whether the metric of line `b` may stand behind that of line `a`; notes it if they are not in order. */
  #follows(lines: ReadyLines, a: number, b: number): boolean {
    const order = lines.compare(a, b);
    if (order >= 0) this.#isOrdered = false;
    return order !== 0 || !lines.haveEqualLabels(a, b);
  }

  #lineOf(metric: number): number {
    return this.isComplex ? (this.#metrics[metric] as MetricLines).first : this.firstLine + metric;
  }

  #sortMetrics(lines: ReadyLines): number[] {
    const metrics = Array.from({ length: this.#metricCount }, (_, i) => i);
    return metrics.sort((a, b) => lines.compare(this.#lineOf(a), this.#lineOf(b)) || a - b);
  }
}

/** Whether text alone brings a metric back as it was pushed: with sum, count, and the `+Inf` bucket that text would add. */
function isWhole({ sum, count, hasInfinity }: MetricLines, type: MetricType | null): boolean {
  return sum !== -1 && count !== -1 && (type === 'summary' || hasInfinity);
}

/** Copies lines `from` to `to`; returns how many bytes. */
function copyLines(lines: ReadyLines, from: number, to: number, target: Buffer, at: number): number {
  const start = lines.starts[from] as number;
  const end = lines.starts[to] as number;
  target.set(lines.bytes.subarray(start, end), at);
  return end - start;
}

/** Whether equal metrics stand among sorted ones. Some with equal values but other names may stand between them. */
function hasEqualMetrics(lines: ReadyLines, sorted: readonly number[], lineOf: (metric: number) => number): boolean {
  let runStart = 0;
  for (let i = 1; i < sorted.length; i++) {
    const line = lineOf(sorted[i] as number);
    if (lines.compare(lineOf(sorted[runStart] as number), line) !== 0) {
      runStart = i;
      continue;
    }
    // A long run would cost the square of its length here; the plain decoder has a set for it.
    if (i - runStart > equalValuesMax) return true;
    for (let other = runStart; other < i; other++) if (lines.haveEqualLabels(lineOf(sorted[other] as number), line)) return true;
  }
  return false;
}
