import type { LabelPair, Metric, MetricFamily } from './metric-family.ts';
import { isLegacyCharCode, isLegacyLabelName, isLegacyMetricName } from './names.ts';

/**
 * How names outside the legacy pattern are shown to a scraper (prometheus/common, model.EscapingScheme), as the `escaping`
 * parameter of a content type spells it. `allow-utf-8` leaves every name as it is.
 */
export type EscapingScheme = 'allow-utf-8' | 'underscores' | 'dots' | 'values';

/** What a name begins with that was escaped by the scheme `values`. */
const valuesPrefix = 'U__';

/** Hexadecimal digits of one character that `unescapeName` reads; U+100000 and above have more and stay escaped, as in the reference. */
const hexDigitsMax = 5;

/**
 * Escapes a metric name. As in the reference, `dots` doubles the underscores of legacy names too: whoever shows a family leaves
 * legacy names alone (see `escapeFamily`).
 */
export function escapeName(name: string, scheme: EscapingScheme): string {
  if (scheme === 'allow-utf-8' || name === '') return name;
  if (scheme !== 'dots' && isLegacyMetricName(name)) return name;
  return escapeCharacters(name, scheme, true);
}

/**
 * Escapes the names of a family and of its labels, for a scraper that does not take UTF-8 names. Legacy names are not touched, so
 * a family of legacy names is returned as it is. Two names may become one by this; nothing here notices.
 */
export function escapeFamily(family: MetricFamily, scheme: EscapingScheme): MetricFamily {
  if (scheme === 'allow-utf-8') return family;
  const metrics = family.metrics.map((metric) => escapeMetric(metric, scheme));
  const name = isLegacyMetricName(family.name) ? family.name : escapeName(family.name, scheme);
  return { ...family, name, metrics };
}

/**
 * Reads a name that was escaped by the scheme `values`: `U__a_2e_b` is `a.b`. A name that was not, or with a sequence that is
 * none, is returned as it is (SPEC §3.7).
 */
export function unescapeName(name: string): string {
  if (!name.startsWith(valuesPrefix)) return name;
  let text = '';
  let at = valuesPrefix.length;
  while (at < name.length) {
    if (name[at] !== '_') {
      text += name[at++];
      continue;
    }
    if (name[at + 1] === '_') {
      text += '_';
      at += 2;
      continue;
    }
    const end = name.indexOf('_', at + 1);
    const codePoint = end === -1 ? null : parseHexCodePoint(name, at + 1, end);
    if (codePoint === null) return name;
    text += String.fromCodePoint(codePoint);
    at = end + 1;
  }
  return text;
}

function escapeMetric(metric: Metric, scheme: EscapingScheme): Metric {
  if (metric.labels.every(({ name }) => isLegacyLabelName(name))) return metric;
  const labels: LabelPair[] = metric.labels.map(({ name, value }) => {
    if (isLegacyLabelName(name) || name === '') return { name, value };
    // The reference leaves a colon in label names, which no scraper can read; it is escaped here like any other character.
    return { name: escapeCharacters(name, scheme, false), value };
  });
  return { ...metric, labels };
}

function escapeCharacters(name: string, scheme: EscapingScheme, allowColon: boolean): string {
  let escaped = scheme === 'values' ? valuesPrefix : '';
  let isFirst = true;
  for (const character of name) {
    const code = character.codePointAt(0) ?? 0;
    const isLegacy = isLegacyCharCode(code, isFirst, allowColon);
    isFirst = false;
    if (scheme === 'underscores') escaped += isLegacy ? character : '_';
    else if (character === '_') escaped += '__';
    else if (isLegacy) escaped += character;
    else if (scheme === 'values') escaped += `_${code.toString(16)}_`;
    else escaped += character === '.' ? '_dot_' : '__';
  }
  return escaped;
}

/** The character of the hexadecimal digits from `start` to `end`, or `null` if there is no such character. */
function parseHexCodePoint(name: string, start: number, end: number): number | null {
  if (end - start > hexDigitsMax) return null;
  const digits = name.slice(start, end);
  if (!/^[0-9a-fA-F]+$/.test(digits)) return null;
  const codePoint = Number.parseInt(digits, 16);
  const isSurrogate = codePoint >= 0xd800 && codePoint <= 0xdfff;
  return isSurrogate || codePoint > 0x10ffff ? null : codePoint;
}
