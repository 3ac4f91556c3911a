import { formatRfc3339Nano } from '../exposition/metrics-json.ts';
import { MetricsJsonWriter } from '../exposition/metrics-json-writer.ts';
import type { HttpHandler, HttpReply } from '../http/types.ts';
import type { Group } from '../model/group.ts';
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
    for (const { group } of catalog.deletedSince(attempt.atMs)) {
      rememberWrite(gateway, request, { ...attempt, key: group.key }, 'DELETE', accepted.status, null);
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
  writer.write('{"status":"success","data":[');
  for (const [i, group] of groups.entries()) {
    if (i > 0) writer.write(',');
    yield* writeGroup(group, writer);
  }
  writer.write(']}');
  yield writer.take();
}

/**
 * A group in the form of the query API. A family that is named like one of the two fixed keys replaces it, as in the reference; an object
 * knows where it stands then.
 */
function* writeGroup(group: Group, writer: MetricsJsonWriter): Generator<Uint8Array> {
  const { key, families, pushTimeSeconds, failureTimeSeconds } = group;
  const pushedAtMs = pushTimeSeconds * 1000;
  const failedAtMs = failureTimeSeconds === 0 ? pushedAtMs : failureTimeSeconds * 1000;
  // Not an object literal: a family may be called __proto__.
  const members = Object.fromEntries<string | StoredFamily>([
    ['labels', JSON.stringify(Object.fromEntries(key.labels.map(({ name, value }) => [name, value])))],
    ['last_push_successful', `${failureTimeSeconds <= pushTimeSeconds}`],
    [pushTimeName, { ...createPushTimeFamily(group), pushedAtMs }],
    [pushFailureTimeName, { ...createPushFailureTimeFamily(group), pushedAtMs: failedAtMs }],
    ...families,
  ]);
  let mark = '{';
  for (const [name, member] of Object.entries(members)) {
    writer.write(`${mark}${JSON.stringify(name)}:`);
    mark = ',';
    if (typeof member === 'string') writer.write(member);
    else yield* writer.writeFamily(member);
  }
  writer.write('}');
}
