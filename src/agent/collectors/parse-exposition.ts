import { Refusal } from '../../base/errors.ts';
import { parseText } from '../../exposition/text-parser.ts';
import type { MetricFamily } from '../../model/metric-family.ts';

/** What was read of a text, or why nothing of it can be pushed. */
export type ParsedExposition = { readonly families: readonly MetricFamily[] } | { readonly flaw: string };

/** Reads a text exposition by the gateway's own rules, so that what it would refuse never leaves here. The flaw names the line. */
export function parseExposition(text: Buffer): ParsedExposition {
  try {
    const families = parseText(text, { allowUtf8Names: false });
    const stamped = families.find(({ metrics }) => metrics.some(({ timestampMs }) => timestampMs !== null));
    if (stamped === undefined) return { families };
    return { flaw: `${stamped.name} has a timestamp, which a pushed metric must not have; leave the last number of the line out` };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { flaw: error.message };
  }
}
