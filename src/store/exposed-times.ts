import type { ExposedPart } from '../exposition/exposed-family.ts';
import type { FieldSource, FieldWriter } from '../exposition/page/field-writer.ts';
import type { LineWriter } from '../exposition/page/line-writer.ts';
import { readyTextOf } from '../exposition/ready-text.ts';
import { readFamily } from '../exposition/store-family.ts';
import type { EscapingScheme } from '../model/escaping.ts';
import type { Group } from '../model/group.ts';
import type { MetricFamily } from '../model/metric-family.ts';
import type { StoredFamily } from '../model/stored-family.ts';

/** One of the two families of times that every group has, as one scrape reads it. */
export class ExposedTimes implements ExposedPart {
  readonly #name: string;
  /** Which of the starts of a group is its own (see `GroupImage`). */
  readonly #start: number;
  /** All groups by slot, and the slots of those that show it. */
  readonly #groups: readonly (Group | null)[];
  readonly #slots: readonly number[];
  readonly #create: (group: Group) => StoredFamily;

  constructor({ name, start, groups, slots, create }: ExposedTimesParts) {
    this.#name = name;
    this.#start = start;
    this.#groups = groups;
    this.#slots = slots;
    this.#create = create;
  }

  addLines(writer: LineWriter, scheme: EscapingScheme): void {
    writer.beginTimes(this.#name, this.#start, this.#groups);
    writer.addGroups(this.#slots, (group) => readyTextOf(this.#create(group), scheme));
  }

  addFields(writer: FieldWriter): boolean {
    writer.lines.beginTimes(this.#name, this.#start, this.#groups);
    return writer.add(this.#slots, this.#source());
  }

  *writeFields(writer: FieldWriter): Generator<undefined> {
    writer.lines.beginTimes(this.#name, this.#start, this.#groups);
    yield* writer.write(this.#slots, this.#source());
  }

  *families(): Generator<MetricFamily> {
    for (const slot of this.#slots) yield readFamily(this.#familyAt(slot));
  }

  #source(): FieldSource {
    return {
      name: this.#name,
      type: 'gauge',
      // Asked for where names have to be escaped, or labels are longer than a page.
      textOf: () => null,
      familyOf: (group) => readFamily(this.#create(group)),
    };
  }

  #familyAt(slot: number): StoredFamily {
    return this.#create(this.#groups[slot] as Group);
  }
}

interface ExposedTimesParts {
  readonly name: string;
  readonly start: number;
  readonly groups: readonly (Group | null)[];
  readonly slots: readonly number[];
  /** The family of one group. */
  readonly create: (group: Group) => StoredFamily;
}
