import { Refusal } from '../base/errors.ts';
import type { LogFields } from '../base/logger.ts';
import { countSamples } from '../exposition/form-families.ts';
import type { HttpHandler, HttpReply, HttpRequest } from '../http/types.ts';
import type { Gateway } from './gateway.ts';
import type { GroupingPath } from './parse-grouping-path.ts';
import { type Attempt, deleteGroup, isFailure, rememberWrite, statusOf } from './remember-write.ts';

const accepted: HttpReply = { status: 202 };
const stored: HttpReply = { status: 200 };

/** What is known of a push while it is worked on. */
interface PushAttempt extends Attempt {
  atMs: number | null;
  bytes: number;
  samples: number;
  /** What the store said against it; the answer may still be that it was accepted. */
  refusal: Refusal | null;
}

/**
 * PUT (`replace`) and POST (`add`) of metrics into the group that the path names (SPEC §4). The order of the steps is the contract: a bad
 * path or body leaves the group untouched; what the store refuses stamps the group's failure time. The history learns of all but a bad path.
 */
export function createPushHandler(gateway: Gateway, kind: 'replace' | 'add', isJobBase64: boolean): HttpHandler {
  return async (request) => {
    const key = gateway.paths.parse(groupingPathOf(request, isJobBase64));
    const attempt: PushAttempt = { key, scope: 'group', startMs: performance.now(), atMs: null, bytes: 0, samples: 0, refusal: null };
    try {
      const body = request.readBody();
      const reply = await push(gateway, kind, request, body instanceof Promise ? await body : body, attempt);
      rememberWrite(gateway, request, attempt, request.method, reply.status, attempt.refusal);
      return reply;
    } catch (error) {
      rememberWrite(gateway, request, attempt, request.method, statusOf(error), error);
      // Of what the store has refused, those who listen have heard from the store.
      if (attempt.refusal === null || isFailure(error)) gateway.changes.note(key.id, 'failed');
      throw error;
    }
  };
}

/** DELETE of the group that the path names: 202, whether there was such a group or not (SPEC §4.2). */
export function createDeleteHandler(gateway: Gateway, isJobBase64: boolean): HttpHandler {
  return async (request) => {
    await deleteGroup(gateway, request, gateway.paths.parse(groupingPathOf(request, isJobBase64)), 'group', accepted.status);
    return accepted;
  };
}

async function push(
  gateway: Gateway,
  kind: 'replace' | 'add',
  request: HttpRequest,
  body: Buffer,
  attempt: PushAttempt,
): Promise<HttpReply> {
  const { clock, options, writes } = gateway;
  const { key } = attempt;
  attempt.bytes = body.length;
  const atMs = clock.nowMs();
  attempt.atMs = atMs;
  const decoded = gateway.decoder.decode(body, request.headers['content-type'], key, atMs);
  attempt.samples = countSamples(decoded.families);
  try {
    await writes.submit({ kind, key, ...decoded, atMs });
  } catch (error) {
    if (error instanceof Refusal) attempt.refusal = error;
    return replyToRefusedPush(gateway, request, error);
  }
  return options.isChecked ? stored : accepted;
}

function groupingPathOf({ params, hasInvalidUtf8 }: HttpRequest, isJobBase64: boolean): GroupingPath {
  return { job: params['job'] ?? '', isJobBase64, labels: params['labels'] ?? '', hasInvalidUtf8 };
}

/** Without checks a push is answered with 202 even if the store refused it, as long as the store is there (SPEC §4.3). */
function replyToRefusedPush({ options, repeats }: Gateway, request: HttpRequest, error: unknown): HttpReply {
  if (!(error instanceof Refusal)) throw error;
  if (error.status < 500) {
    repeats.error(`refused ${request.path}`, describePush(request, error), 'Refused a push');
    if (!options.isChecked) return accepted;
  }
  throw error;
}

function describePush({ method, path, remoteAddress }: HttpRequest, { code, message }: Refusal): LogFields {
  return { method, path, source: remoteAddress, code, err: message };
}
