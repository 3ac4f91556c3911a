import { formatRfc3339Nano, familyToJson } from '../exposition/metrics-json.ts';
import { readFamily } from '../exposition/store-family.ts';
import type { HttpHandler, HttpReply } from '../http/types.ts';
import type { Group } from '../model/group.ts';
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
  return () => ({ status: 200, headers: jsonHeaders, body: writeGroups([...store.groups()]) });
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

/** One chunk per some groups: the whole answer may be larger than all that is stored. */
async function* writeGroups(groups: readonly Group[]): AsyncGenerator<Uint8Array> {
  let text = '{"status":"success","data":[';
  for (const [i, group] of groups.entries()) {
    text += `${i === 0 ? '' : ','}${JSON.stringify(groupToJson(group))}`;
    if (text.length < jsonChunkLength) continue;
    yield Buffer.from(text);
    text = '';
  }
  yield Buffer.from(`${text}]}`);
}

const jsonChunkLength = 64 * 1024;

/** A group in the form of the query API. A family that is named like one of the two fixed keys replaces it, as in the reference. */
function groupToJson(group: Group): Record<string, unknown> {
  const { key, families, pushTimeSeconds, failureTimeSeconds } = group;
  const pushedAtMs = pushTimeSeconds * 1000;
  // Not an object literal: a family may be called __proto__.
  return Object.fromEntries<unknown>([
    ['labels', Object.fromEntries(key.labels.map(({ name, value }) => [name, value]))],
    ['last_push_successful', failureTimeSeconds <= pushTimeSeconds],
    [pushTimeName, familyToJson(readFamily(createPushTimeFamily(group)), pushedAtMs)],
    [
      pushFailureTimeName,
      familyToJson(readFamily(createPushFailureTimeFamily(group)), failureTimeSeconds === 0 ? pushedAtMs : failureTimeSeconds * 1000),
    ],
    ...[...families.values()].map((family) => [family.name, familyToJson(readFamily(family), family.pushedAtMs)] as const),
  ]);
}
