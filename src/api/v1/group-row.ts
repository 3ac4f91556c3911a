import type { Group } from '../../model/group.ts';
import type { FamilyNames, FamilyNamesTable } from './family-names.ts';
import type { Search } from './search.ts';

/** A group in the list, with what is found out of it when somebody asks, and kept until it changes. */
export class GroupRow {
  readonly id: string;
  readonly job: string;
  /** The group as it is now. */
  group: Group;
  /** Index among the rows of the catalog, which alone may change it. */
  place: number;
  readonly #table: FamilyNamesTable;
  #totalsOf: Group | null = null;
  #samples = 0;
  #bytes = 0;
  #namesOf: Group | null = null;
  #names: FamilyNames | null = null;
  #values: string | null = null;

  constructor(group: Group, place: number, table: FamilyNamesTable) {
    this.group = group;
    this.id = group.key.id;
    this.place = place;
    this.#table = table;
    this.job = group.key.labels.find(({ name }) => name === 'job')?.value ?? '';
  }

  /** Sample lines of an exposition. */
  get samples(): number {
    if (this.#totalsOf !== this.group) this.#sumUp();
    return this.#samples;
  }

  /** Of the sample lines. */
  get bytes(): number {
    if (this.#totalsOf !== this.group) this.#sumUp();
    return this.#bytes;
  }

  get familyNames(): FamilyNames {
    return this.#names === null || this.#namesOf !== this.group ? this.#readNames() : this.#names;
  }

  /** `''` for a label that is not there, as in PromQL. */
  labelValue(name: string): string {
    if (name === 'job') return this.job;
    for (const label of this.group.key.labels) if (label.name === name) return label.value;
    return '';
  }

  /** Whether every word is in one of the label values, or in one `name=value` if it has an equals sign. */
  isFound(search: Search): boolean {
    for (const word of search) {
      if (!this.#lowerCaseValues().includes(word) && !(word.includes('=') && this.#isInPairs(word))) return false;
    }
    return true;
  }

  /** Finds out at once what a query may ask. */
  warmUp(): void {
    this.#lowerCaseValues();
    if (this.#totalsOf !== this.group) this.#sumUp();
    this.#readNames();
  }

  /** All values, a line each; a word of a search holds no line feed. */
  #lowerCaseValues(): string {
    if (this.#values !== null) return this.#values;
    let text = '';
    for (const { value } of this.group.key.labels) text += `${value}\n`;
    this.#values = text.toLowerCase();
    return this.#values;
  }

  #isInPairs(word: string): boolean {
    return this.group.key.labels.some(({ name, value }) => `${name}=${value}`.toLowerCase().includes(word));
  }

  #readNames(): FamilyNames {
    this.#names = this.#table.intern(this.group, this.#names);
    this.#namesOf = this.group;
    return this.#names;
  }

  #sumUp(): void {
    this.#samples = 0;
    this.#bytes = 0;
    for (const { sampleCount, home } of this.group.families.values()) {
      this.#samples += sampleCount;
      this.#bytes += home.end - home.start;
    }
    this.#totalsOf = this.group;
  }
}
