import type { LabelPair } from '../model/metric-family.ts';
import type { StoredFamily } from '../model/stored-family.ts';
import { compareMetrics } from '../exposition/metric-order.ts';
import { readFamily } from '../exposition/store-family.ts';
import { parseSampleLines } from '../exposition/text-parser.ts';

/** The label sets of a stored family's metrics, grouping labels included, each sorted by name. Costs a read of its text. */
export function listLabelSets(family: StoredFamily): readonly (readonly LabelPair[])[] {
  return readFamily(family).metrics.map(({ labels }) => labels);
}

/** A series as it is written in PromQL. */
export function describeSeries(name: string, labels: readonly LabelPair[]): string {
  return `${name}{${labels.map((label) => `${label.name}=${JSON.stringify(label.value)}`).join(',')}}`;
}

const lineFeed = 10;

/**
 * Whether a stored family has a metric of exactly these labels, sorted by name. The ready text is in the order of the exposition, so this
 * halves it again and again: it costs the logarithm of what is stored.
 */
export function hasSeries(family: StoredFamily, labels: readonly LabelPair[]): boolean {
  const { bytes, start, end } = family.home;
  let low = start;
  let high = end;
  while (low < high) {
    const lineStart = findLineStart(bytes, low, (low + high) >> 1);
    if (compareMetrics(readLabels(family, lineStart), { labels }) < 0) low = findNextLine(bytes, lineStart, end);
    else high = lineStart;
  }
  // Metrics with equal label values stand together, whatever the names of their labels.
  for (let at = low; at < end; at = findNextLine(bytes, at, end)) {
    const found = readLabels(family, at);
    if (compareMetrics(found, { labels }) !== 0) return false;
    if (found.labels.every(({ name }, i) => name === labels[i]?.name)) return true;
  }
  return false;
}

/** The labels of the metric that the line at `start` belongs to. */
function readLabels(family: StoredFamily, start: number): { readonly labels: readonly LabelPair[] } {
  const { bytes, end } = family.home;
  const [metric] = parseSampleLines(bytes.subarray(start, findNextLine(bytes, start, end)), family.name, family.type);
  return { labels: metric?.labels ?? [] };
}

function findLineStart(bytes: Buffer, low: number, at: number): number {
  return Math.max(low, at === 0 ? 0 : bytes.lastIndexOf(lineFeed, at - 1) + 1);
}

function findNextLine(bytes: Buffer, at: number, end: number): number {
  const found = bytes.indexOf(lineFeed, at);
  return found === -1 || found >= end ? end : found + 1;
}
