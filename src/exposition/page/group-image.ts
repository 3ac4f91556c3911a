import type { Group } from '../../model/group.ts';
import { foreignGroup, groupHeadWords, groupTextWords, lineRoomBytes, messageBit, unknownGroup } from '../../wasm/form-lines.ts';
import type { LinearMemory } from '../../wasm/linear-memory.ts';
import { WordTable } from '../../wasm/word-table.ts';
import { type KeyTexts, textsOfKey } from '../fast-text/line-labels.ts';
import type { FamilyTable } from '../../model/family-table.ts';
import type { ReadyText } from '../../model/stored-family.ts';
import type { TextForm } from '../fast-text/text-form.ts';
import { FormFamilies } from '../form-families.ts';
import { formatGoFloat } from '../go-number.ts';
import { imageTextBytesMax, textPageBytes } from '../limits.ts';
import { placePrograms, programBytes } from './line-programs.ts';
import type { PlacedFamilies } from './placed-families.ts';

/** Of the starts of a group's values, those of its two times; those of the families of its form follow. */
export const failureTimeStart = 0;
export const pushTimeStart = 1;
const firstFamilyStart = 2;

/** The form number of groups without one. */
const noForm = 0;

/**
 * What groups hold, laid out for `FormLines`: labels, times, the values of those that have a form, and texts of the others, as many as there is
 * room for. It stays from scrape to scrape, and only groups that changed are laid out anew: to read one where V8 has it takes 1 us, since little
 * of it is in a cache.
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
  readonly #families: PlacedFamilies;
  readonly #formNumbers = new Map<TextForm, number>();
  /** Of areas that were given to texts of groups without form. */
  #textBytes = 0;
  /** What comes next of the group that is laid out. */
  #nextWord = 0;
  #nextByte = 0;

  constructor(memory: LinearMemory, families: PlacedFamilies) {
    this.#memory = memory;
    this.#families = families;
    this.table = new WordTable(memory);
    this.#areas = new WordTable(memory);
    this.#capacities = new WordTable(memory);
  }

  /** Form numbers are below this. */
  get formCount(): number {
    return this.#formNumbers.size + 1;
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
    if (isForeign) this.table.set(slot, foreignGroup);
    else this.table.set(slot, form === null ? this.#placePlain(slot, group, texts) : this.#placeValues(slot, group, texts, form));
  }

  #placeValues(slot: number, group: Group, texts: KeyTexts, { form, valueText, valueStarts }: FormFamilies): number {
    const address = this.#placeHead(slot, group, texts, {
      number: this.#numberOf(form),
      words: valueStarts.length,
      bytes: valueText.length,
    });
    const { bytes, words } = this.#memory;
    bytes.write(valueText, this.#nextByte, 'latin1');
    const timesLength = this.#nextByte - (words[address / wordBytes + valuesWord] as number);
    let word = this.#nextWord;
    for (const start of valueStarts) words[word++] = timesLength + start;
    return address;
  }

  #placePlain(slot: number, group: Group, texts: KeyTexts): number {
    const members = this.#findTexts(slot, group.families);
    const textBytes = members.reduce((sum, { home }) => sum + home.end - home.start, 0);
    const address = this.#placeHead(slot, group, texts, { number: noForm, words: 1 + members.length * groupTextWords, bytes: textBytes });
    const { bytes, words } = this.#memory;
    let at = this.#nextByte;
    let word = this.#nextWord;
    words[word++] = members.length;
    for (const { family, home } of members) {
      words[word++] = family;
      words[word++] = at;
      words[word++] = home.end - home.start;
      at += home.bytes.copy(bytes, at, home.start, home.end);
    }
    return address;
  }

  /** Lays out what every group has: labels and times. Leaves room for more, from `#nextWord` and `#nextByte` on. */
  #placeHead(slot: number, { failureTimeSeconds, pushTimeSeconds }: Group, { alone, labels }: KeyTexts, rest: GroupRest): number {
    const failureTime = `${formatGoFloat(failureTimeSeconds)}\n`;
    const times = `${failureTime}${formatGoFloat(pushTimeSeconds)}\n`;
    const headWords = groupHeadWords + 2 * labels.length + firstFamilyStart + rest.words;
    const address = this.#areaFor(slot, headWords * wordBytes + alone.length + times.length + rest.bytes);
    const { bytes, words } = this.#memory;
    const labelsAt = address + headWords * wordBytes;
    const valuesAt = labelsAt + bytes.write(alone, labelsAt, 'latin1');

    let word = address / wordBytes;
    words[word++] = rest.number;
    words[word++] = labelsAt;
    words[word++] = alone.length;
    words[word++] = valuesAt;
    words[word++] = address + (groupHeadWords + 2 * labels.length) * wordBytes;
    let labelAt = labelsAt;
    for (const { length } of labels) {
      words[word++] = labelAt;
      words[word++] = length;
      labelAt += length + ','.length;
    }
    words[word++] = 0;
    words[word++] = failureTime.length;
    this.#nextWord = word;
    this.#nextByte = valuesAt + bytes.write(times, valuesAt, 'latin1');
    return address;
  }

  /** The texts of a group without form that are laid out, sorted by family: all that need not be escaped, if there is room. */
  #findTexts(slot: number, families: FamilyTable): readonly GroupText[] {
    const texts: GroupText[] = [];
    let bytes = 0;
    for (const { name, hasLegacyNames, flaw, protobuf, home } of families.values()) {
      if (!hasLegacyNames || flaw !== null) continue;
      const family = this.#families.addressOf(name);
      texts.push({ family: protobuf === null ? family : family | messageBit, home });
      bytes += home.end - home.start;
    }
    if (this.#capacities.get(slot) < bytes) {
      if (this.#textBytes + bytes > imageTextBytesMax) return [];
      this.#textBytes += bytes;
    }
    return texts.sort((a, b) => a.family - b.family);
  }

  /** The form number of a form. */
  #numberOf(form: TextForm): number {
    const known = this.#formNumbers.get(form);
    if (known !== undefined) return known;
    const { constants, holes } = form;
    const families = Array.from(form.families.values(), (family) => ({ ...family, start: firstFamilyStart + family.place }));
    const programs = placePrograms(this.#memory, { constants, holes, families });
    const number = this.#formNumbers.size + 1;
    for (const { name, place, hasMessage } of families)
      this.#families.addProgram(name, number, programs + place * programBytes, hasMessage);
    this.#formNumbers.set(form, number);
    return number;
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

/** What groups of one kind have and others have not. */
interface GroupRest {
  /** The form number. */
  readonly number: number;
  readonly words: number;
  readonly bytes: number;
}

interface GroupText {
  /** The address of the family, with `messageBit` if there is a message beside it. */
  readonly family: number;
  readonly home: ReadyText;
}

/** Bytes of the longest constant in lines of times. */
const timeConstantMax = 64;

const wordBytes = 4;
/** Of a group: the address of its values. */
const valuesWord = 3;
