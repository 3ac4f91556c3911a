import type { GroupState } from '../../types.ts';
import type { GroupRow } from '../group-row.ts';
import type { GroupTable } from './group-table.ts';

export function stateOf({ columns }: GroupTable, row: number, failures: Float64Array): GroupState {
  if ((columns.deletedAtMs[row] as number) > 0) return 'deleted';
  return (failures[row] as number) > (columns.pushMs[row] as number) ? 'failed' : 'ok';
}

/** Leaves those of the rows that are in this state, in their array; `null`: those that were not deleted. */
export function keepState(table: GroupTable, rows: Int32Array, failures: Float64Array, wanted: GroupState | null): Int32Array {
  let kept = 0;
  for (const row of rows) {
    const state = stateOf(table, row, failures);
    if (wanted === null ? state !== 'deleted' : state === wanted) rows[kept++] = row;
  }
  return rows.subarray(0, kept);
}

export function describeRow(table: GroupTable, row: number, failures: Float64Array): GroupRow {
  const { columns } = table;
  return {
    id: table.idOf(row),
    group: table.groupOf(row),
    state: stateOf(table, row, failures),
    failureMs: failures[row] as number,
    deletedAtMs: columns.deletedAtMs[row] as number,
    samples: columns.samples[row] as number,
    bytes: columns.bytes[row] as number,
  };
}
