import type { EscapingScheme } from '../model/escaping.ts';
import { parseGoFloat } from './go-number.ts';
import { acceptClausesMax } from './limits.ts';

/** What a scrape is answered with. */
export interface ExpositionFormat {
  readonly kind: ExpositionKind;
  readonly scheme: EscapingScheme;
  readonly contentType: string;
}

export type ExpositionKind = 'text' | 'protobuf-delimited' | 'protobuf-text' | 'protobuf-compact-text';

/** One clause of an Accept header. */
interface Clause {
  readonly type: string;
  readonly subtype: string;
  readonly q: number;
  readonly parameters: ReadonlyMap<string, string>;
}

const space = 32;
const textVersionDefault = '0.0.4';
const textVersions: ReadonlySet<string> = new Set([textVersionDefault, '1.0.0']);

const protobufKinds: ReadonlyMap<string, ExpositionKind> = new Map([
  ['delimited', 'protobuf-delimited'],
  ['text', 'protobuf-text'],
  ['compact-text', 'protobuf-compact-text'],
]);

/**
 * Chooses the format of a scrape by its Accept header as prometheus/common v0.67 does (expfmt.Negotiate): the first clause that names a
 * format we have; text 0.0.4 if there is none. OpenMetrics is not offered, but its clauses too may say which `escaping` the
 * scraper wants: the last one looked at counts. Text 1.0.0, which the reference does not offer yet, is text 0.0.4 with UTF-8 names.
 */
export function negotiateFormat(accept: string | undefined): ExpositionFormat {
  let scheme: EscapingScheme = 'underscores';
  for (const { type, subtype, parameters } of parseAccept(accept ?? '')) {
    const escaping = parameters.get('escaping');
    if (isEscapingScheme(escaping)) scheme = escaping;
    const version = parameters.get('version') ?? '';
    if (type === 'text' && subtype === 'plain' && (version === '' || textVersions.has(version))) {
      return createFormat('text', scheme, version === '' ? textVersionDefault : version);
    }
    if (type !== 'application' || subtype !== 'vnd.google.protobuf') continue;
    if (parameters.get('proto') !== 'io.prometheus.client.MetricFamily') continue;
    const kind = protobufKinds.get(parameters.get('encoding') ?? '');
    if (kind !== undefined) return createFormat(kind, scheme);
  }
  return createFormat('text', scheme);
}

/**
 * Whether a scrape may be answered with gzip, by client_golang's rules for the offers identity and gzip: gzip must be asked for with a
 * higher `q` than identity, and above 0. `*` means both, so it alone does not do. The header is read up to its first mistake.
 */
export function acceptsGzip(acceptEncoding: string | undefined): boolean {
  let identityQ = -1;
  let gzipQ = -1;
  for (const item of (acceptEncoding ?? '').split(',')) {
    const [, coding, semicolon, quality, rest] = encodingPattern.exec(item) ?? [];
    if (!coding || (semicolon !== undefined && quality === undefined)) break;
    const q = Number(quality ?? 1);
    if (coding === 'identity' || coding === '*') identityQ = Math.max(identityQ, q);
    if (coding === 'gzip' || coding === '*') gzipQ = Math.max(gzipQ, q);
    if (rest !== '') break;
  }
  return gzipQ > 0 && gzipQ > identityQ;
}

/** Coding, semicolon, `q` and what should not be there. A `q` begins with 0 or 1 and may have any number of decimals. */
const encodingPattern = /^\s*([!#$%&'*+.^_`|~0-9A-Za-z/-]*)\s*(?:(;)\s*(?:q=([01](?:\.\d*)?))?)?\s*(.*)$/s;

function createFormat(kind: ExpositionKind, scheme: EscapingScheme, textVersion = textVersionDefault): ExpositionFormat {
  const protobuf = 'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=';
  const base = kind === 'text' ? `text/plain; version=${textVersion}; charset=utf-8` : `${protobuf}${kind.slice('protobuf-'.length)}`;
  return { kind, scheme, contentType: `${base}; escaping=${scheme}` };
}

function isEscapingScheme(text: string | undefined): text is EscapingScheme {
  return text === 'allow-utf-8' || text === 'underscores' || text === 'dots' || text === 'values';
}

/** The clauses of an Accept header, best first. Malformed ones are left out (goautoneg). */
function parseAccept(header: string): Clause[] {
  const clauses: Clause[] = [];
  for (const part of header.split(',', acceptClausesMax)) {
    const clause = parseClause(part);
    if (clause === null) continue;
    // Insertion from the end: the reference sorts so, and its order is not one that other sorts would agree on.
    let at = clauses.length;
    while (at > 0 && isBetter(clause, clauses[at - 1] as Clause)) at--;
    clauses.splice(at, 0, clause);
  }
  return clauses;
}

/** A higher `q` is better; and whatever its `q`, a clause with a wildcard is worse than one without. */
function isBetter(a: Clause, b: Clause): boolean {
  return a.q > b.q || (a.type !== '*' && b.type === '*') || (a.subtype !== '*' && b.subtype === '*');
}

function parseClause(part: string): Clause | null {
  const [range = '', ...parameterTexts] = trimSpaces(part).split(';');
  const [type = '', subtype = '', ...further] = range.split('/').map(trimSpaces);
  if (further.length > 0 || (subtype === '' && type !== '*')) return null;
  const parameters = new Map<string, string>();
  let q = 1;
  for (const text of parameterTexts) {
    const [name = '', value = '', ...rest] = text.split('=');
    if (value === '' || rest.length > 0) continue;
    if (trimSpaces(name) === 'q') q = Math.fround(parseGoFloat(value) ?? 0);
    else parameters.set(trimSpaces(name), trimSpaces(value));
  }
  return { type, subtype: subtype === '' ? '*' : subtype, q, parameters };
}

/** Without a pattern: `/ +$/` looks at each run of spaces inside as often as it is long. */
function trimSpaces(text: string): string {
  let start = 0;
  let end = text.length;
  while (start < end && text.charCodeAt(start) === space) start++;
  while (end > start && text.charCodeAt(end - 1) === space) end--;
  return text.slice(start, end);
}
