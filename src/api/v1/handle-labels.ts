import type { HttpHandler } from '../../http/types.ts';
import type { Gateway } from '../gateway.ts';
import { badParameter } from '../errors.ts';
import { completionsDefault, completionsMax, completionValuesCountedMax, searchLengthMax } from '../limits.ts';
import type { Completions } from '../types.ts';
import type { GroupRow } from './group-row.ts';
import { replyWithData } from './json-reply.ts';
import { PageSelector } from './page-selector.ts';
import { parseQuery, readCount, readSelectors } from './query.ts';

/** GET `/api/v1/labels`: names of grouping labels, the most frequent first. */
export function createLabelNamesHandler(gateway: Gateway): HttpHandler {
  return ({ rawQuery }) => replyWithCounts(gateway, rawQuery, ({ group }) => group.key.labels.map(({ name }) => name));
}

/** GET `/api/v1/label/<name>/values`: values of a grouping label; of `__name__` the families that groups hold. */
export function createLabelValuesHandler(gateway: Gateway): HttpHandler {
  return ({ params, rawQuery }) => {
    const name = params['name'] ?? '';
    if (name === '__name__') return replyWithCounts(gateway, rawQuery, (row) => row.familyNames.names);
    return replyWithCounts(gateway, rawQuery, (row) => [row.labelValue(name)]);
  };
}

function replyWithCounts(
  { catalog }: Gateway,
  rawQuery: string,
  valuesOf: (row: GroupRow) => readonly string[],
): ReturnType<typeof replyWithData> {
  const query = parseQuery(rawQuery, ['match[]', 'search', 'limit']);
  const limit = readCount(query, 'limit', completionsDefault, completionsMax);
  const part = (query.get('search') ?? '').toLowerCase();
  if (part.length > searchLengthMax) throw badParameter(`cannot search for ${part.length} characters: ${searchLengthMax} are the most`);
  const counts = new Map<string, number>();
  let isTruncated = false;
  for (const row of catalog.select({ selectors: readSelectors(query), search: [], state: null })) {
    for (const value of valuesOf(row)) {
      const count = counts.get(value);
      if (count !== undefined) counts.set(value, count + 1);
      else if (part !== '' && !value.toLowerCase().includes(part)) continue;
      else if (counts.size < completionValuesCountedMax) counts.set(value, 1);
      else isTruncated = true;
    }
  }
  counts.delete('');
  const page = new PageSelector<null>(limit, true, null);
  for (const [value, groups] of counts) page.offer(groups, value, null);
  const values = page.finish().map(({ position }) => ({ value: position.id, groups: Number(position.key) }));
  return replyWithData<Completions>({ values, is_truncated: isTruncated || page.hasMore });
}
