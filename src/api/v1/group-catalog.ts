import type { Clock } from '../../base/clock.ts';
import type { WriteRecord } from '../../history/push-history.ts';
import type { GroupChange } from '../../store/metric-store.ts';
import type { Group } from '../../model/group.ts';
import type { GroupSort, GroupState } from '../types.ts';
import { DeletedRows } from './deleted-rows.ts';
import { FamilyNamesTable } from './family-names.ts';
import { GroupRow } from './group-row.ts';
import { PageSelector, type Position, type SortKey } from './page-selector.ts';
import type { Search } from './search.ts';
import { selects, type Selector } from './selector.ts';

export interface GroupFilter {
  /** A group that fits one of them is taken; none: all. */
  readonly selectors: readonly Selector[];
  readonly search: Search;
  /** `null`: every group that is there. */
  readonly state: GroupState | null;
}

export interface GroupQuery extends GroupFilter {
  readonly sort: GroupSort;
  readonly limit: number;
  readonly after: Position | null;
}

export interface GroupPage {
  /** Of the groups that pass selectors and search. */
  readonly states: Readonly<Record<GroupState, number>>;
  readonly matched: number;
  readonly rows: readonly GroupRow[];
  /** The place behind which the next page begins, or `null`. */
  readonly next: Position | null;
}

/** Groups whose latest write was not stored, by their ids. */
type Failing = ReadonlyMap<string, WriteRecord>;

/**
 * All groups as a list to filter and to sort. A query looks at every group, which takes milliseconds for 100,000 of them (`node bench/group-list.mjs`), since
 * what is dear to find out of a group stands in its row; a write costs the list less than a microsecond.
 */
export class GroupCatalog {
  readonly #failing: Failing;
  readonly #byId = new Map<string, GroupRow>();
  readonly #rows: GroupRow[] = [];
  readonly #table = new FamilyNamesTable();
  readonly #deleted = new DeletedRows();
  readonly #clock: Clock;

  constructor(failing: Failing, clock: Clock) {
    this.#failing = failing;
    this.#clock = clock;
  }

  get size(): number {
    return this.#rows.length;
  }

  /** Tells of changes that became visible. Hot path: once per push. */
  apply(changes: readonly GroupChange[]): void {
    for (const { key, after } of changes) {
      const row = this.#byId.get(key.id);
      if (after === null) {
        if (row !== undefined) this.#remove(row);
      } else if (row === undefined) this.#add(after);
      else row.update(after);
    }
  }

  /** Looks at every group. The order of equal rows is that of their ids, so pages neither overlap nor leave out a group that stays as it is. */
  query({ sort, limit, after, ...filter }: GroupQuery): GroupPage {
    const sortKey = sortKeys[sort.replace('-', '') as SortField];
    const page = new PageSelector<GroupRow>(limit, sort.startsWith('-'), after);
    const states = { ok: 0, failed: 0, deleted: 0 };
    for (const rows of [this.#rows, this.#deleted.rows()]) {
      for (const row of rows) {
        if (!fits(row, filter)) continue;
        const state = stateOf(row, this.#failing);
        states[state]++;
        if (isWanted(state, filter)) page.offer(sortKey(row, this.#failing), row.id, row);
      }
    }
    const found = page.finish();
    const matched = filter.state === null ? states.ok + states.failed : states[filter.state];
    const next = page.hasMore ? (found.at(-1)?.position ?? null) : null;
    return { states, matched, rows: found.map(({ row }) => row), next };
  }

  /** The groups that fit, in no order; none of those that were deleted. */
  select(filter: GroupFilter): GroupRow[] {
    return this.#rows.filter((row) => fits(row, filter) && isWanted(stateOf(row, this.#failing), filter));
  }

  find(id: string): GroupRow | undefined {
    return this.#byId.get(id);
  }

  /** A group that was deleted, as far as it is remembered. */
  findDeleted(id: string): GroupRow | undefined {
    return this.#deleted.find(id);
  }

  /** The groups that were deleted from this time on (Unix milliseconds), as far as they are remembered. */
  deletedSince(atMs: number): GroupRow[] {
    return [...this.#deleted.rows()].filter(({ deletedAtMs }) => deletedAtMs >= atMs);
  }

  #add(group: Group): void {
    this.#deleted.forget(group.key.id);
    const row = new GroupRow(group, this.#rows.length, this.#table);
    this.#byId.set(row.id, row);
    this.#rows.push(row);
  }

  /** The last row takes the place of the one that goes. */
  #remove(row: GroupRow): void {
    this.#byId.delete(row.id);
    const last = this.#rows.pop();
    if (last !== undefined && last !== row) {
      last.place = row.place;
      this.#rows[row.place] = last;
    }
    row.empty(this.#clock.nowMs());
    this.#deleted.add(row);
  }
}

/** Failed: the latest push was refused, whether it stamped the failure time or could not even be read. */
export function stateOf(row: GroupRow, failing: Failing): GroupState {
  if (row.deletedAtMs > 0) return 'deleted';
  return lastFailureMsOf(row, failing) > row.pushTimeSeconds * 1000 ? 'failed' : 'ok';
}

/** Unix milliseconds; 0 if no push failed. */
export function lastFailureMsOf({ id, failureTimeSeconds }: GroupRow, failing: Failing): number {
  const unreadMs = failing.size === 0 ? 0 : (failing.get(id)?.atMs ?? 0);
  return Math.max(failureTimeSeconds * 1000, unreadMs);
}

function fits(row: GroupRow, { selectors, search }: GroupFilter): boolean {
  if (selectors.length > 0 && !selectors.some((selector) => selects(selector, row))) return false;
  return search.length === 0 || row.isFound(search);
}

function isWanted(state: GroupState, { state: wanted }: GroupFilter): boolean {
  return wanted === null ? state !== 'deleted' : state === wanted;
}

type SortField = 'job' | 'last_push' | 'last_failure' | 'families' | 'samples' | 'bytes' | 'deleted';

const sortKeys: Readonly<Record<SortField, (row: GroupRow, failing: Failing) => SortKey>> = {
  job: ({ job }) => job,
  last_push: ({ pushTimeSeconds }) => pushTimeSeconds,
  last_failure: lastFailureMsOf,
  families: ({ group }) => group.families.size,
  samples: (row) => row.samples,
  bytes: (row) => row.bytes,
  deleted: ({ deletedAtMs }) => deletedAtMs,
};
