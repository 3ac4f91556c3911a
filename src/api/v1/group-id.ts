import { isUtf8 } from 'node:buffer';

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
