import { escapeFamily, escapeName, type EscapingScheme } from '../model/escaping.ts';
import type { MetricType } from '../model/metric-family.ts';
import { isLegacyMetricName } from '../model/names.ts';
import type { StoredFamily } from '../model/stored-family.ts';
import { sortMetrics } from './metric-order.ts';
import { escapeHelp, renderLabel, renderName, SampleRenderer } from './sample-text.ts';
import { readFamily } from './store-family.ts';

/**
 * The HELP line, if there is a help, and the TYPE line. The classic text format has no gauge histograms, so they are shown as histograms,
 * as the reference does.
 */
export function writeFamilyHeader(name: string, help: string | null, type: MetricType, scheme: EscapingScheme): string {
  const shownName = isLegacyMetricName(name) ? name : renderName(escapeName(name, scheme));
  const typeLine = `# TYPE ${shownName} ${type === 'gaugehistogram' ? 'histogram' : type}\n`;
  return help === null ? typeLine : `# HELP ${shownName} ${escapeHelp(help)}\n${typeLine}`;
}

/** Whether the ready text says everything there is to say of a family, in any scheme. */
export function isToldByReadyText({ protobuf, hasLegacyNames, flaw }: StoredFamily): boolean {
  return protobuf === null && hasLegacyNames && flaw === null;
}

/** The sample lines of a stored family, names escaped. */
export function readyTextOf(stored: StoredFamily, scheme: EscapingScheme): Uint8Array {
  const { home, hasLegacyNames } = stored;
  return hasLegacyNames || scheme === 'allow-utf-8' ? home.bytes.subarray(home.start, home.end) : writeEscaped(stored, scheme);
}

/** Reads the stored family and renders it anew. */
function writeEscaped(stored: StoredFamily, scheme: EscapingScheme): Buffer {
  const family = readFamily(stored);
  // Names are escaped after sorting, as in the reference: labels and metrics stand where they stand with their own names.
  const { name, type, metrics } = escapeFamily({ ...family, metrics: sortMetrics(family.metrics) }, scheme);
  const renderer = new SampleRenderer(name, type);
  let text = '';
  for (const metric of metrics) {
    text += renderer.render(metric.labels.map((label) => renderLabel(label.name, label.value)).join(','), metric);
  }
  return Buffer.from(text);
}
