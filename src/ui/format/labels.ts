import type { LabelMap } from '../../api/types.ts';

const legacyName = /^[a-zA-Z_][a-zA-Z0-9_]*$/;
const legacyMetricName = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;

/** A label value between double quotes, as PromQL and the exposition format read it. */
export function quoteValue(value: string): string {
  return `"${value.replace(/\\/g, '\\\\').replace(/"/g, '\\"').replace(/\n/g, '\\n')}"`;
}

/** A PromQL selector: `push_time_seconds{instance="b",job="a"}`; names outside the old alphabet are quoted. */
export function formatSelector(labels: LabelMap, metricName?: string): string {
  const isPlainMetric = metricName === undefined || legacyMetricName.test(metricName);
  const quotedMetric = isPlainMetric ? [] : [quoteValue(metricName)];
  const matchers = Object.entries(labels).map(([name, value]) => `${quoteName(name)}=${quoteValue(value)}`);
  return `${isPlainMetric ? (metricName ?? '') : ''}{${[...quotedMetric, ...matchers].join(',')}}`;
}

/** The line of a scrape that carries the sample; the grouping labels win, and `instance` is always there (SPEC §5). */
export function formatSampleLine(metricName: string, grouping: LabelMap, labels: LabelMap, value: string): string {
  const all = Object.entries({ instance: '', ...labels, ...grouping }).sort(([a], [b]) => (a < b ? -1 : 1));
  return `${formatSelector(Object.fromEntries(all), metricName)} ${value}`;
}

/** The labels in one line for people: `job=nightly instance=db-1`; empty values show as `""`. */
export function formatLabels(labels: LabelMap): string {
  return Object.entries(labels)
    .map(([name, value]) => `${name}=${value === '' ? '""' : value}`)
    .join(' ');
}

/**
 * Text from outside with its control and direction characters made visible, so that it can neither hide nor reorder its neighbours.
 * Joiners stay: emoji and scripts need them.
 */
export function showInvisible(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) => visibleNames[character] ?? escapeCharacter(character));
}

const visibleNames: Readonly<Record<string, string>> = { '\n': '⏎', '\t': '⇥', '\r': '␍', '\u200c': '\u200c', '\u200d': '\u200d' };

function escapeCharacter(character: string): string {
  return `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
}

function quoteName(name: string): string {
  return legacyName.test(name) ? name : quoteValue(name);
}
