import type { StoredFamily } from './stored-family.ts';

/**
 * The families of a group, or of a push, by name: as much of a Map as its readers need. Immutable. `get` and `values` may make the families
 * they answer with, so look for equal ones by what they hold and not by identity.
 */
export interface FamilyTable {
  readonly size: number;
  has(name: string): boolean;
  get(name: string): StoredFamily | undefined;
  /** In one order, the same as `values`. */
  keys(): Iterable<string>;
  values(): Iterable<StoredFamily>;
}

/** A table of families whose names differ. */
export function createFamilyTable(families: Iterable<StoredFamily>): FamilyTable {
  const table = new Map<string, StoredFamily>();
  for (const family of families) table.set(family.name, family);
  return table;
}
