import { isUtf8 } from 'node:buffer';
import { escapeName } from '../../model/escaping.ts';
import type { GroupingKey } from '../../model/grouping-key.ts';

/**
 * The id of a group on the wire: its `GroupingKey.id` in base64 of the URL-safe alphabet. It holds all labels, so it stays the same over
 * restarts and replicas, and finding the group takes no index.
 */
export function encodeGroupId(id: string): string {
  return Buffer.from(id).toString('base64url');
}

/** The `GroupingKey.id` in an id on the wire. What was not made by `encodeGroupId` names no group. */
export function decodeGroupId(encoded: string): string {
  const bytes = Buffer.from(encoded, 'base64url');
  return isUtf8(bytes) ? bytes.toString() : '';
}

/** A group as a push URL names it, without a slash at the start: `metrics/job/nightly/instance/a` (SPEC §3). */
export function writePushPath({ labels }: GroupingKey): string {
  const job = labels.filter(({ name }) => name === 'job');
  const others = labels.filter(({ name }) => name !== 'job');
  return `metrics${[...job, ...others].map(({ name, value }) => writePair(name, value)).join('')}`;
}

/** In base64 goes what a path cannot hold: nothing, slashes, and the dots that are taken for folders. */
function writePair(name: string, value: string): string {
  const written = encodeURIComponent(escapeName(name, 'values'));
  const needsBase64 = value === '' || value.includes('/') || value === '.' || value === '..';
  return needsBase64 ? `/${written}@base64/${Buffer.from(value).toString('base64url') || '='}` : `/${written}/${encodeURIComponent(value)}`;
}
