import type { Clock } from '../../base/clock.ts';
import type { WriteRecord } from '../../history/write-record.ts';
import type { Group } from '../../model/group.ts';
import type { GroupChange } from '../../store/metric-store.ts';
import type { GroupSort, GroupState } from '../types.ts';
import { GroupTable } from './catalog/group-table.ts';
import { RowFilter } from './catalog/row-filter.ts';
import { describeRow, sortOutStates } from './catalog/row-state.ts';
import { createRowOrder } from './catalog/row-order.ts';
import { countFamilies, countLabelNames, countLabelValues, type Count } from './catalog/tally.ts';
import { DeletedGroups } from './deleted-groups.ts';
import type { GroupRow } from './group-row.ts';
import { PageSelector, type Position } from './page-selector.ts';
import type { Search } from './search.ts';
import type { Selector } from './selector.ts';

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
 * All groups as a list to filter and to sort, those too that were deleted lately. A query looks at every group, which takes milliseconds for 100,000 of them
 * (`node bench/group-list.mjs`), since what it asks stands in the columns of a table; a write costs the list less than a microsecond.
 */
export class GroupCatalog {
  readonly #failing: Failing;
  readonly #clock: Clock;
  readonly #table = new GroupTable();
  readonly #deleted = new DeletedGroups();

  constructor(failing: Failing, clock: Clock) {
    this.#failing = failing;
    this.#clock = clock;
  }

  get size(): number {
    return this.#table.count - this.#deleted.size;
  }

  /** Tells of changes that became visible. Hot path: once per push. */
  apply(changes: readonly GroupChange[]): void {
    for (const { key, after } of changes) {
      const row = this.#table.get(key);
      if (after === null) {
        if (row !== undefined && !this.#isDeleted(row)) this.#delete(row);
      } else if (row === undefined) this.#table.add(after);
      else {
        this.#table.update(row, after);
        if (this.#isDeleted(row)) this.#revive(row);
      }
    }
  }

  /**
   * Looks at every group. The order of equal rows is that of their ids, so pages neither overlap nor leave out a group that stays as it is. Throws
   * `PG_SELECTOR` for what would take too long.
   */
  query({ sort, limit, after, state, ...filter }: GroupQuery): GroupPage {
    const table = this.#table;
    const failures = this.#failuresNow();
    const found = new RowFilter(table).run(filter.selectors, filter.search);
    const { states, rows } = sortOutStates(table, found, failures, state);
    const order = createRowOrder(table, sort, failures);
    const page = takePage(after === null ? rows : order.after(rows, after), limit, order.compare);
    const shown = page.finish();
    const last = shown.at(-1);
    const next = page.hasMore && last !== undefined ? order.positionOf(last) : null;
    return { states, matched: rows.length, rows: shown.map((row) => describeRow(table, row, failures)), next };
  }

  /** The groups that fit, in no order; none of those that were deleted. */
  select(filter: GroupFilter): Group[] {
    return Array.from(this.#selectRows(filter), (row) => this.#table.groupOf(row));
  }

  /** Names of grouping labels with `part`, in lower case, in them, each with the number of groups that fit and have it. */
  countLabelNames(filter: GroupFilter, part: string): Iterable<Count> {
    return countLabelNames(this.#table, this.#selectRows(filter), part);
  }

  /** Values of a grouping label. */
  countLabelValues(name: string, filter: GroupFilter, part: string): Iterable<Count> {
    return countLabelValues(this.#table, this.#selectRows(filter), name, part);
  }

  /** Names of families. */
  countFamilies(filter: GroupFilter, part: string): Iterable<Count> {
    return countFamilies(this.#table, this.#selectRows(filter), part);
  }

  find(id: string): GroupRow | undefined {
    const row = this.#table.find(id);
    return row === undefined || this.#isDeleted(row) ? undefined : describeRow(this.#table, row, this.#failuresNow());
  }

  /** A group that was deleted, as far as it is remembered. */
  findDeleted(id: string): GroupRow | undefined {
    const row = this.#table.find(id);
    return row === undefined || !this.#isDeleted(row) ? undefined : describeRow(this.#table, row, this.#failuresNow());
  }

  /** The groups that were deleted from this time on (Unix milliseconds), as far as they are remembered. */
  deletedSince(atMs: number): Group[] {
    const { columns } = this.#table;
    const rows = Array.from(this.#deleted.ids(), (id) => this.#table.find(id) ?? 0);
    return rows.filter((row) => (columns.deletedAtMs[row] ?? 0) >= atMs).map((row) => this.#table.groupOf(row));
  }

  /** A list of its own with some of the groups: at most so many, which hold at most so many families together. */
  sample(groupsMax: number, familiesMax: number): GroupCatalog {
    const sample = new GroupCatalog(this.#failing, this.#clock);
    let familyCount = 0;
    for (let row = 0; row < Math.min(groupsMax, this.#table.count); row++) {
      const group = this.#table.groupOf(row);
      familyCount += group.families.size;
      if (familyCount > familiesMax) break;
      sample.#table.add(group);
    }
    return sample;
  }

  #selectRows({ selectors, search, state }: GroupFilter): Int32Array {
    return sortOutStates(this.#table, new RowFilter(this.#table).run(selectors, search), this.#failuresNow(), state).rows;
  }

  #isDeleted(row: number): boolean {
    return (this.#table.columns.deletedAtMs[row] ?? 0) > 0;
  }

  #delete(row: number): void {
    this.#table.empty(row, this.#clock.nowMs());
    this.#deleted.add(this.#table.idOf(row));
    for (const id of this.#deleted.takeSurplus()) this.#table.remove(this.#table.find(id) ?? 0);
  }

  #revive(row: number): void {
    this.#deleted.forget(this.#table.idOf(row));
    this.#table.revive(row);
  }

  /** The time of the last failure of each row, with those pushes that could not even be read. */
  #failuresNow(): Float64Array {
    const { failureMs } = this.#table.columns;
    if (this.#failing.size === 0) return failureMs;
    const failures = failureMs.slice();
    for (const [id, { atMs }] of this.#failing) {
      const row = this.#table.find(id);
      if (row !== undefined && !this.#isDeleted(row)) failures[row] = Math.max(failures[row] ?? 0, atMs);
    }
    return failures;
  }
}

/** Hot path: guarded by bench/group-list.mjs. */
function takePage(rows: Int32Array, limit: number, compare: (a: number, b: number) => number): PageSelector<number> {
  const page = new PageSelector<number>(limit, compare);
  for (let i = 0; i < rows.length; i++) page.offer(rows[i] as number);
  return page;
}
