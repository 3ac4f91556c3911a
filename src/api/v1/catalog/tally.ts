import { completionNamesCountedMax } from '../../limits.ts';
import type { GroupTable } from './group-table.ts';
import { noValue } from './label-values.ts';

/** A text, and how many groups have it. Of interest are only texts with `part` in them, which is in lower case, in any letter case. */
export interface Count {
  readonly text: string;
  readonly groups: number;
}

export function countLabelNames({ labels }: GroupTable, rows: Int32Array, part: string): Iterable<Count> {
  const lists = new Int32Array(rows.length);
  labels.readNameLists(rows, lists);
  return countNames(tally(lists, labels.nameLists.end), (list) => labels.nameLists.namesOf(list), part);
}

/** None for groups that have no such label, or an empty one. */
export function* countLabelValues({ labels }: GroupTable, rows: Int32Array, name: string, part: string): Generator<Count> {
  const values = new Int32Array(rows.length);
  labels.readValues(name, rows, values);
  for (const [id, groups] of tally(values, labels.values.end).entries()) {
    if (groups > 0 && id !== noValue && (part === '' || labels.values.includes(id, part))) yield { text: labels.values.textOf(id), groups };
  }
}

export function countFamilies({ columns, familyLists }: GroupTable, rows: Int32Array, part: string): Iterable<Count> {
  const lists = rows.map((row) => columns.families[row] as number);
  return countNames(tally(lists, familyLists.end), (list) => familyLists.namesOf(list), part);
}

/** How often each number stands there; all lie below `end`. */
function tally(ids: Int32Array, end: number): Uint32Array {
  const counts = new Uint32Array(end);
  for (let i = 0; i < ids.length; i++) {
    const id = ids[i] as number;
    counts[id] = (counts[id] as number) + 1;
  }
  return counts;
}

/** Names by lists that hold them; of very many distinct ones the first. */
function* countNames(groupsByList: Uint32Array, namesOf: (list: number) => readonly string[], part: string): Generator<Count> {
  const counts = new Map<string, number>();
  for (const [list, groups] of groupsByList.entries()) {
    if (groups === 0) continue;
    for (const name of namesOf(list)) {
      const count = counts.get(name);
      if (count !== undefined) counts.set(name, count + groups);
      else if (counts.size < completionNamesCountedMax && name.toLowerCase().includes(part)) counts.set(name, groups);
    }
  }
  for (const [text, groups] of counts) yield { text, groups };
}
