import type { HttpHandler, HttpReply, HttpRequest } from '../../http/types.ts';
import type { Group } from '../../model/group.ts';
import type { GroupingKey } from '../../model/grouping-key.ts';
import { badParameter, groupNotFound, unexpectedCount } from '../errors.ts';
import type { Gateway } from '../gateway.ts';
import type { Insight } from '../insight.ts';
import { deletedGroupsNamedMax, deletesInFlightMax, groupsPerPageDefault, groupsPerPageMax, idsMax } from '../limits.ts';
import { deleteGroup } from '../remember-write.ts';
import type { DeleteResult, GroupList, GroupSort } from '../types.ts';
import { decodeCursor, encodeCursor } from './cursor.ts';
import { describeGroup, describeLabels } from './describe-group.ts';
import { decodeGroupId, encodeGroupId } from './group-id.ts';
import type { GroupFilter } from './group-catalog.ts';
import { replyWithData } from './json-reply.ts';
import { PageSelector } from './page-selector.ts';
import { parseQuery, readCount, readSelectors, readSwitch, readWord } from './query.ts';
import { parseSearch } from './search.ts';
import { isSelective } from './selector.ts';

/** What `sort=` takes. */
export const groupSorts: readonly GroupSort[] = (
  ['job', 'last_push', 'last_failure', 'families', 'samples', 'bytes', 'deleted'] as const
).flatMap((field) => [field, `-${field}`] as const);

/** What the list is made from. */
export type ListSource = Pick<Insight, 'catalog' | 'history'>;

/** GET `/api/v1/groups`: groups by selector, text and state, sorted, a page at a time. */
export function createGroupsHandler(source: ListSource): HttpHandler {
  return ({ rawQuery }) => listGroups(source, rawQuery);
}

export function listGroups({ catalog, history }: ListSource, rawQuery: string): HttpReply {
  const query = parseQuery(rawQuery, ['match[]', 'search', 'state', 'sort', 'limit', 'cursor']);
  const sort = readWord(query, 'sort', groupSorts) ?? 'job';
  const page = catalog.query({
    selectors: readSelectors(query),
    search: parseSearch(query.get('search') ?? ''),
    state: readWord(query, 'state', ['ok', 'failed', 'deleted']),
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
}

/**
 * DELETE `/api/v1/groups`: all groups that selector, search and state let through, and those that an id names; with `dry_run=true` only says
 * which. `expect=` is the number that the caller has seen: if it is another one by now, nothing goes. Groups that are pushed meanwhile go all
 * the same.
 */
export function createBulkDeleteHandler(gateway: Gateway): HttpHandler {
  return async (request) => {
    const query = parseQuery(request.rawQuery, ['match[]', 'search', 'state', 'id', 'dry_run', 'expect']);
    const doomed = findDoomed(gateway, query);
    const isDryRun = readSwitch(query, 'dry_run');
    const expected = query.get('expect');
    if (expected !== null && expected !== String(doomed.size)) {
      throw unexpectedCount(`cannot delete: ${doomed.size} groups match now, not ${expected}; nothing was deleted, look again`);
    }
    const named = new PageSelector<GroupingKey>(deletedGroupsNamedMax, compareKeys);
    for (const { key } of doomed.values()) named.offer(key);
    if (!isDryRun) await deleteGroups(gateway, request, [...doomed.values()]);
    return replyWithData<DeleteResult>({
      is_dry_run: isDryRun,
      matched: doomed.size,
      groups: named.finish().map((key) => ({ id: encodeGroupId(key.id), labels: describeLabels(key) })),
    });
  };
}

/** By their ids. */
function findDoomed({ catalog }: Gateway, query: URLSearchParams): ReadonlyMap<string, Group> {
  const ids = query.getAll('id');
  if (ids.length > idsMax) throw badParameter(`cannot delete ${ids.length} groups by their ids: ${idsMax} are the most`);
  const filter = readDeleteFilter(query);
  if (filter === null && ids.length === 0) throw badParameter('cannot delete: name groups by match[]=, search= or id=');
  const doomed = new Map(filter === null ? [] : catalog.select(filter).map((group) => [group.key.id, group]));
  for (const id of ids) {
    const row = catalog.find(decodeGroupId(id));
    if (row === undefined) throw groupNotFound(`cannot delete: there is no group with the id ${id}; nothing was deleted`);
    doomed.set(row.id, row.group);
  }
  return doomed;
}

/** What a bulk delete takes beside ids; `null` for nothing. Throws for what would take groups that nobody has thought of. */
function readDeleteFilter(query: URLSearchParams): GroupFilter | null {
  const selectors = readSelectors(query);
  const search = parseSearch(query.get('search') ?? '');
  const state = readWord(query, 'state', ['ok', 'failed']);
  if (selectors.length === 0 && search.length === 0 && state === null) return null;
  const isChosen = search.length > 0 || (selectors.length > 0 && selectors.every(isSelective));
  if (!isChosen && state === null) {
    throw badParameter(
      'cannot delete: a selector must say what a group is, such as {job="nightly"}; to delete all there is /api/v1/admin/wipe',
    );
  }
  if (!isChosen && !query.has('expect') && !readSwitch(query, 'dry_run')) {
    throw badParameter(
      `cannot delete all groups with state=${state ?? ''} unseen: ask with dry_run=true, then say expect= with their number`,
    );
  }
  return { selectors, search, state };
}

/** Some at a time, so that pushes get their turn; if the store fails in between, the error says so, and the rest stays. */
async function deleteGroups(gateway: Gateway, request: HttpRequest, groups: readonly Group[]): Promise<void> {
  const scope = groups.length === 1 ? 'group' : 'selection';
  for (let i = 0; i < groups.length; i += deletesInFlightMax) {
    const some = groups.slice(i, i + deletesInFlightMax);
    await Promise.all(some.map(({ key }) => deleteGroup(gateway, request, key, scope, 200)));
  }
}

/** By job, then by id. */
function compareKeys(a: GroupingKey, b: GroupingKey): number {
  const [first, second] = [jobOf(a), jobOf(b)];
  if (first !== second) return first < second ? -1 : 1;
  return a.id < b.id ? -1 : 1;
}

function jobOf({ labels }: GroupingKey): string {
  return labels.find(({ name }) => name === 'job')?.value ?? '';
}
