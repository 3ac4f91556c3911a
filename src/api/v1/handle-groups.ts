import type { HttpHandler } from '../../http/types.ts';
import type { GroupingKey } from '../../model/grouping-key.ts';
import { badParameter, groupNotFound, unexpectedCount } from '../errors.ts';
import type { Gateway } from '../gateway.ts';
import { deletedGroupsNamedMax, deletesInFlightMax, groupsPerPageDefault, groupsPerPageMax, idsMax } from '../limits.ts';
import type { DeleteResult, GroupList, GroupSort } from '../types.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { describeGroup, describeLabels } from './describe-group.ts';
import { decodeGroupId, encodeGroupId } from './group-id.ts';
import type { GroupRow } from './group-row.ts';
import { replyWithData } from './json-reply.ts';
import { parseQuery, readCount, readSelectors, readSwitch, readWord } from './query.ts';
import { parseSearch } from './search.ts';
import { isSelective } from './selector.ts';

/** What `sort=` takes. */
export const groupSorts: readonly GroupSort[] = (['job', 'last_push', 'last_failure', 'families', 'samples', 'bytes'] as const).flatMap(
  (field) => [field, `-${field}`] as const,
);

/** GET `/api/v1/groups`: groups by selector, text and state, sorted, a page at a time. */
export function createGroupsHandler({ catalog, history }: Gateway): HttpHandler {
  return ({ rawQuery }) => {
    const query = parseQuery(rawQuery, ['match[]', 'search', 'state', 'sort', 'limit', 'cursor']);
    const sort = readWord(query, 'sort', groupSorts) ?? 'job';
    const page = catalog.query({
      selectors: readSelectors(query),
      search: parseSearch(query.get('search') ?? ''),
      state: readWord(query, 'state', ['ok', 'failed']),
      sort,
      limit: readCount(query, 'limit', groupsPerPageDefault, groupsPerPageMax),
      after: decodeCursor(sort, query.get('cursor')),
    });
    return replyWithData<GroupList>({
      total: catalog.size,
      matched: page.matched,
      states: page.states,
      groups: page.rows.map((row) => describeGroup(row, history)),
      next_cursor: page.next === null ? null : encodeCursor(sort, page.next),
    });
  };
}

/**
 * DELETE `/api/v1/groups`: all groups that a selector or an id names; with `dry_run=true` only says which. `expect=` is the number that the
 * caller has seen: if it is another one by now, nothing goes. Groups that are pushed meanwhile go all the same.
 */
export function createBulkDeleteHandler(gateway: Gateway): HttpHandler {
  return async ({ rawQuery }) => {
    const query = parseQuery(rawQuery, ['match[]', 'id', 'dry_run', 'expect']);
    const rows = findDoomed(gateway, query);
    const isDryRun = readSwitch(query, 'dry_run');
    const expected = query.get('expect');
    if (expected !== null && expected !== String(rows.length)) {
      throw unexpectedCount(`cannot delete: ${rows.length} groups match now, not ${expected}; nothing was deleted, look again`);
    }
    const keys = rows.map(({ group }) => group.key);
    if (!isDryRun) await deleteGroups(gateway, keys);
    return replyWithData<DeleteResult>({
      is_dry_run: isDryRun,
      matched: keys.length,
      groups: keys.slice(0, deletedGroupsNamedMax).map((key) => ({ id: encodeGroupId(key.id), labels: describeLabels(key) })),
    });
  };
}

function findDoomed({ catalog }: Gateway, query: URLSearchParams): GroupRow[] {
  const selectors = readSelectors(query);
  const ids = query.getAll('id');
  if (selectors.length === 0 && ids.length === 0) throw badParameter('cannot delete: name groups by match[]= or id=');
  if (ids.length > idsMax) throw badParameter(`cannot delete ${ids.length} groups by their ids: ${idsMax} are the most`);
  if (!selectors.every(isSelective)) {
    throw badParameter(
      'cannot delete: a selector must say what a group is, such as {job="nightly"}; to delete all there is /api/v1/admin/wipe',
    );
  }
  const doomed = new Set(selectors.length === 0 ? [] : catalog.select({ selectors, search: [] }));
  for (const id of ids) {
    const row = catalog.find(decodeGroupId(id));
    if (row === undefined) throw groupNotFound(`cannot delete: there is no group with the id ${id}; nothing was deleted`);
    doomed.add(row);
  }
  return [...doomed].sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** Some at a time, so that pushes get their turn; if the store fails in between, the error says so, and the rest stays. */
async function deleteGroups({ clock, writes }: Gateway, keys: readonly GroupingKey[]): Promise<void> {
  for (let i = 0; i < keys.length; i += deletesInFlightMax) {
    const atMs = clock.nowMs();
    await Promise.all(keys.slice(i, i + deletesInFlightMax).map((key) => writes.submit({ kind: 'delete', key, atMs })));
  }
}
