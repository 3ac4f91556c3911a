import { code } from './compiled/form-lines.ts';
import { instantiate } from './instantiate.ts';
import type { LinearMemory } from './linear-memory.ts';

/** Why the writing stopped. The numbers are those of assembly/form-lines.ts. */
export const lineStops = {
  /** All groups are written. */
  atEnd: 0,
  /** No room for the next text. */
  pageIsFull: 1,
  /** Nothing says yet what the group at this slot holds. */
  groupIsUnknown: 2,
  /** The lines of the group at this slot have to come from elsewhere. */
  groupIsForeign: 3,
  /** Nothing says how the form of this group writes the family. */
  programIsUnknown: 4,
} as const;

/** What stands in the table of groups in the place of an address. */
export const unknownGroup = 0;
export const foreignGroup = 1;

/** Bytes that must be free behind a constant and all grouping labels. */
export const lineRoomBytes = 64;

/** Words of a group before those of its labels. */
export const groupHeadWords = 5;

/**
 * Writes sample lines of groups. All that it reads are words:
 *
 *     group    form number, address and length of all labels, address of the values, address of the starts; of each label address and length
 *     starts   where the values of each family begin, from the address of the values on
 *     program  which of the starts is the family's, address of its first hole and behind its last
 *     hole     address and length of the constant before it, kind
 */
export interface FormLines {
  /** Goes on with the slots from their `to`th on. */
  rewind(to: number): void;
  /** One of `lineStops`. `groups` and `programs` are tables of addresses, by slot and by form number. */
  write(slots: number, count: number, groups: number, programs: number, pageStart: number, pageLimit: number): number;
  /** Where the lines of the last group begin, if they begin in this page. */
  start(): number;
  /** Behind what was written to the page. */
  end(): number;
  /** The place among the slots where the writing stands. */
  position(): number;
}

export function createFormLines(memory: LinearMemory): FormLines {
  return instantiate(code, memory) as FormLines;
}
