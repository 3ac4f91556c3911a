import type { FamilyTable } from '../model/family-table.ts';
import type { GroupingKey } from '../model/grouping-key.ts';
import type { Group } from '../model/group.ts';
import { createMetric } from '../model/metric-draft.ts';
import type { MetricFamily } from '../model/metric-family.ts';
import type { StoredFamily } from '../model/stored-family.ts';
import type { ExposedFamily } from '../exposition/exposed-family.ts';
import { failureTimeStart, pushTimeStart } from '../exposition/page/group-image.ts';
import { readFamily, storeFamily } from '../exposition/store-family.ts';
import { ExposedTimes } from './exposed-times.ts';

/** The two families that every group holds, with their fixed HELP (SPEC §4.2). Pushed families of these names are never stored. */
export const pushTimeName = 'push_time_seconds';
export const pushFailureTimeName = 'push_failure_time_seconds';

const pushTimeHelp = 'Last Unix time when changing this group in the Pushgateway succeeded.';
const pushFailureTimeHelp = 'Last Unix time when changing this group in the Pushgateway failed.';

export function isPushTimeName(name: string): boolean {
  return name === pushTimeName || name === pushFailureTimeName;
}

/** `push_time_seconds` of a group: 0 until its first good push. */
export function createPushTimeFamily(group: Group): StoredFamily {
  return createTimeFamily(group.key, pushTimeName, pushTimeHelp, group.pushTimeSeconds);
}

/** `push_failure_time_seconds` of a group: 0 until its first refused push. */
export function createPushFailureTimeFamily(group: Group): StoredFamily {
  return createTimeFamily(group.key, pushFailureTimeName, pushFailureTimeHelp, group.failureTimeSeconds);
}

/** Both families over the groups at these slots, as a scrape shows them. */
export function exposePushTimes(slots: readonly number[]): readonly ExposedFamily[] {
  if (slots.length === 0) return [];
  const expose = (name: string, help: string, start: number, create: (group: Group) => StoredFamily): ExposedFamily => {
    return { name, help, type: 'gauge', parts: [new ExposedTimes({ name, start, slots, create })] };
  };
  return [
    expose(pushFailureTimeName, pushFailureTimeHelp, failureTimeStart, createPushFailureTimeFamily),
    expose(pushTimeName, pushTimeHelp, pushTimeStart, createPushTimeFamily),
  ];
}

/**
 * The failure time that a push brings along in a family of that name, in Unix seconds, or `null`. The reference stores such a family
 * as it is; we take its value only, so that help, type and labels stay ours (docs/differences.md).
 */
export function readPushedFailureTime(families: FamilyTable): number | null {
  const family = families.get(pushFailureTimeName);
  if (family?.flaw !== null) return null;
  const [metric] = readFamily(family).metrics;
  const seconds = (metric?.gauge ?? metric?.untyped ?? metric?.counter)?.value;
  return seconds !== undefined && seconds >= 0 && seconds < secondsMax ? seconds : null;
}

/** The year 9999, the last that RFC 3339 can write. */
const secondsMax = 253_402_300_800;

function createTimeFamily(key: GroupingKey, name: string, help: string, seconds: number): StoredFamily {
  const family: MetricFamily = {
    name,
    help,
    type: 'gauge',
    unit: null,
    metrics: [{ ...createMetric([]), gauge: { value: seconds, unknownFields: null } }],
    unknownFields: null,
    flaw: null,
  };
  return storeFamily(family, key, seconds * 1000);
}
