import { escapeFamily, type EscapingScheme } from '../../model/escaping.ts';
import type { MetricFamily, MetricType } from '../../model/metric-family.ts';
import type { StoredFamily } from '../../model/stored-family.ts';
import type { EncodedMetrics } from '../exposed-family.ts';
import { sortMetrics } from '../metric-order.ts';
import { readFamily } from '../store-family.ts';
import { encodeMetrics } from './codec.ts';
import { MessageWriter } from './message-writer.ts';
import { transcodeMetrics, transcodeText } from './transcode-text.ts';

/** Encoding never awaits, so one writer serves all scrapes. */
const writer = new MessageWriter();

/** The metrics of some stored families of one name, in the order of their text. */
export function encodeStoredMetrics(members: readonly StoredFamily[], scheme: EscapingScheme): EncodedMetrics {
  let unit: string | null = null;
  for (const member of members) {
    if (transcodeMetrics(member, writer)) continue;
    const family = readFamily(member);
    unit ??= family.unit;
    writer.append(encodeSorted(family, scheme));
  }
  return { bytes: writer.take(), unit };
}

/** The metrics of a ready text that tells all of them, names included; `null` where it takes a look at the full form. */
export function encodeReadyText(text: Buffer, type: MetricType): EncodedMetrics | null {
  const isWritten = transcodeText({ bytes: text, start: 0, end: text.length }, type, writer);
  return isWritten ? { bytes: writer.take(), unit: null } : null;
}

/** The metrics of families that are at hand in full, in the order of an exposition. */
export function encodeFamilyMetrics(families: Iterable<MetricFamily>, scheme: EscapingScheme): EncodedMetrics {
  let unit: string | null = null;
  for (const family of families) {
    unit ??= family.unit;
    writer.append(encodeSorted(family, scheme));
  }
  return { bytes: writer.take(), unit };
}

function encodeSorted(family: MetricFamily, scheme: EscapingScheme): Uint8Array {
  return encodeMetrics(escapeFamily({ ...family, metrics: sortMetrics(family.metrics) }, scheme).metrics);
}
