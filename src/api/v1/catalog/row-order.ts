import type { GroupSort } from '../../types.ts';
import type { Position, SortKey } from '../page-selector.ts';
import type { GroupTable } from './group-table.ts';

type Compare = (a: number, b: number) => number;

/** How rows are sorted: by a key, and where it is equal by their ids from the smallest up, whatever the direction. */
export interface RowOrder {
  /** Less than 0 if the first row comes before the second. */
  readonly compare: Compare;
  /** Those of some rows that come behind a position. */
  readonly after: (rows: Int32Array, position: Position) => Int32Array;
  readonly positionOf: (row: number) => Position;
}

/** Valid until the next change of the table. */
export function createRowOrder(table: GroupTable, sort: GroupSort, failures: Float64Array): RowOrder {
  const field = sort.replace('-', '') as SortField;
  const { keyOf, compareKeys } = field === 'job' ? orderByJob(table) : orderByNumber(readNumbers(table, field, failures));
  const direction = sort.startsWith('-') ? -1 : 1;
  return {
    compare: (a, b) => direction * compareKeys(a, b) || compareIds(table, a, b),
    after(rows, { key, id }) {
      const last = table.find(id);
      const isBehindId = (row: number): boolean => (last === undefined ? table.idOf(row) > id : compareIds(table, row, last) > 0);
      return rows.filter((row) => {
        const own = keyOf(row);
        return own === key ? isBehindId(row) : own < key === direction < 0;
      });
    },
    positionOf: (row) => ({ key: keyOf(row), id: table.idOf(row) }),
  };
}

interface KeyOrder {
  readonly keyOf: (row: number) => SortKey;
  readonly compareKeys: Compare;
}

function orderByJob({ labels }: GroupTable): KeyOrder {
  const jobOf = labels.createReader('job');
  return {
    keyOf: (row) => labels.values.textOf(jobOf(row)),
    compareKeys(a, b) {
      const [first, second] = [jobOf(a), jobOf(b)];
      return first === second ? 0 : labels.values.compare(first, second);
    },
  };
}

function orderByNumber(numbers: Float64Array): KeyOrder {
  return {
    keyOf: (row) => numbers[row] as number,
    compareKeys(a, b) {
      const [first, second] = [numbers[a] as number, numbers[b] as number];
      return first < second ? -1 : first > second ? 1 : 0;
    },
  };
}

type SortField = 'job' | 'last_push' | 'last_failure' | 'families' | 'samples' | 'bytes' | 'deleted';

function readNumbers(table: GroupTable, field: Exclude<SortField, 'job'>, failures: Float64Array): Float64Array {
  const { columns } = table;
  switch (field) {
    case 'last_push':
      return columns.pushMs;
    case 'last_failure':
      return failures;
    case 'families':
      return countFamiliesByRow(table);
    case 'samples':
      return columns.samples;
    case 'bytes':
      return columns.bytes;
    case 'deleted':
      return columns.deletedAtMs;
  }
}

/** How many families each row has. By `Float64Array.from` it would take 15 ms for 100,000 rows. */
function countFamiliesByRow({ count, columns, familyLists }: GroupTable): Float64Array {
  const counts = new Float64Array(count);
  for (let row = 0; row < count; row++) counts[row] = familyLists.namesOf(columns.families[row] as number).length;
  return counts;
}

/** By the ids as texts. They lie scattered over the heap, so they are only looked at where the labels do not tell. */
function compareIds(table: GroupTable, a: number, b: number): number {
  const order = table.labels.compare(a, b);
  if (order !== null) return order;
  return table.idOf(a) < table.idOf(b) ? -1 : 1;
}
