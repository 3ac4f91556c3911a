import type { Answer } from './exchange.ts';
import { type ExposedFamily, readExposition, seriesOf } from './exposition.ts';
import type { Operation } from './operations.ts';
import { type FamilyJson, protobufKit } from './protobuf-kit.ts';

/** What was read of a gateway at one moment, in a form that can be compared. Own metrics and the time of pushes are left out. */
export interface State {
  /** By family name. */
  readonly text: ReadonlyMap<string, ExposedFamily>;
  readonly protobuf: ReadonlyMap<string, FamilyJson>;
  readonly groups: readonly ApiGroup[];
}

interface ApiGroup {
  readonly labels: Readonly<Record<string, string>>;
  readonly families: Readonly<Record<string, ApiFamily>>;
  readonly [key: string]: unknown;
}

interface ApiFamily {
  readonly help?: string;
  readonly metrics?: readonly { readonly labels: Readonly<Record<string, string>> }[];
}

const ownName = /^(go|process|promhttp|pushgateway|pushgate|nodejs)_/;
const pushTimeName = /^push_(failure_)?time_seconds$/;

/** Differences between two answers to the same request, in words; empty if there are none. */
export function compareAnswers(operation: Operation, left: Answer, right: Answer): string[] {
  return compareMaps('answer', essence(operation, left), essence(operation, right));
}

/** Differences between two states, in words. Each is also checked against the rules that both must obey. */
export function compareStates(left: State, right: State): string[] {
  const differences = [
    ...compareMaps('page', textEntries(left), textEntries(right)),
    ...compareMaps('protobuf', protobufEntries(left), protobufEntries(right)),
    ...compareMaps('API', groupEntries(left), groupEntries(right)),
    ...compareHelps(left, right),
  ];
  return [...differences, ...misorderedMetrics(left, 'left'), ...misorderedMetrics(right, 'right')];
}

/** Reads what three requests answered (text, protobuf, API). Throws if one of them is not an answer of its kind. */
export function readState(text: Answer, protobuf: Answer, api: Answer): State {
  for (const answer of [text, protobuf, api]) {
    if (answer.status !== 200)
      throw new Error(`a read was answered with ${String(answer.status)}: ${answer.body.toString().slice(0, 500)}`);
  }
  const families = readExposition(text.body.toString());
  const names = [...families.keys()];
  const firstWrong = names.findIndex((name, index) => index > 0 && name < (names[index - 1] ?? ''));
  if (firstWrong > 0) throw new Error(`family ${names[firstWrong] ?? ''} stands too late on the page`);
  const messages = protobufKit.decodeDelimited(protobuf.body);
  const { data } = JSON.parse(api.body.toString()) as { data: Record<string, unknown>[] };
  return {
    text: new Map([...families].filter(([name]) => !ownName.test(name))),
    protobuf: new Map(messages.filter(({ name }) => !ownName.test(name)).map((family) => [family.name, family])),
    groups: data.map(readGroup),
  };
}

/** Of an error text only its kind counts: wordings are compared by the conformance kit. */
export function classifyError(body: string): string {
  const [known] = /line \d+|odd number|improper label name|invalid base64|job name is required|timestamps|inconsistent/.exec(body) ?? [];
  return known ?? 'other';
}

function essence({ kind, method }: Operation, { status, headers, body }: Answer): Map<string, string> {
  const parts = new Map([['status', String(status)]]);
  if (status === 400) parts.set('error', classifyError(body.toString()));
  if (status === 301 || status === 307) parts.set('location', headers.location ?? 'none');
  if (status === 405 || method === 'OPTIONS') parts.set('allow', headers.allow ?? 'none');
  if ((status === 200 || status === 202) && kind !== 'other')
    parts.set('body', `${headers['content-type'] ?? 'no type'} ${body.toString()}`);
  return parts;
}

function readGroup(json: Record<string, unknown>): ApiGroup {
  const { labels, last_push_successful, ...families } = json as { labels: Record<string, string>; last_push_successful: boolean };
  const entries = Object.entries(families as Record<string, Record<string, unknown>>).map(([name, family]) => {
    const { time_stamp, ...rest } = family;
    if (typeof time_stamp !== 'string') throw new Error(`no time stamp for ${name} in the API`);
    return [name, pushTimeName.test(name) ? { ...rest, metrics: [] } : rest];
  });
  return { labels, last_push_successful, families: Object.fromEntries(entries) as Record<string, ApiFamily> };
}

function textEntries(state: State): Map<string, string> {
  const entries = new Map<string, string>();
  for (const family of state.text.values()) {
    entries.set(`family ${family.name}`, family.type);
    for (const sample of family.samples) {
      const series = seriesOf(sample);
      if (entries.has(series)) entries.set(series, 'series twice');
      else entries.set(series, pushTimeName.test(family.name) ? zeroOrNot(sample.value) : sample.value);
    }
  }
  return entries;
}

function protobufEntries(state: State): Map<string, string> {
  const entries = new Map<string, string>();
  for (const { name, help: _, metric, ...rest } of state.protobuf.values()) {
    entries.set(`family ${name}`, stableJson({ type: 'COUNTER', ...rest }));
    for (const { label, ...value } of metric as { label: { name: string; value: string }[] }[]) {
      const labels = label.map((pair) => [pair.name, pair.value] as const);
      const { value: seconds } = (value as { gauge?: { value: number } }).gauge ?? {};
      entries.set(seriesOf({ name, labels }), pushTimeName.test(name) ? zeroOrNot(String(seconds)) : stableJson(withDefaults(value)));
    }
  }
  return entries;
}

/** What a message does not say means COUNTER or 0: writing it out is the same. */
function withDefaults(value: Readonly<Record<string, unknown>>): unknown {
  const fill = (part: unknown): unknown => ({ sample_count: 0, sample_sum: 0, ...(part as object) });
  return Object.fromEntries(
    Object.entries(value).map(([kind, part]) => [kind, kind === 'summary' || kind === 'histogram' ? fill(part) : part]),
  );
}

function groupEntries(state: State): Map<string, string> {
  const entries = new Map<string, string>();
  for (const { labels, families, ...rest } of state.groups) {
    const group = stableJson(labels);
    entries.set(group, stableJson(rest));
    for (const [name, family] of Object.entries(families)) entries.set(`${group} ${name}`, stableJson(family));
  }
  return entries;
}

/** Groups may tell different HELP texts of a family: any of them may be shown. */
function compareHelps(left: State, right: State): string[] {
  const told = (name: string): Set<string | null> =>
    new Set(left.groups.flatMap(({ families }) => (families[name] ? [families[name].help ?? ''] : [])));
  return [...left.text.values()].flatMap((family) => {
    const other = right.text.get(family.name);
    if (other === undefined || family.help === other.help || told(family.name).size > 1) return [];
    // The API does not tell an empty HELP from none: groups may differ in that as well.
    if ((family.help ?? '') === (other.help ?? '')) return [];
    return [`HELP of ${family.name}: ${JSON.stringify(family.help)} or ${JSON.stringify(other.help)}`];
  });
}

/** Within a group the metrics of a family are sorted: fewer labels first, then by values in the order of labels (SPEC §6). */
function misorderedMetrics(state: State, side: string): string[] {
  const groupOf = new Map<string, number>();
  for (const [index, { families }] of state.groups.entries()) {
    for (const [name, { metrics }] of Object.entries(families)) {
      for (const { labels } of metrics ?? []) groupOf.set(seriesOf({ name, labels: Object.entries(labels) }), index);
    }
  }
  const wrong: string[] = [];
  for (const { name, type, samples } of state.text.values()) {
    const inner = type === 'summary' ? 'quantile' : type === 'histogram' ? 'le' : null;
    const lastOf = new Map<number, readonly string[]>();
    for (const sample of samples) {
      const labels = sample.labels.filter(([label]) => label !== inner);
      const group = groupOf.get(seriesOf({ name, labels })) ?? -1;
      const values = labels.map(([, value]) => value);
      if (group >= 0 && comesBefore(values, lastOf.get(group))) wrong.push(`${side}: ${seriesOf(sample)} stands too late`);
      lastOf.set(group, values);
    }
  }
  return wrong;
}

function comesBefore(values: readonly string[], others: readonly string[] = []): boolean {
  if (values.length !== others.length) return values.length < others.length;
  for (const [index, value] of values.entries()) {
    const order = Buffer.compare(Buffer.from(value), Buffer.from(others[index] ?? ''));
    if (order !== 0) return order < 0;
  }
  return false;
}

function compareMaps(what: string, left: ReadonlyMap<string, string>, right: ReadonlyMap<string, string>): string[] {
  const keys = new Set([...left.keys(), ...right.keys()]);
  return [...keys]
    .filter((key) => left.get(key) !== right.get(key))
    .map((key) => `${what}, ${key}: ${left.get(key) ?? 'absent'} or ${right.get(key) ?? 'absent'}`);
}

function zeroOrNot(value: string): string {
  return value === '0' ? 'never' : 'once';
}

/** JSON with sorted keys, since neither side promises an order of them. */
function stableJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
