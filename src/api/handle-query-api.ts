import { compareAsBytes } from '../base/bytes.ts';
import { FormFamilies, plainFamilies } from '../exposition/form-families.ts';
import { formatRfc3339Nano } from '../exposition/metrics-json.ts';
import { MetricsJsonWriter } from '../exposition/metrics-json-writer.ts';
import type { HttpHandler, HttpReply } from '../http/types.ts';
import { createGroupingKey } from '../model/grouping-key.ts';
import type { FamilyTable } from '../model/family-table.ts';
import type { Group } from '../model/group.ts';
import type { LabelPair } from '../model/metric-family.ts';
import type { StoredFamily } from '../model/stored-family.ts';
import { createPushFailureTimeFamily, createPushTimeFamily, pushFailureTimeName, pushTimeName } from '../store/push-times.ts';
import { corsHeaders } from './cors-headers.ts';
import type { Gateway } from './gateway.ts';
import { rememberWrite } from './remember-write.ts';

const jsonHeaders = { ...corsHeaders, 'Content-Type': 'application/json' } as const;

/**
 * OPTIONS of any path of the API, known or not. Pages of other sites may read everything, as with the reference, but a browser shall not let
 * them delete groups in bulk: there the answer leaves DELETE out.
 */
export const answerOptions: HttpHandler = ({ params }) => ({
  status: 200,
  headers: params['path'] === '/groups' ? readOnlyHeaders : corsHeaders,
});

const readOnlyHeaders = { ...corsHeaders, 'Access-Control-Allow-Methods': 'GET, OPTIONS' } as const;

/** GET `/api/v1/status`: build, flags, start time. */
export function createStatusHandler({ build, options }: Gateway): HttpHandler {
  return () => {
    const data = { build_information: build, flags: options.flags, start_time: formatRfc3339Nano(options.startedAtMs) };
    return { status: 200, headers: jsonHeaders, body: JSON.stringify({ status: 'success', data }) };
  };
}

/** GET `/api/v1/metrics`: every group with all that is stored of it, in no order. */
export function createMetricsHandler({ store }: Gateway): HttpHandler {
  return () => ({ status: 200, headers: jsonHeaders, body: streamGroups([...store.groups()]) });
}

/** PUT `/api/v1/admin/wipe`: every group goes. */
export function createWipeHandler(gateway: Gateway): HttpHandler {
  const { catalog, clock, writes } = gateway;
  const accepted: HttpReply = { status: 202, headers: corsHeaders };
  return async (request) => {
    const attempt = { scope: 'wipe', startMs: performance.now(), atMs: clock.nowMs(), bytes: 0, samples: 0 } as const;
    await writes.submit({ kind: 'wipe', atMs: attempt.atMs });
    for (const { key } of catalog.deletedSince(attempt.atMs)) {
      rememberWrite(gateway, request, { ...attempt, key }, 'DELETE', accepted.status, null);
    }
    return accepted;
  };
}

/** Every group at the time of the call. The whole answer may be larger than all that is stored. */
async function* streamGroups(groups: readonly Group[]): AsyncGenerator<Uint8Array> {
  yield* writeGroups(groups);
}

function* writeGroups(groups: readonly Group[]): Generator<Uint8Array> {
  const writer = new MetricsJsonWriter();
  try {
    writer.write('{"status":"success","data":[');
    for (const [i, group] of groups.entries()) {
      writer.write(i > 0 ? ',{' : '{');
      yield* writeMembers(group, writer);
      writer.write('}');
      if (writer.isFull) yield writer.take();
    }
    writer.write(']}');
    yield writer.take();
  } finally {
    writer.close();
  }
}

/** A group in the form of the query API: some fixed keys, then its families. */
function* writeMembers(group: Group, writer: MetricsJsonWriter): Generator<Uint8Array> {
  const { families } = group;
  const fixed = listFixedMembers(group, writer);
  // A family that is named like one of the two fixed keys replaces it, as in the reference; and names that are integers come first.
  const isPlain = !families.has('labels') && !families.has('last_push_successful') && !hasNumberName(families.keys());
  if (!isPlain) {
    const members: readonly GroupMember[] = Object.entries(Object.fromEntries([...fixed, ...listFamilies(families)]));
    yield* writeInOrder(members, writer);
    return;
  }
  writer.write(fixed.map(([name, member]) => `"${name}":${member}`).join(','));
  if (families.size === 0) return;
  writer.write(',');
  if (families instanceof FormFamilies && writer.writeForm(families)) return;
  yield* writeInOrder(listFamilies(families), writer);
}

function* writeInOrder(members: readonly GroupMember[], writer: MetricsJsonWriter): Generator<Uint8Array> {
  for (const [i, [name, member]] of members.entries()) {
    writer.write(`${i > 0 ? ',' : ''}${writer.quote(name)}:`);
    if (typeof member === 'string') writer.write(member);
    else yield* writer.writeFamily(member);
  }
}

/** What is shown of every group by name, as JSON. */
function listFixedMembers({ key, pushTimeSeconds, failureTimeSeconds }: Group, writer: MetricsJsonWriter): readonly TextMember[] {
  const labels = renderLabels(key.labels);
  const hasInstance = key.labels.some(({ name }) => name === 'instance');
  const metricLabels = hasInstance ? labels : renderLabels([...key.labels, noInstance].sort((a, b) => compareAsBytes(a.name, b.name)));
  const pushedAtMs = pushTimeSeconds * 1000;
  const failedAtMs = failureTimeSeconds === 0 ? pushedAtMs : failureTimeSeconds * 1000;
  return [
    ['labels', labels],
    ['last_push_successful', `${failureTimeSeconds <= pushTimeSeconds}`],
    [pushTimeName, writer.renderGauge(pushTimeTitle, pushedAtMs, metricLabels, pushTimeSeconds)],
    [pushFailureTimeName, writer.renderGauge(failureTimeTitle, failedAtMs, metricLabels, failureTimeSeconds)],
  ];
}

function listFamilies(families: FamilyTable): readonly GroupMember[] {
  return Array.from(plainFamilies(families).values(), (family) => [family.name, family] as const);
}

type TextMember = readonly [name: string, json: string];
type GroupMember = readonly [name: string, member: StoredFamily | string];

/** What the labels of a metric end with where nobody names one (SPEC §4.2). */
const noInstance: LabelPair = { name: 'instance', value: '' };

/** What is said of the two push times is the same in every group. */
const anyGroup: Group = { key: createGroupingKey(new Map()), families: new Map(), pushTimeSeconds: 0, failureTimeSeconds: 0 };
const pushTimeTitle = createPushTimeFamily(anyGroup);
const failureTimeTitle = createPushFailureTimeFamily(anyGroup);

function hasNumberName(names: Iterable<string>): boolean {
  for (const name of names) if (name.charCodeAt(0) <= 57 /* 9 */) return true;
  return false;
}

function renderLabels(labels: readonly LabelPair[]): string {
  // Names that are integers come first in an object; and not an object literal, since a label may have any name.
  if (hasNumberName(labels.map(({ name }) => name)))
    return JSON.stringify(Object.fromEntries(labels.map(({ name, value }) => [name, value])));
  return `{${labels.map(({ name, value }) => `${JSON.stringify(name)}:${JSON.stringify(value)}`).join(',')}}`;
}
