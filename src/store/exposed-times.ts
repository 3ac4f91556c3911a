import type { ExposedPart } from '../exposition/exposed-family.ts';
import type { ExposedValues } from '../exposition/exposed-values.ts';
import type { FieldSource, FieldWriter } from '../exposition/page/field-writer.ts';
import type { LineWriter } from '../exposition/page/line-writer.ts';
import { readyTextOf } from '../exposition/ready-text.ts';
import { readFamily } from '../exposition/store-family.ts';
import type { EscapingScheme } from '../model/escaping.ts';
import type { Group } from '../model/group.ts';
import type { MetricFamily } from '../model/metric-family.ts';
import type { StoredFamily } from '../model/stored-family.ts';

/** One of the two families of times that every group has, as scrapes read it until groups come or go. */
export class ExposedTimes implements ExposedPart {
  readonly #name: string;
  /** Which of the starts of a group is its own (see `GroupImage`). */
  readonly #start: number;
  /** Of the groups that show it. */
  readonly #slots: readonly number[];
  readonly #create: (group: Group) => StoredFamily;

  constructor({ name, start, slots, create }: ExposedTimesParts) {
    this.#name = name;
    this.#start = start;
    this.#slots = slots;
    this.#create = create;
  }

  addLines(writer: LineWriter, scheme: EscapingScheme): void {
    writer.beginTimes(this.#name, this.#start);
    writer.addGroups(this.#slots, (group) => readyTextOf(this.#create(group), scheme));
  }

  addFields(writer: FieldWriter): boolean {
    writer.lines.beginTimes(this.#name, this.#start);
    return writer.add(this.#slots, this.#source());
  }

  *writeFields(writer: FieldWriter): Generator<undefined> {
    writer.lines.beginTimes(this.#name, this.#start);
    yield* writer.write(this.#slots, this.#source());
  }

  *familiesIn({ groups }: ExposedValues): Generator<MetricFamily> {
    for (const slot of this.#slots) yield readFamily(this.#create(groups[slot] as Group));
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
}

interface ExposedTimesParts {
  readonly name: string;
  readonly start: number;
  readonly slots: readonly number[];
  /** The family of one group. */
  readonly create: (group: Group) => StoredFamily;
}
