import type { EncodedMetrics, ExposedPart } from '../exposition/exposed-family.ts';
import type { FormFamily } from '../exposition/fast-text/text-form.ts';
import { FormFamilies } from '../exposition/form-families.ts';
import { encodeReadyText, encodeStoredMetrics } from '../exposition/protobuf/encode-stored.ts';
import { isToldByReadyText } from '../exposition/protobuf/transcode-text.ts';
import { readyTextOf } from '../exposition/ready-text.ts';
import { readFamily } from '../exposition/store-family.ts';
import type { LineWriter } from '../exposition/page/line-writer.ts';
import { TextChunk } from '../exposition/text-chunk.ts';
import type { EscapingScheme } from '../model/escaping.ts';
import type { FamilyTable } from '../model/family-table.ts';
import type { Group } from '../model/group.ts';
import type { MetricFamily, MetricType } from '../model/metric-family.ts';
import type { StoredFamily } from '../model/stored-family.ts';

/** One family of many groups, as one scrape reads it. */
export class ExposedGroups implements ExposedPart {
  readonly #name: string;
  readonly #type: MetricType;
  /** Of the groups that expose the family, in pieces. */
  readonly #slots: readonly (readonly number[])[];
  /** All groups, by slot. */
  readonly #groups: readonly (Group | null)[];

  constructor(name: string, type: MetricType, slots: readonly (readonly number[])[], groups: readonly (Group | null)[]) {
    this.#name = name;
    this.#type = type;
    this.#slots = slots;
    this.#groups = groups;
  }

  // Hot path: guarded by bench/.
  *writeText(writer: LineWriter, scheme: EscapingScheme): Generator<Uint8Array> {
    writer.beginFamily(this.#name, this.#groups);
    for (const slots of this.#slots) yield* writer.write(slots, ({ families }) => this.#textOf(families, scheme));
  }

  /** What a text tells is read from it, many groups at once. */
  *protobufs(scheme: EscapingScheme): Generator<EncodedMetrics> {
    const chunk = new TextChunk();
    let tables: FamilyTable[] = [];
    for (const slots of this.#slots) {
      for (const slot of slots) {
        const { families } = this.#groups[slot] as Group;
        const text = this.#toldTextIn(families);
        if (text === null || !chunk.hasRoom(text.length)) {
          if (!chunk.isEmpty) yield this.#encode(chunk.take(), tables, scheme);
          tables = [];
        }
        if (text === null) {
          yield encodeStoredMetrics([this.#memberOf(families)], scheme);
        } else {
          chunk.append(text);
          tables.push(families);
        }
      }
    }
    if (!chunk.isEmpty) yield this.#encode(chunk.take(), tables, scheme);
  }

  *families(): Generator<MetricFamily> {
    for (const member of this.#members()) yield readFamily(member);
  }

  #encode(text: Buffer, tables: readonly FamilyTable[], scheme: EscapingScheme): EncodedMetrics {
    const encoded = encodeReadyText(text, this.#type);
    return (
      encoded ??
      encodeStoredMetrics(
        tables.map((table) => this.#memberOf(table)),
        scheme,
      )
    );
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

  *#members(): Generator<StoredFamily> {
    for (const slots of this.#slots) for (const slot of slots) yield this.#memberOf((this.#groups[slot] as Group).families);
  }
}
