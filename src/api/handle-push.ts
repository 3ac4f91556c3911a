import { Refusal } from '../base/errors.ts';
import type { LogFields } from '../base/logger.ts';
import type { DecodedPush } from '../exposition/decode-push.ts';
import { cutError } from '../history/push-history.ts';
import type { HttpHandler, HttpReply, HttpRequest } from '../http/types.ts';
import type { GroupingKey } from '../model/grouping-key.ts';
import type { StoredFamily } from '../model/stored-family.ts';
import type { Gateway } from './gateway.ts';
import type { GroupingPath } from './parse-grouping-path.ts';

const accepted: HttpReply = { status: 202 };
const stored: HttpReply = { status: 200 };

/** What is known of a push while it is worked on. */
interface Attempt {
  readonly key: GroupingKey;
  readonly startMs: number;
  /** The time that the store is told; `null`: it came not that far. */
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
    const attempt: Attempt = { key, startMs: performance.now(), atMs: null, bytes: 0, samples: 0, refusal: null };
    try {
      const reply = await push(gateway, kind, request, attempt);
      remember(gateway, request, attempt, reply.status, attempt.refusal);
      return reply;
    } catch (error) {
      remember(gateway, request, attempt, error instanceof Refusal ? error.status : 500, error);
      throw error;
    }
  };
}

/** DELETE of the group that the path names: 202, whether there was such a group or not (SPEC §4.2). */
export function createDeleteHandler(gateway: Gateway, isJobBase64: boolean): HttpHandler {
  const { clock, paths, writes } = gateway;
  return async (request) => {
    const key = paths.parse(groupingPathOf(request, isJobBase64));
    const attempt: Attempt = { key, startMs: performance.now(), atMs: null, bytes: 0, samples: 0, refusal: null };
    if (!key.hasInvalidUtf8) await writes.submit({ kind: 'delete', key, atMs: clock.nowMs() });
    remember(gateway, request, attempt, accepted.status, null);
    return accepted;
  };
}

async function push(gateway: Gateway, kind: 'replace' | 'add', request: HttpRequest, attempt: Attempt): Promise<HttpReply> {
  const { clock, options, writes } = gateway;
  const { key } = attempt;
  const body = await request.readBody();
  attempt.bytes = body.length;
  const atMs = clock.nowMs();
  attempt.atMs = atMs;
  const decoded = decode(gateway, request, body, key, atMs);
  attempt.samples = countSamples(decoded.families);
  try {
    await writes.submit({ kind, key, ...decoded, atMs });
  } catch (error) {
    if (error instanceof Refusal) attempt.refusal = error;
    return replyToRefusedPush(gateway, request, error);
  }
  return options.isChecked ? stored : accepted;
}

/** A body that cannot be read is the client's affair, which gets the reason; the log tells of it only to who wants to know. */
function decode({ decoder, logger }: Gateway, request: HttpRequest, body: Buffer, key: GroupingKey, atMs: number): DecodedPush {
  try {
    return decoder.decode(body, request.headers['content-type'], key, atMs);
  } catch (error) {
    if (error instanceof Refusal) logger.debug(describePush(request, error), 'Cannot read a push');
    throw error;
  }
}

/** Tells the history, and those who listen of what the store did not hear of. Hot path: once per push. */
function remember({ changes, clock, history }: Gateway, request: HttpRequest, attempt: Attempt, status: number, error: unknown): void {
  const { key, startMs, bytes, samples, refusal } = attempt;
  const isFailure = error instanceof Refusal ? error.status >= 500 : error !== null;
  history.record(key.id, {
    atMs: attempt.atMs ?? clock.nowMs(),
    method: request.method,
    outcome: error === null ? 'stored' : isFailure ? 'failed' : 'refused',
    status,
    error: error === null ? null : error instanceof Refusal ? cutError(error.message) : 'the server made a mistake; its log says more',
    bytes,
    samples,
    durationMs: performance.now() - startMs,
    remoteAddress: request.remoteAddress,
    userAgent: history.shareUserAgent(request.headers['user-agent']),
  });
  if (error !== null && (refusal === null || isFailure)) changes.note(key.id, 'failed');
}

function countSamples(families: readonly StoredFamily[]): number {
  let samples = 0;
  for (const { sampleCount } of families) samples += sampleCount;
  return samples;
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
