import { countSamples, countTextBytes, haveSameForm } from '../../../exposition/form-families.ts';
import { createFamilyTable } from '../../../model/family-table.ts';
import type { Group } from '../../../model/group.ts';
import { GroupMap } from '../../../model/group-map.ts';
import type { GroupingKey } from '../../../model/grouping-key.ts';
import { enlarge } from '../../../base/enlarge.ts';
import { FamilyLists, noFamilies } from './family-lists.ts';
import { RowLabels } from './row-labels.ts';

/** Numbers of all rows, by row. Times in Unix milliseconds, 0 for never. */
interface Columns {
  pushMs: Float64Array;
  failureMs: Float64Array;
  deletedAtMs: Float64Array;
  /** Sample lines of an exposition, and bytes of these lines. */
  samples: Float64Array;
  bytes: Float64Array;
  /** Numbers of `FamilyLists`. */
  families: Int32Array;
}

const emptied = createFamilyTable([]);

/**
 * Groups as a table: what queries ask of them stands in columns of numbers, found out when a group is pushed, as its families are at hand then, and not when
 * somebody waits. A query that walks 100,000 objects waits for memory at each; through columns it reads on. A row keeps its number until it is removed, or the last
 * row takes the place of another; so keep none over an `await`.
 */
export class GroupTable {
  readonly labels: RowLabels = new RowLabels();
  readonly familyLists: FamilyLists = new FamilyLists();
  readonly #rows = new GroupMap<number>();
  readonly #groups: Group[] = [];
  readonly #ids: string[] = [];
  readonly #columns: Columns = {
    pushMs: new Float64Array(16),
    failureMs: new Float64Array(16),
    deletedAtMs: new Float64Array(16),
    samples: new Float64Array(16),
    bytes: new Float64Array(16),
    families: new Int32Array(16),
  };

  get count(): number {
    return this.#groups.length;
  }

  /** To be read, until the next change of the table. They are longer than the table. */
  get columns(): Readonly<Columns> {
    return this.#columns;
  }

  get(key: GroupingKey): number | undefined {
    return this.#rows.get(key);
  }

  find(id: string): number | undefined {
    return this.#rows.find(id);
  }

  idOf(row: number): string {
    return this.#ids[row] as string;
  }

  groupOf(row: number): Group {
    return this.#groups[row] as Group;
  }

  add(group: Group): void {
    const row = this.count;
    this.#makeRoom(row + 1);
    this.#rows.set(group.key, row);
    this.#ids.push(group.key.id);
    this.#groups.push(group);
    this.labels.add(group.key);
    this.#columns.deletedAtMs[row] = 0;
    this.#columns.families[row] = this.familyLists.hold(group.families);
    this.#noteTimes(row, group);
    this.#sumUp(row, group);
  }

  /** The group was written. Hot path: once per push. */
  update(row: number, group: Group): void {
    const before = this.groupOf(row).families;
    this.#groups[row] = group;
    this.#noteTimes(row, group);
    if (group.families === before) return;
    if (!haveSameForm(before, group.families)) {
      this.#columns.families[row] = this.familyLists.replace(this.#columns.families[row] ?? noFamilies, group.families);
    }
    this.#sumUp(row, group);
  }

  /** The group was deleted: only its labels and times stay. */
  empty(row: number, atMs: number): void {
    this.update(row, { ...this.groupOf(row), families: emptied });
    this.#columns.deletedAtMs[row] = atMs;
  }

  /** A group that was deleted is there again. */
  revive(row: number): void {
    this.#columns.deletedAtMs[row] = 0;
  }

  remove(row: number): void {
    this.#rows.delete(this.groupOf(row).key);
    this.labels.remove(row);
    this.familyLists.release(this.#columns.families[row] ?? noFamilies);
    const lastRow = this.count - 1;
    const [group, id] = [this.#groups.pop(), this.#ids.pop()];
    if (row === lastRow || group === undefined || id === undefined) return;
    this.#rows.set(group.key, row);
    this.#groups[row] = group;
    this.#ids[row] = id;
    for (const column of Object.values(this.#columns) as (Int32Array | Float64Array)[]) column[row] = column[lastRow] as number;
  }

  #noteTimes(row: number, { pushTimeSeconds, failureTimeSeconds }: Group): void {
    this.#columns.pushMs[row] = pushTimeSeconds * 1000;
    this.#columns.failureMs[row] = failureTimeSeconds * 1000;
  }

  #sumUp(row: number, { families }: Group): void {
    this.#columns.samples[row] = countSamples(families);
    this.#columns.bytes[row] = countTextBytes(families);
  }

  #makeRoom(count: number): void {
    const columns = this.#columns;
    if (count <= columns.pushMs.length) return;
    columns.pushMs = enlarge(columns.pushMs, count);
    columns.failureMs = enlarge(columns.failureMs, count);
    columns.deletedAtMs = enlarge(columns.deletedAtMs, count);
    columns.samples = enlarge(columns.samples, count);
    columns.bytes = enlarge(columns.bytes, count);
    columns.families = enlarge(columns.families, count);
  }
}
