import { countSamples, countTextBytes } from '../../exposition/form-families.ts';
import type { Group } from '../../model/group.ts';
import type { GroupingKey } from '../../model/grouping-key.ts';
import type { FamilyNames, FamilyNamesTable } from './family-names.ts';
import type { Search } from './search.ts';

/** A group in the list, with all that queries ask of it: found out when it is pushed, as its families are at hand then, and not when somebody waits. */
export class GroupRow {
  readonly id: string;
  readonly job: string;
  /** `''` if it has none. */
  readonly instance: string;
  // As in the group, but at hand: those of a group that was pushed anew lie far away.
  pushTimeSeconds: number;
  failureTimeSeconds: number;
  /** Index among the rows of the catalog, which alone may change it. */
  place: number;
  /** Unix milliseconds; 0: it is there. */
  deletedAtMs = 0;
  readonly #table: FamilyNamesTable;
  /** Name and value of each label but job and instance: a query reads them of every row, and each step on the way there waits for memory. */
  readonly #pairs: readonly string[];
  /** All label values in lower case, a line each; a word of a search holds no line feed. */
  readonly #values: string;
  #group: Group;
  /** Sample lines of an exposition. */
  samples = 0;
  /** Of the sample lines. */
  bytes = 0;
  #familyNames: FamilyNames;

  constructor(group: Group, place: number, table: FamilyNamesTable) {
    const { id, labels } = group.key;
    this.id = id;
    this.place = place;
    this.job = labels.find(({ name }) => name === 'job')?.value ?? '';
    this.instance = labels.find(({ name }) => name === 'instance')?.value ?? '';
    this.pushTimeSeconds = group.pushTimeSeconds;
    this.failureTimeSeconds = group.failureTimeSeconds;
    this.#pairs = labels
      .filter(({ name }) => name !== 'job' && name !== 'instance')
      .flatMap(({ name, value }) => [table.shareName(name), value]);
    this.#values = joinValues(labels).toLowerCase();
    this.#table = table;
    this.#group = group;
    this.#familyNames = table.intern(group, null);
    this.#sumUp();
  }

  /** The group as it is now. */
  get group(): Group {
    return this.#group;
  }

  get familyNames(): FamilyNames {
    return this.#familyNames;
  }

  /** The group was written. Hot path: once per push. */
  update(group: Group): void {
    const isPushed = group.families !== this.#group.families;
    this.#group = group;
    this.pushTimeSeconds = group.pushTimeSeconds;
    this.failureTimeSeconds = group.failureTimeSeconds;
    if (!isPushed) return;
    this.#familyNames = this.#table.intern(group, this.#familyNames);
    this.#sumUp();
  }

  /** The group was deleted: only its labels and times stay. */
  empty(atMs: number): void {
    this.deletedAtMs = atMs;
    this.update({ ...this.#group, families: new Map() });
  }

  /** `''` for a label that is not there, as in PromQL. */
  labelValue(name: string): string {
    if (name === 'job') return this.job;
    if (name === 'instance') return this.instance;
    const pairs = this.#pairs;
    for (let i = 0; i < pairs.length; i += 2) if (pairs[i] === name) return pairs[i + 1] as string;
    return '';
  }

  /** Whether every word is in one of the label values, or in one `name=value` if it has an equals sign. */
  isFound(search: Search): boolean {
    for (const word of search) {
      if (!this.#values.includes(word) && !(word.includes('=') && this.#isInPairs(word))) return false;
    }
    return true;
  }

  #sumUp(): void {
    this.samples = countSamples(this.#group.families);
    this.bytes = countTextBytes(this.#group.families);
  }

  #isInPairs(word: string): boolean {
    return this.#group.key.labels.some(({ name, value }) => `${name}=${value}`.toLowerCase().includes(word));
  }
}

function joinValues(labels: GroupingKey['labels']): string {
  let text = '';
  for (const { value } of labels) text += `${value}\n`;
  return text;
}
