import { formatRfc3339Nano } from '../../exposition/metrics-json.ts';
import type { PushHistory } from '../../history/push-history.ts';
import type { WriteRecord } from '../../history/write-record.ts';
import type { GroupingKey } from '../../model/grouping-key.ts';
import { writePushPath } from '../../model/push-path.ts';
import type { GroupSummary, LabelMap, PushRecord } from '../types.ts';
import { encodeGroupId } from './group-id.ts';
import type { GroupRow } from './group-row.ts';

/** A group as the list shows it. */
export function describeGroup(row: GroupRow, history: PushHistory): GroupSummary {
  const { group, id, state, samples, bytes, deletedAtMs, failureMs } = row;
  const { key, families, pushTimeSeconds } = group;
  return {
    id: encodeGroupId(id),
    labels: describeLabels(key),
    push_path: writePushPath(key.labels),
    state,
    last_push: formatTime(pushTimeSeconds * 1000),
    deleted: formatTime(deletedAtMs),
    last_failure: formatTime(failureMs),
    failure_reason: failureMs === 0 ? null : (history.latestFailure(id)?.error ?? null),
    families: families.size,
    samples,
    bytes,
    last_source: history.latest(id)?.remoteAddress ?? null,
  };
}

/** Without a prototype, so that no label name means anything but itself. */
export function describeLabels({ labels }: Pick<GroupingKey, 'labels'>): LabelMap {
  const map = Object.create(null) as Record<string, string>;
  for (const { name, value } of labels) map[name] = value;
  return map;
}

export function describeWrite(record: WriteRecord): PushRecord {
  const { atMs, method, scope, outcome, status, error, bytes, samples, durationMs, remoteAddress, userAgent } = record;
  return {
    time: formatRfc3339Nano(atMs),
    method: method as PushRecord['method'],
    scope,
    outcome,
    status,
    error,
    bytes,
    samples,
    duration_seconds: durationMs / 1000,
    remote_address: remoteAddress,
    user_agent: userAgent,
  };
}

/** `null` for 0, which stands for never. */
function formatTime(unixMs: number): string | null {
  return unixMs === 0 ? null : formatRfc3339Nano(unixMs);
}
