import { countSamples, countTextBytes } from '../../exposition/form-families.ts';
import type { Group } from '../../model/group.ts';
import type { GroupingKey } from '../../model/grouping-key.ts';
import type { FamilyNames, FamilyNamesTable } from './family-names.ts';
import type { Search } from './search.ts';

/** A group in the list, with all that queries ask of it: found out when it is pushed, as its families are at hand then, and not when somebody waits. */
export class GroupRow {
  readonly id: string;
  readonly job: string;
  /** Index among the rows of the catalog, which alone may change it. */
  place: number;
  /** Unix milliseconds; 0: it is there. */
  deletedAtMs = 0;
  readonly #table: FamilyNamesTable;
  /** Those of the group: a query reads them of every row, and each step on the way there waits for memory. */
  readonly #labels: GroupingKey['labels'];
  /** All label values in lower case, a line each; a word of a search holds no line feed. */
  readonly #values: string;
  #group: Group;
  /** -1: not asked for since the last push. */
  #samples = -1;
  #bytes = -1;
  #familyNames: FamilyNames;

  constructor(group: Group, place: number, table: FamilyNamesTable) {
    const { id, labels } = group.key;
    this.id = id;
    this.place = place;
    this.job = labels.find(({ name }) => name === 'job')?.value ?? '';
    this.#labels = labels;
    this.#values = joinValues(labels).toLowerCase();
    this.#table = table;
    this.#group = group;
    this.#familyNames = table.intern(group, null);
  }

  /** The group as it is now. */
  get group(): Group {
    return this.#group;
  }

  /** Sample lines of an exposition. */
  get samples(): number {
    if (this.#samples === -1) this.#samples = countSamples(this.#group.families);
    return this.#samples;
  }

  /** Of the sample lines. */
  get bytes(): number {
    if (this.#bytes === -1) this.#bytes = countTextBytes(this.#group.families);
    return this.#bytes;
  }

  get familyNames(): FamilyNames {
    return this.#familyNames;
  }

  /** The group was written. Hot path: once per push. */
  update(group: Group): void {
    const isPushed = group.families !== this.#group.families;
    this.#group = group;
    if (!isPushed) return;
    this.#familyNames = this.#table.intern(group, this.#familyNames);
    this.#samples = -1;
    this.#bytes = -1;
  }

  /** The group was deleted: only its labels and times stay. */
  empty(atMs: number): void {
    this.deletedAtMs = atMs;
    this.update({ ...this.#group, families: new Map() });
  }

  /** `''` for a label that is not there, as in PromQL. */
  labelValue(name: string): string {
    if (name === 'job') return this.job;
    for (const label of this.#labels) if (label.name === name) return label.value;
    return '';
  }

  /** Whether every word is in one of the label values, or in one `name=value` if it has an equals sign. */
  isFound(search: Search): boolean {
    for (const word of search) {
      if (!this.#values.includes(word) && !(word.includes('=') && this.#isInPairs(word))) return false;
    }
    return true;
  }

  #isInPairs(word: string): boolean {
    return this.#labels.some(({ name, value }) => `${name}=${value}`.toLowerCase().includes(word));
  }
}

function joinValues(labels: GroupingKey['labels']): string {
  let text = '';
  for (const { value } of labels) text += `${value}\n`;
  return text;
}
