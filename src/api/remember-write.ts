import { Refusal } from '../base/errors.ts';
import { cutError } from '../history/push-history.ts';
import type { WriteScope } from '../history/write-record.ts';
import type { HttpRequest } from '../http/types.ts';
import type { GroupingKey } from '../model/grouping-key.ts';
import type { Gateway } from './gateway.ts';

/** A write to a group as far as it came. */
export interface Attempt {
  readonly key: GroupingKey;
  readonly scope: WriteScope;
  /** Of `performance.now()`. */
  readonly startMs: number;
  /** The time that the store is told; `null`: it came not that far. */
  readonly atMs: number | null;
  readonly bytes: number;
  readonly samples: number;
}

/**
 * Tells the history of a write that was answered with this status; `error`: why it was not stored, or `null`. `method`: what it did to the
 * group. Hot path: once per push.
 */
export function rememberWrite(
  { clock, history }: Gateway,
  { remoteAddress, headers }: HttpRequest,
  attempt: Attempt,
  method: string,
  status: number,
  error: unknown,
): void {
  const { key, scope, startMs, atMs, bytes, samples } = attempt;
  history.record(key, {
    atMs: atMs ?? clock.nowMs(),
    method,
    scope,
    outcome: error === null ? 'stored' : isFailure(error) ? 'failed' : 'refused',
    status,
    error: error === null ? null : error instanceof Refusal ? cutError(error.message) : 'the server made a mistake; its log says more',
    bytes,
    samples,
    durationMs: performance.now() - startMs,
    remoteAddress,
    userAgent: history.shareUserAgent(headers['user-agent']),
  });
}

/** Not the caller's fault. */
export function isFailure(error: unknown): boolean {
  return !(error instanceof Refusal) || error.status >= 500;
}

export function statusOf(error: unknown): number {
  return error instanceof Refusal ? error.status : 500;
}

/** Deletes a group, and tells the history and those who listen what came of it. */
export async function deleteGroup(
  gateway: Gateway,
  request: HttpRequest,
  key: GroupingKey,
  scope: WriteScope,
  status: number,
): Promise<void> {
  const atMs = gateway.clock.nowMs();
  const attempt: Attempt = { key, scope, startMs: performance.now(), atMs, bytes: 0, samples: 0 };
  try {
    // A key that is no text was never pushed to.
    if (!key.hasInvalidUtf8) await gateway.writes.submit({ kind: 'delete', key, atMs });
    rememberWrite(gateway, request, attempt, 'DELETE', status, null);
  } catch (error) {
    rememberWrite(gateway, request, attempt, 'DELETE', statusOf(error), error);
    gateway.changes.note(key.id, 'failed');
    throw error;
  }
}
