import { escapeName } from './escaping.ts';
import type { LabelPair } from './metric-family.ts';

/**
 * A group as a push URL names it, without a slash at the start: `metrics/job/nightly/instance/a` (SPEC §3). Names outside the legacy pattern
 * are escaped (`U__`), which a server without UTF-8 names takes for names of their own.
 */
export function writePushPath(labels: readonly LabelPair[]): string {
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
