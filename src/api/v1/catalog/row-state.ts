import type { GroupState } from '../../types.ts';
import type { GroupRow } from '../group-row.ts';
import type { GroupTable } from './group-table.ts';

export function stateOf({ columns }: GroupTable, row: number, failures: Float64Array): GroupState {
  if ((columns.deletedAtMs[row] as number) > 0) return 'deleted';
  return (failures[row] as number) > (columns.pushMs[row] as number) ? 'failed' : 'ok';
}

/** Rows by state: how many are in each, and those in the one that is wanted, in the array of all; `null`: those that were not deleted. */
export interface RowsByState {
  readonly states: Readonly<Record<GroupState, number>>;
  readonly rows: Int32Array;
}

/** Hot path: guarded by bench/group-list.mjs. */
export function sortOutStates(table: GroupTable, all: Int32Array, failures: Float64Array, wanted: GroupState | null): RowsByState {
  const states = { ok: 0, failed: 0, deleted: 0 };
  let kept = 0;
  for (let i = 0; i < all.length; i++) {
    const row = all[i] as number;
    const state = stateOf(table, row, failures);
    states[state]++;
    if (wanted === null ? state !== 'deleted' : state === wanted) all[kept++] = row;
  }
  return { states, rows: all.subarray(0, kept) };
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
