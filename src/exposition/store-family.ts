import { assert } from '../base/assert.ts';
import type { GroupingKey } from '../model/grouping-key.ts';
import type { Metric, MetricFamily } from '../model/metric-family.ts';
import { isLegacyMetricName } from '../model/names.ts';
import type { StoredFamily } from '../model/stored-family.ts';
import { findFlaw } from './family-flaw.ts';
import { readyTextLengthMax } from './limits.ts';
import { labelMetric, prepareGroupingLabels, type GroupingLabels, type LabelledMetric } from './merged-labels.ts';
import { sortMetrics } from './metric-order.ts';
import { decodeFamilyMessage, encodeFamilyMessage } from './protobuf/codec.ts';
import { refuseTooLong } from './push-size.ts';
import { SampleRenderer } from './sample-text.ts';
import { isToldByText } from './text-fidelity.ts';
import { parseSampleLines } from './text-parser.ts';

/** A family on its way to be stored, before its text has a place. */
interface Draft {
  readonly family: MetricFamily;
  readonly text: string;
  readonly sampleCount: number;
  readonly hasLegacyNames: boolean;
  readonly flaw: string | null;
  readonly protobuf: Uint8Array | null;
  readonly order: Uint32Array | null;
}

/**
 * Makes what is stored of the families of one push: grouping labels merged in, ready text, a message for what the text cannot say, the
 * flaw if no exposition may show a family. The ready texts share one buffer of exactly their size. Does not look at timestamps, nor at
 * names that clash between families. A flawed family is stored too, with as much text as it has; what is too large is refused with 413.
 */
export function storeFamilies(families: readonly MetricFamily[], key: GroupingKey, atMs: number): StoredFamily[] {
  const grouping = prepareGroupingLabels(key);
  const drafts: Draft[] = [];
  let textLength = 0;
  for (const family of families) {
    const draft = draftFamily(family, grouping);
    textLength += draft.text.length;
    if (textLength > readyTextLengthMax) throw refuseTooLong();
    drafts.push(draft);
  }
  return placeTexts(drafts, atMs);
}

/** As `storeFamilies`, for one family alone. */
export function storeFamily(family: MetricFamily, key: GroupingKey, atMs: number): StoredFamily {
  const [stored] = storeFamilies([family], key, atMs);
  return stored as StoredFamily;
}

/** The full form of a stored family: grouping labels merged in, labels sorted, metrics in the order in which they were pushed. */
export function readFamily(stored: StoredFamily): MetricFamily {
  const { name, help, type, flaw, home, protobuf, order } = stored;
  if (protobuf !== null) return { ...decodeFamilyMessage(protobuf), flaw };
  const shown = parseSampleLines(home.bytes.subarray(home.start, home.end), name, type);
  const metrics = order === null ? shown : restoreOrder(shown, order);
  return { name, help, type, unit: null, metrics, unknownFields: null, flaw };
}

function restoreOrder(shown: readonly Metric[], order: Uint32Array): Metric[] {
  assert(shown.length === order.length, `family text holds ${shown.length} metrics, its order ${order.length}`);
  const pushed: Metric[] = Array.from({ length: shown.length });
  for (const [index, metric] of shown.entries()) pushed[order[index] as number] = metric;
  return pushed;
}

// Hot path: every push that is not plain counters, gauges and untyped metrics in text comes through here.
function draftFamily(family: MetricFamily, grouping: GroupingLabels): Draft {
  const labelled: LabelledMetric[] = [];
  let hasLegacyNames = isLegacyMetricName(family.name);
  for (const [place, metric] of family.metrics.entries()) {
    const merged = labelMetric(metric, place, grouping);
    // A label name that is no legacy name is in quotes.
    for (const { text } of merged.labels) if (text.charCodeAt(0) === 34 /* " */) hasLegacyNames = false;
    labelled.push(merged);
  }
  const sorted = sortMetrics(labelled);
  const flaw = findFlaw(family, sorted);
  const isTold = flaw === null && isToldByText(family);
  const protobuf = isTold ? null : encodeFamilyMessage({ ...family, metrics: labelled.map(mergeIntoMetric) });
  const order = isTold && sorted !== labelled ? Uint32Array.from(sorted, ({ place }) => place) : null;
  return { family, ...renderSamples(family, sorted), hasLegacyNames, flaw, protobuf, order };
}

function renderSamples({ name, type }: MetricFamily, sorted: readonly LabelledMetric[]): { text: string; sampleCount: number } {
  if (name === '') return { text: '', sampleCount: 0 };
  const renderer = new SampleRenderer(name, type);
  let text = '';
  for (const { labelText, metric } of sorted) text += renderer.render(labelText, metric);
  return { text, sampleCount: renderer.sampleCount };
}

function mergeIntoMetric({ metric, labels }: LabelledMetric): Metric {
  return { ...metric, labels };
}

/** Writes all texts into one buffer that is exactly as large as they are, since the buffer lives as long as one of them. */
function placeTexts(drafts: readonly Draft[], atMs: number): StoredFamily[] {
  const lengths = drafts.map(({ text }) => Buffer.byteLength(text));
  const bytes = Buffer.allocUnsafeSlow(lengths.reduce((sum, length) => sum + length, 0));
  let start = 0;
  return drafts.map(({ family, text, sampleCount, hasLegacyNames, flaw, protobuf, order }, index) => {
    const end = start + (lengths[index] as number);
    // Text without multi-byte characters is copied without being looked at.
    bytes.write(text, start, end - start === text.length ? 'latin1' : 'utf8');
    const home = { bytes, start, end };
    start = end;
    return {
      name: family.name,
      type: family.type,
      help: family.help,
      metricCount: family.metrics.length,
      sampleCount,
      pushedAtMs: atMs,
      home,
      protobuf,
      order,
      hasLegacyNames,
      flaw,
    };
  });
}
