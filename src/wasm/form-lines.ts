import { code } from './compiled/form-lines.ts';
import { instantiate } from './instantiate.ts';
import type { LinearMemory } from './linear-memory.ts';

/** Why the writing stopped. The numbers are those of assembly/form-lines.ts. */
export const lineStops = {
  /** All steps are done. */
  atEnd: 0,
  /** No room for the next text. */
  pageIsFull: 1,
  /** Nothing says yet what the group at this slot holds. */
  groupIsUnknown: 2,
  /** What the group at this slot says of the family has to come from elsewhere. */
  groupIsForeign: 3,
} as const;

/** What stands in the table of groups in the place of an address. */
export const unknownGroup = 0;
export const foreignGroup = 1;

/** In the address of a program or a family: there is a message beside the text, which does not say all. Addresses are even without it. */
export const messageBit = 1;

/** Bytes that must be free behind a constant and all grouping labels. */
export const lineRoomBytes = 64;

/** Words of a group before those of its labels. */
export const groupHeadWords = 5;

/** Words of an entry: a step, a text of a group without form, a program of a family, and of a family itself. */
export const stepWords = 3;
export const groupTextWords = 3;
export const familyProgramWords = 2;
export const familyWords = 3;
/** Of what the lines need of each form for the family at hand. */
export const formWords = 2;

/**
 * Writes an exposition, step by step. All that it reads are words:
 *
 *     step     a text: 0, its address and length; or lines: address of the family, address and count of the slots
 *     family   address of the one program for all groups, or 0 and: address and count of its programs, each a form number and an address
 *     group    form number, address and length of all labels, address of the values, address of the starts; of each label address and length
 *     starts   where the values of each family begin, from the address of the values on; of a group without form those of its times, and then
 *              the count of its texts and of each, sorted by family: address of the family, address and length of the text
 *     program  which of the starts is the family's, address of its first hole and behind its last
 *     hole     address and length of the constant before it, kind
 */
export interface FormLines {
  /** Goes on with this step, from its `toIndex`th slot on. */
  rewind(toStep: number, toIndex: number): void;
  /**
   * One of `lineStops`. `groups` is a table of addresses by slot, `forms` one of two words for each form number, for its own use. `isWholeTold`:
   * texts with a message beside them are foreign.
   */
  write(steps: number, count: number, groups: number, forms: number, isWholeTold: number, pageStart: number, pageLimit: number): number;
  /** Where the lines of the last group begin, if they begin in this page. */
  start(): number;
  /** Behind what was written to the page. */
  end(): number;
  /** The step where the writing stands, and the place among its slots. */
  place(): number;
  position(): number;
}

export function createFormLines(memory: LinearMemory): FormLines {
  return instantiate(code, memory) as FormLines;
}
