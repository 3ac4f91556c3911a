import type { ExposedPart } from '../exposition/exposed-family.ts';
import type { ExposedValues } from '../exposition/exposed-values.ts';
import type { FormFamily } from '../exposition/fast-text/text-form.ts';
import { FormFamilies } from '../exposition/form-families.ts';
import type { FieldSource, FieldWriter } from '../exposition/page/field-writer.ts';
import type { LineWriter } from '../exposition/page/line-writer.ts';
import { isToldByReadyText, readyTextOf } from '../exposition/ready-text.ts';
import { readFamily } from '../exposition/store-family.ts';
import type { EscapingScheme } from '../model/escaping.ts';
import type { FamilyTable } from '../model/family-table.ts';
import type { Group } from '../model/group.ts';
import type { MetricFamily, MetricType } from '../model/metric-family.ts';
import type { StoredFamily } from '../model/stored-family.ts';

/** One family of many groups, as scrapes read it until it is held by other groups. */
export class ExposedGroups implements ExposedPart {
  readonly #name: string;
  readonly #type: MetricType;
  /** Of the groups that expose the family, in pieces. */
  readonly #slots: readonly (readonly number[])[];

  constructor(name: string, type: MetricType, slots: readonly (readonly number[])[]) {
    this.#name = name;
    this.#type = type;
    this.#slots = slots;
  }

  // Hot path: guarded by bench/.
  addLines(writer: LineWriter, scheme: EscapingScheme): void {
    writer.beginFamily(this.#name);
    const textOf = ({ families }: Group): string | Uint8Array => this.#textOf(families, scheme);
    for (const slots of this.#slots) writer.addGroups(slots, textOf);
  }

  // Hot path: guarded by bench/.
  addFields(writer: FieldWriter): boolean {
    const [slots] = this.#slots;
    if (slots === undefined || this.#slots.length > 1) return false;
    writer.lines.beginFamily(this.#name);
    return writer.add(slots, this.#source());
  }

  *writeFields(writer: FieldWriter): Generator<undefined> {
    writer.lines.beginFamily(this.#name);
    const source = this.#source();
    for (const slots of this.#slots) yield* writer.write(slots, source);
  }

  *familiesIn({ groups }: ExposedValues): Generator<MetricFamily> {
    for (const slots of this.#slots) for (const slot of slots) yield readFamily(this.#memberOf((groups[slot] as Group).families));
  }

  #source(): FieldSource {
    return {
      name: this.#name,
      type: this.#type,
      textOf: ({ families }) => this.#toldTextIn(families),
      familyOf: ({ families }) => readFamily(this.#memberOf(families)),
    };
  }

  /** The text of a member that says all there is of it, or `null`. */
  #toldTextIn(table: FamilyTable): string | Uint8Array | null {
    if (table instanceof FormFamilies) {
      const family = table.form.families.get(this.#name) as FormFamily;
      return family.hasMessage ? null : table.render(family);
    }
    const member = this.#memberOf(table);
    return isToldByReadyText(member) ? member.home.bytes.subarray(member.home.start, member.home.end) : null;
  }

  #textOf(table: FamilyTable, scheme: EscapingScheme): string | Uint8Array {
    if (table instanceof FormFamilies) return table.render(table.form.families.get(this.#name) as FormFamily);
    return readyTextOf(this.#memberOf(table), scheme);
  }

  #memberOf(table: FamilyTable): StoredFamily {
    return table.get(this.#name) as StoredFamily;
  }
}
