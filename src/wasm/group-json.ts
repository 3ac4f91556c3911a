import { code } from './compiled/group-json.ts';
import { instantiate } from './instantiate.ts';
import type { LinearMemory } from './linear-memory.ts';

/**
 * Writes the JSON of a group from what its form has of it. What it reads:
 *
 *     program  one word, then the address of the first hole and behind the last (see `placePrograms`)
 *     hole     address and length of the constant before it, kind: from 0 on the place of a text, below it a value (see `valueKind`)
 *     texts    of each text address and length
 *     values   so many, each ended by a line feed
 *     starts   room for as many words and one
 */
export interface GroupJson {
  /** Answers where the JSON ends; 0 if there is no room for it. Bytes up to `limit` may be touched. */
  write(program: number, texts: number, values: number, count: number, starts: number, output: number, limit: number): number;
}

/** The kind of a hole for the value at this place. An integer is shown without an exponent. */
export function valueKind(place: number, isInteger: boolean): number {
  return -1 - (2 * place + (isInteger ? 1 : 0));
}

export function createGroupJson(memory: LinearMemory): GroupJson {
  return instantiate(code, memory) as GroupJson;
}
