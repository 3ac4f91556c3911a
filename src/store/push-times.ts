import type { FamilyTable } from '../model/family-table.ts';
import type { GroupingKey } from '../model/grouping-key.ts';
import type { Group } from '../model/group.ts';
import { createMetric } from '../model/metric-draft.ts';
import type { MetricFamily } from '../model/metric-family.ts';
import type { StoredFamily } from '../model/stored-family.ts';
import type { ExposedFamily } from '../exposition/exposed-family.ts';
import { formatGoFloat } from '../exposition/go-number.ts';
import { FormFamilies } from '../exposition/form-families.ts';
import { prepareGroupingLabels } from '../exposition/merged-labels.ts';
import { encodeStoredMetrics } from '../exposition/protobuf/encode-stored.ts';
import { renderLabel } from '../exposition/sample-text.ts';
import { readFamily, storeFamily } from '../exposition/store-family.ts';
import { type EscapingScheme, escapeName } from '../model/escaping.ts';
import { isLegacyLabelName } from '../model/names.ts';
import { timesEncodedAtOnce } from './limits.ts';

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

/** Both families over these groups, as a scrape shows them. They are written anew for each scrape, since every push changes one of them. */
export function exposePushTimes(groups: readonly Group[]): readonly ExposedFamily[] {
  if (groups.length === 0) return [];
  const expose = (name: string, help: string, timeOf: (group: Group) => number, create: (group: Group) => StoredFamily): ExposedFamily => ({
    name,
    help,
    type: 'gauge',
    parts: [
      {
        *writeText(page, scheme) {
          for (const group of groups) {
            const line = `${name}{${renderLabels(group, scheme)}} ${formatGoFloat(timeOf(group))}\n`;
            if (!page.hasRoom(line.length)) yield page.take();
            page.append(line);
          }
        },
        *protobufs(scheme) {
          for (let i = 0; i < groups.length; i += timesEncodedAtOnce) {
            yield encodeStoredMetrics(groups.slice(i, i + timesEncodedAtOnce).map(create), scheme);
          }
        },
        *families() {
          for (const group of groups) yield readFamily(create(group));
        },
      },
    ],
  });
  return [
    expose(pushFailureTimeName, pushFailureTimeHelp, ({ failureTimeSeconds }) => failureTimeSeconds, createPushFailureTimeFamily),
    expose(pushTimeName, pushTimeHelp, ({ pushTimeSeconds }) => pushTimeSeconds, createPushTimeFamily),
  ];
}

/** The labels of keys that were shown, in latin1 strings of their bytes, where no escaping scheme changes them; a key lives as long as its group. */
const renderedKeys = new WeakMap<GroupingKey, string>();

/** As `renderKey`, from what is at hand. */
function renderLabels({ key, families }: Group, scheme: EscapingScheme): string {
  return families instanceof FormFamilies ? families.labelsText : renderKey(key, scheme);
}

/** The labels of a metric that has none but those of its group, as they stand between the braces, in latin1. */
function renderKey(key: GroupingKey, scheme: EscapingScheme): string {
  const known = renderedKeys.get(key);
  if (known !== undefined) return known;
  const { labelsWithInstance } = prepareGroupingLabels(key);
  if (!key.labels.every(({ name }) => isLegacyLabelName(name))) {
    const escaped = labelsWithInstance.map(({ name, value }) =>
      renderLabel(isLegacyLabelName(name) ? name : escapeName(name, scheme), value),
    );
    return toLatin1(escaped.join(','));
  }
  const rendered = toLatin1(labelsWithInstance.map(({ text }) => text).join(','));
  renderedKeys.set(key, rendered);
  return rendered;
}

function toLatin1(text: string): string {
  return Buffer.from(text).toString('latin1');
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
