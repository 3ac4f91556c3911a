import type { Group } from '../../model/group.ts';
import { foreignGroup, groupHeadWords, lineRoomBytes, unknownGroup } from '../../wasm/form-lines.ts';
import type { LinearMemory } from '../../wasm/linear-memory.ts';
import { WordTable } from '../../wasm/word-table.ts';
import { type KeyTexts, textsOfKey } from '../fast-text/line-labels.ts';
import type { FormFamily, TextForm } from '../fast-text/text-form.ts';
import { FormFamilies } from '../form-families.ts';
import { formatGoFloat } from '../go-number.ts';
import { textPageBytes } from '../limits.ts';
import { placePrograms, programBytes } from './line-programs.ts';

/** Of the starts of a group's values, those of its two times; those of the families of its form follow. */
export const failureTimeStart = 0;
export const pushTimeStart = 1;
const firstFamilyStart = 2;

/** The form number of groups without one: their times are all that is written here. */
export const noForm = 0;

/**
 * What groups hold, laid out for `FormLines`: labels, times, and the values of those that have a form. It stays from scrape to scrape, and only
 * groups that changed are laid out anew: to read one where V8 has it takes 1 us, since little of it is in a cache.
 */
// Hot path: guarded by bench/.
export class GroupImage {
  readonly #memory: LinearMemory;
  /** What was looked at last. */
  #groups: readonly (Group | null)[] = [];
  /** By slot: the address of a group, `unknownGroup` or `foreignGroup`. */
  readonly table: WordTable;
  /** By slot: the address of the area where a group lies, or lay, and its length. */
  readonly #areas: WordTable;
  readonly #capacities: WordTable;
  readonly #forms = new Map<TextForm, PlacedForm>();

  constructor(memory: LinearMemory) {
    this.#memory = memory;
    this.table = new WordTable(memory);
    this.#areas = new WordTable(memory);
    this.#capacities = new WordTable(memory);
  }

  /** Form numbers are below this. */
  get formCount(): number {
    return this.#forms.size + 1;
  }

  /** From now on these groups are meant, by slot. */
  lookAt(groups: readonly (Group | null)[]): void {
    const before = this.#groups;
    if (groups === before) return;
    for (const table of [this.table, this.#areas, this.#capacities]) table.reserve(groups.length);
    for (let slot = 0; slot < groups.length; slot++) if (groups[slot] !== before[slot]) this.table.set(slot, unknownGroup);
    this.#groups = groups;
  }

  groupAt(slot: number): Group {
    return this.#groups[slot] as Group;
  }

  /** Lays out the group at a slot, unless its lines are for others to write. */
  place(slot: number): void {
    const group = this.groupAt(slot);
    const { key, families } = group;
    const form = families instanceof FormFamilies ? families : null;
    const texts = form?.texts ?? textsOfKey(key);
    const longest = texts.alone.length + lineRoomBytes + Math.max(timeConstantMax, form?.form.longestConstant ?? 0);
    const isForeign = !texts.isLegacy || longest > textPageBytes;
    this.table.set(slot, isForeign ? foreignGroup : this.#layOut(slot, group, texts, form));
  }

  /** The address of the program for a family of a form that some group here has. */
  programOf(form: TextForm, { place }: FormFamily): number {
    return (this.#forms.get(form) as PlacedForm).programs + place * programBytes;
  }

  /** The form number of a group's form. */
  numberOf(form: TextForm): number {
    const known = this.#forms.get(form);
    if (known !== undefined) return known.number;
    const { constants, holes } = form;
    const families = Array.from(form.families.values(), (family) => ({ ...family, start: firstFamilyStart + family.place }));
    const placed = { number: this.#forms.size + 1, programs: placePrograms(this.#memory, { constants, holes, families }) };
    this.#forms.set(form, placed);
    return placed.number;
  }

  #layOut(slot: number, { failureTimeSeconds, pushTimeSeconds }: Group, { alone, labels }: KeyTexts, form: FormFamilies | null): number {
    const failureTime = `${formatGoFloat(failureTimeSeconds)}\n`;
    const times = `${failureTime}${formatGoFloat(pushTimeSeconds)}\n`;
    const valueText = form?.valueText ?? '';
    const familyStarts = form?.valueStarts ?? [];
    const number = form === null ? noForm : this.numberOf(form.form);
    const headWords = groupHeadWords + 2 * labels.length + firstFamilyStart + familyStarts.length;
    const address = this.#areaFor(slot, headWords * 4 + alone.length + times.length + valueText.length);
    const { bytes, words } = this.#memory;
    const labelsAt = address + headWords * 4;
    const valuesAt = labelsAt + bytes.write(alone, labelsAt, 'latin1');
    const familiesAt = valuesAt + bytes.write(times, valuesAt, 'latin1');
    bytes.write(valueText, familiesAt, 'latin1');

    let word = address / 4;
    words[word++] = number;
    words[word++] = labelsAt;
    words[word++] = alone.length;
    words[word++] = valuesAt;
    words[word++] = address + (groupHeadWords + 2 * labels.length) * 4;
    let labelAt = labelsAt;
    for (const { length } of labels) {
      words[word++] = labelAt;
      words[word++] = length;
      labelAt += length + ','.length;
    }
    words[word++] = 0;
    words[word++] = failureTime.length;
    for (const start of familyStarts) words[word++] = times.length + start;
    return address;
  }

  /** Where a group lay before, if there is room enough. Values are seldom as long as the last ones, so there is some to spare. */
  #areaFor(slot: number, bytes: number): number {
    if (this.#capacities.get(slot) >= bytes) return this.#areas.get(slot);
    const capacity = bytes + (bytes >> 4);
    const area = this.#memory.allocate(capacity);
    this.#areas.set(slot, area);
    this.#capacities.set(slot, capacity);
    return area;
  }
}

interface PlacedForm {
  readonly number: number;
  /** The address of the program of its first family. */
  readonly programs: number;
}

/** Bytes of the longest constant in lines of times. */
const timeConstantMax = 64;
