import type { GroupingKey } from '../../../model/grouping-key.ts';
import { enlarge } from '../../../base/enlarge.ts';
import { LabelValues, noValue } from './label-values.ts';
import { NameLists } from './name-lists.ts';

/** Where nobody asked yet. */
const unknown = -1;

/**
 * The grouping labels of all rows, as numbers. They stand one row behind the other in one array: the number of the row's list of label names, then those of its
 * values in the order of the names. So looking at a label of every row reads on through memory, and a row costs four bytes and four for each label.
 */
export class RowLabels {
  readonly values: LabelValues = new LabelValues();
  /** Lists of label names, sorted. */
  readonly nameLists: NameLists = new NameLists();
  #count = 0;
  /** For each row where its labels begin. */
  #starts = new Int32Array(16);
  #cells = new Int32Array(64);
  #cellsEnd = 0;
  /** Cells of rows that went. */
  #cellsDead = 0;

  /** Appends a row. */
  add({ labels, shape }: GroupingKey): void {
    this.#starts = enlarge(this.#starts, this.#count + 1);
    this.#cells = enlarge(this.#cells, this.#cellsEnd + labels.length + 1);
    this.#starts[this.#count++] = this.#cellsEnd;
    const names = labels.map(({ name }) => name);
    this.#cells[this.#cellsEnd++] = this.nameLists.hold(shape, names);
    for (const { value } of labels) this.#cells[this.#cellsEnd++] = this.values.hold(value);
  }

  /** The last row takes the place of the one that goes. */
  remove(row: number): void {
    const start = this.#starts[row] as number;
    const list = this.#cells[start] as number;
    const end = start + 1 + this.nameLists.namesOf(list).length;
    for (let cell = start + 1; cell < end; cell++) this.values.release(this.#cells[cell] as number);
    this.nameLists.release(list);
    this.#starts[row] = this.#starts[--this.#count] as number;
    this.#cellsDead += end - start;
    if (this.#cellsDead > this.#cellsEnd >> 1) this.#closeGaps();
  }

  /** Writes down the value of a label for each of some rows. Hot path: guarded by bench/group-list.mjs, as are the others that take rows. */
  readValues(name: string, rows: Int32Array, values: Int32Array): void {
    const offsets = this.#createOffsets();
    for (let i = 0; i < rows.length; i++) values[i] = this.#readValue(name, rows[i] as number, offsets);
  }

  /** Which value a row has of a label. Valid until the next change. */
  createReader(name: string): (row: number) => number {
    const offsets = this.#createOffsets();
    return (row) => this.#readValue(name, row, offsets);
  }

  /**
   * Less than 0 if the id of the first row comes before that of the second. Ids are labels as JSON, so where the names are the same the first value that differs
   * decides; `null` where it does not.
   */
  compare(a: number, b: number): number | null {
    const cells = this.#cells;
    const [startA, startB] = [this.#starts[a] as number, this.#starts[b] as number];
    const list = cells[startA] as number;
    if (cells[startB] !== list) return null;
    const count = this.nameLists.namesOf(list).length;
    for (let offset = 1; offset <= count; offset++) {
      const [valueA, valueB] = [cells[startA + offset] as number, cells[startB + offset] as number];
      if (valueA !== valueB) return this.values.compareAsJson(valueA, valueB);
    }
    return 0;
  }

  /** Writes down the list of label names for each of some rows. */
  readNameLists(rows: Int32Array, lists: Int32Array): void {
    for (let i = 0; i < rows.length; i++) lists[i] = this.#cells[this.#starts[rows[i] as number] as number] as number;
  }

  /** Leaves those of the rows a value of which passes, in their array. `test` is given the list of names, the index of the name, and the value. */
  keepRows(rows: Int32Array, test: (list: number, index: number, value: number) => boolean): Int32Array {
    const [starts, cells, lists] = [this.#starts, this.#cells, this.nameLists];
    let kept = 0;
    for (let i = 0; i < rows.length; i++) {
      const row = rows[i] as number;
      const start = starts[row] as number;
      const list = cells[start] as number;
      const count = lists.namesOf(list).length;
      let index = 0;
      while (index < count && !test(list, index, cells[start + 1 + index] as number)) index++;
      if (index < count) rows[kept++] = row;
    }
    return rows.subarray(0, kept);
  }

  /** For each list of names how far behind it the value of one name stands; 0 where there is none. */
  #createOffsets(): Int32Array {
    return new Int32Array(this.nameLists.end).fill(unknown);
  }

  #readValue(name: string, row: number, offsets: Int32Array): number {
    const start = this.#starts[row] as number;
    const list = this.#cells[start] as number;
    let offset = offsets[list] as number;
    if (offset === unknown) {
      offset = this.nameLists.namesOf(list).indexOf(name) + 1;
      offsets[list] = offset;
    }
    return offset === 0 ? noValue : (this.#cells[start + offset] as number);
  }

  #closeGaps(): void {
    const cells = new Int32Array(this.#cellsEnd);
    let end = 0;
    for (let row = 0; row < this.#count; row++) {
      const start = this.#starts[row] as number;
      const length = 1 + this.nameLists.namesOf(this.#cells[start] as number).length;
      for (let i = 0; i < length; i++) cells[end + i] = this.#cells[start + i] as number;
      this.#starts[row] = end;
      end += length;
    }
    this.#cells = cells;
    this.#cellsEnd = end;
    this.#cellsDead = 0;
  }
}
