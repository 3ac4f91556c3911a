import { Refusal } from '../base/errors.ts';
import type { LogFields } from '../base/logger.ts';
import type { DecodedPush } from '../exposition/decode-push.ts';
import type { HttpHandler, HttpReply, HttpRequest } from '../http/types.ts';
import type { GroupingKey } from '../model/grouping-key.ts';
import type { Gateway } from './gateway.ts';
import type { GroupingPath } from './parse-grouping-path.ts';

const accepted: HttpReply = { status: 202 };
const stored: HttpReply = { status: 200 };

/**
 * PUT (`replace`) and POST (`add`) of metrics into the group that the path names (SPEC §4). The order of the steps is the contract: a bad
 * path or body leaves the group untouched; what the store refuses stamps the group's failure time.
 */
export function createPushHandler(gateway: Gateway, kind: 'replace' | 'add', isJobBase64: boolean): HttpHandler {
  const { clock, options, paths, writes } = gateway;
  return async (request) => {
    const key = paths.parse(groupingPathOf(request, isJobBase64));
    const body = await request.readBody();
    const atMs = clock.nowMs();
    const push = decode(gateway, request, body, key, atMs);
    try {
      await writes.submit({ kind, key, ...push, atMs });
    } catch (error) {
      return replyToRefusedPush(gateway, request, error);
    }
    return options.isChecked ? stored : accepted;
  };
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

/** DELETE of the group that the path names: 202, whether there was such a group or not (SPEC §4.2). */
export function createDeleteHandler({ clock, paths, writes }: Gateway, isJobBase64: boolean): HttpHandler {
  return async (request) => {
    const key = paths.parse(groupingPathOf(request, isJobBase64));
    if (!key.hasInvalidUtf8) await writes.submit({ kind: 'delete', key, atMs: clock.nowMs() });
    return accepted;
  };
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
