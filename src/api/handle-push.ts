import { Refusal } from '../base/errors.ts';
import type { DecodedPush } from '../exposition/decode-push.ts';
import { countSamples } from '../exposition/form-families.ts';
import type { HttpHandler, HttpReply, HttpRequest } from '../http/types.ts';
import type { GroupingKey } from '../model/grouping-key.ts';
import type { Gateway } from './gateway.ts';
import type { GroupingPath } from './parse-grouping-path.ts';
import { type Attempt, deleteGroup, isFailure, rememberWrite, statusOf } from './remember-write.ts';
import { requireLoaded } from './when-loaded.ts';

const accepted: HttpReply = { status: 202 };
const stored: HttpReply = { status: 200 };

/** What is known of a push while it is worked on. */
interface PushAttempt extends Omit<Attempt, 'key'> {
  /** Null: the path names no group. */
  key: GroupingKey | null;
  atMs: number | null;
  bytes: number;
  samples: number;
  /** Whether the body could be read: what comes now comes from the store. */
  isDecoded: boolean;
}

/**
 * PUT (`replace`) and POST (`add`) of metrics into the group that the path names (SPEC §4). The order of the steps is the contract: a bad
 * path or body leaves the group untouched; what the store refuses stamps the group's failure time. Hot path: one promise for each push, and
 * a body that is there is not waited for.
 */
export function createPushHandler(gateway: Gateway, kind: 'replace' | 'add', isJobBase64: boolean): HttpHandler {
  return async (request) => {
    const startMs = performance.now();
    const attempt: PushAttempt = { key: null, scope: 'group', startMs, atMs: null, bytes: 0, samples: 0, isDecoded: false };
    let error: unknown = null;
    try {
      requireLoaded(gateway);
      const key = gateway.paths.parse(groupingPathOf(request, isJobBase64));
      attempt.key = key;
      const body = request.readBody();
      const decoded = decodePush(gateway, request, key, body instanceof Promise ? await body : body, attempt);
      await gateway.writes.submit({ kind, key, ...decoded });
    } catch (thrown) {
      error = thrown;
    }
    return concludePush(gateway, request, attempt, error);
  };
}

/** DELETE of the group that the path names: 202, whether there was such a group or not (SPEC §4.2). */
export function createDeleteHandler(gateway: Gateway, isJobBase64: boolean): HttpHandler {
  return async (request) => {
    await deleteGroup(gateway, request, gateway.paths.parse(groupingPathOf(request, isJobBase64)), 'group', accepted.status);
    return accepted;
  };
}

function decodePush(
  { clock, decoder }: Gateway,
  { headers }: HttpRequest,
  key: GroupingKey,
  body: Buffer,
  attempt: PushAttempt,
): DecodedPush & { readonly atMs: number } {
  const atMs = clock.nowMs();
  attempt.bytes = body.length;
  attempt.atMs = atMs;
  const { families, hasTimestamps } = decoder.decode(body, headers['content-type'], key, atMs);
  attempt.samples = countSamples(families);
  attempt.isDecoded = true;
  return { families, hasTimestamps, atMs };
}

/**
 * Tells everybody what came of a push, and answers it; throws what it was refused with. Without checks it is answered with 202 even if the
 * store refused it, as long as the store is there (SPEC §4.3). The history learns of all but a bad path.
 */
function concludePush(gateway: Gateway, request: HttpRequest, attempt: PushAttempt, error: unknown): HttpReply {
  const { telemetry, changes, options } = gateway;
  const { key, startMs, isDecoded } = attempt;
  const isRefusedByStore = isDecoded && error instanceof Refusal;
  if (isRefusedByStore && !isFailure(error)) logRefusal(gateway, request, error);
  const isForgiven = isRefusedByStore && !isFailure(error) && !options.isChecked;
  const success = options.isChecked ? stored : accepted;
  const status = error === null || isForgiven ? success.status : statusOf(error);
  telemetry.countRequest('push', request.method, status);
  telemetry.observePush(request.method, request.approximateSizeBytes(), (performance.now() - startMs) / 1000);
  if (key !== null) rememberWrite(gateway, request, { ...attempt, key }, request.method, status, error);
  if (error === null || isForgiven) return success;
  // Of what the store has refused, those who listen have heard from the store.
  if (key !== null && (!isRefusedByStore || isFailure(error))) changes.note(key.id, 'failed');
  throw error as Error;
}

function groupingPathOf({ params, hasInvalidUtf8 }: HttpRequest, isJobBase64: boolean): GroupingPath {
  return { job: params['job'] ?? '', isJobBase64, labels: params['labels'] ?? '', hasInvalidUtf8 };
}

function logRefusal({ repeats }: Gateway, { method, path, remoteAddress }: HttpRequest, { code, message }: Refusal): void {
  repeats.error(`refused ${path}`, { method, path, source: remoteAddress, code, err: message }, 'Refused a push');
}
