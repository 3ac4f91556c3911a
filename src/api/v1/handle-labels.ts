import type { HttpHandler } from '../../http/types.ts';
import type { Gateway } from '../gateway.ts';
import { badParameter } from '../errors.ts';
import { completionsDefault, completionsMax, searchLengthMax } from '../limits.ts';
import type { Completions } from '../types.ts';
import type { Count } from './catalog/tally.ts';
import type { GroupFilter } from './group-catalog.ts';
import { replyWithData } from './json-reply.ts';
import { PageSelector } from './page-selector.ts';
import { parseQuery, readCount, readSelectors } from './query.ts';

/** GET `/api/v1/labels`: names of grouping labels, the most frequent first. */
export function createLabelNamesHandler({ catalog }: Gateway): HttpHandler {
  return ({ rawQuery }) => replyWithCounts(rawQuery, (...asked) => catalog.countLabelNames(...asked));
}

/** GET `/api/v1/label/<name>/values`: values of a grouping label; of `__name__` the families that groups hold. */
export function createLabelValuesHandler({ catalog }: Gateway): HttpHandler {
  return ({ params, rawQuery }) => {
    const name = params['name'] ?? '';
    if (name === '__name__') return replyWithCounts(rawQuery, (...asked) => catalog.countFamilies(...asked));
    return replyWithCounts(rawQuery, (...asked) => catalog.countLabelValues(name, ...asked));
  };
}

function replyWithCounts(
  rawQuery: string,
  count: (filter: GroupFilter, part: string) => Iterable<Count>,
): ReturnType<typeof replyWithData> {
  const query = parseQuery(rawQuery, ['match[]', 'search', 'limit']);
  const limit = readCount(query, 'limit', completionsDefault, completionsMax);
  const part = (query.get('search') ?? '').toLowerCase();
  if (part.length > searchLengthMax) throw badParameter(`cannot search for ${part.length} characters: ${searchLengthMax} are the most`);
  const page = new PageSelector<Count>(limit, compareCounts);
  const filter = { selectors: readSelectors(query), search: [], state: null };
  for (const counted of count(filter, part)) page.offer(counted);
  const values = page.finish().map(({ text, groups }) => ({ value: text, groups }));
  return replyWithData<Completions>({ values, is_truncated: page.hasMore });
}

/** The most frequent first. */
function compareCounts(a: Count, b: Count): number {
  return b.groups - a.groups || (a.text < b.text ? -1 : 1);
}
