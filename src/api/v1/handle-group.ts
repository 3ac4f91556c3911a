import { compareAsBytes } from '../../base/bytes.ts';
import { formatRfc3339Nano } from '../../exposition/metrics-json.ts';
import { readMetrics } from '../../exposition/read-metrics.ts';
import { readFamily } from '../../exposition/store-family.ts';
import type { HttpHandler } from '../../http/types.ts';
import type { Group } from '../../model/group.ts';
import type { StoredFamily } from '../../model/stored-family.ts';
import { badParameter, groupNotFound } from '../errors.ts';
import type { Gateway } from '../gateway.ts';
import { metricsPerPageDefault, metricsPerPageMax, searchLengthMax } from '../limits.ts';
import type { FamilyDetail, GroupDetail } from '../types.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { createValueLookup, describeMetric } from './describe-family.ts';
import { describeGroup, describeWrite } from './describe-group.ts';
import { decodeGroupId } from './group-id.ts';
import { replyWithData } from './json-reply.ts';
import type { Position } from './page-selector.ts';
import { parseQuery, readCount, readSwitch } from './query.ts';

/** GET `/api/v1/groups/<id>`: what is stored of a group, metrics a page at a time, and what happened to it lately. */
export function createGroupHandler(gateway: Gateway): HttpHandler {
  const { catalog, history } = gateway;
  return ({ params, rawQuery }) => {
    const query = parseQuery(rawQuery, ['name', 'family', 'limit', 'cursor', 'deleted']);
    const id = decodeGroupId(params['id'] ?? '');
    const row = catalog.find(id) ?? (readSwitch(query, 'deleted') ? catalog.findDeleted(id) : undefined);
    if (row === undefined) throw groupNotFound(`there is no group with the id ${params['id'] ?? ''}: it was deleted, or never pushed`);
    const families = filterFamilies(row.group, query);
    const limit = readCount(query, 'limit', metricsPerPageDefault, metricsPerPageMax);
    const page = takePage(families, limit, decodeCursor('group', query.get('cursor')));
    return replyWithData<GroupDetail>({
      group: describeGroup(row, history),
      matched_families: families.length,
      families: page.parts.map((part) => describeFamily(gateway, row.group, part)),
      next_cursor: page.next === null ? null : encodeCursor('group', page.next),
      history: history.of(row.id).map(describeWrite),
    });
  };
}

/** By name; `name=` is a part of it in any letter case, `family=` all of it. */
function filterFamilies({ families }: Group, query: URLSearchParams): StoredFamily[] {
  const part = (query.get('name') ?? '').toLowerCase();
  if (part.length > searchLengthMax) throw badParameter(`name= has ${part.length} characters: ${searchLengthMax} are the most`);
  const whole = query.get('family');
  return [...families.values()]
    .filter(({ name }) => (whole === null || name === whole) && name.toLowerCase().includes(part))
    .sort((a, b) => compareAsBytes(a.name, b.name));
}

/** Some metrics of a family. */
interface FamilyPart {
  readonly family: StoredFamily;
  readonly start: number;
  readonly end: number;
}

/** The position of a page's end is the family it ended in and the number of metrics that were shown of it. */
function takePage(
  families: readonly StoredFamily[],
  limit: number,
  after: Position | null,
): { parts: FamilyPart[]; next: Position | null } {
  const parts: FamilyPart[] = [];
  let left = limit;
  for (const family of families) {
    const order = after === null ? 1 : compareAsBytes(family.name, after.id);
    if (order < 0) continue;
    const start = order === 0 ? Math.trunc(Math.max(0, Number(after?.key) || 0)) : 0;
    if (order === 0 && start >= family.metricCount) continue;
    if (left <= 0) return { parts, next: endOf(parts) };
    const end = Math.min(family.metricCount, start + left);
    parts.push({ family, start, end });
    // A family without metrics takes a place too, so that no page is without end.
    left -= Math.max(1, end - start);
    if (end < family.metricCount) return { parts, next: endOf(parts) };
  }
  return { parts, next: null };
}

function endOf(parts: readonly FamilyPart[]): Position | null {
  const last = parts.at(-1);
  return last === undefined ? null : { key: last.end, id: last.family.name };
}

function describeFamily({ previous, store }: Gateway, { key }: Group, { family, start, end }: FamilyPart): FamilyDetail {
  const { name, type, help, metricCount, sampleCount, home, pushedAtMs } = family;
  const before = previous.find(key.id, name);
  const previousValueOf = createValueLookup(before === null ? null : readFamily(before));
  return {
    name,
    type,
    help,
    time: formatRfc3339Nano(pushedAtMs),
    metric_count: metricCount,
    sample_count: sampleCount,
    bytes: home.end - home.start,
    inconsistency: store.inconsistencyOf(key.id, name),
    first_metric: start,
    metrics: readMetrics(family, start, end).map((metric) => describeMetric(metric, key, previousValueOf)),
  };
}
