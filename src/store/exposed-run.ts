import { FormFamilies } from '../exposition/form-families.ts';
import type { EncodedMetrics, ExposedPiece } from '../exposition/exposed-family.ts';
import type { FormFamily, TextForm } from '../exposition/fast-text/text-form.ts';
import { encodeReadyText, encodeStoredMetrics } from '../exposition/protobuf/encode-stored.ts';
import { writeReadyText } from '../exposition/ready-text.ts';
import { readFamily } from '../exposition/store-family.ts';
import type { EscapingScheme } from '../model/escaping.ts';
import type { FamilyTable } from '../model/family-table.ts';
import type { Group } from '../model/group.ts';
import type { MetricFamily, MetricType } from '../model/metric-family.ts';
import type { StoredFamily } from '../model/stored-family.ts';
import { pieceBytesMax } from './limits.ts';

/** One family of the groups at these slots, in runs that are small enough to be written between two other requests. */
export function cutRuns(
  name: string,
  type: MetricType,
  pieces: readonly (readonly number[])[],
  groups: readonly (Group | null)[],
): Iterable<ExposedPiece> {
  return {
    *[Symbol.iterator]() {
      let run = new ExposedRun(name, type);
      for (const slots of pieces) {
        for (const slot of slots) {
          const group = groups[slot];
          if (group === null || group === undefined || run.add(group.families)) continue;
          yield run;
          run = new ExposedRun(name, type);
          run.add(group.families);
        }
      }
      if (!run.isEmpty) yield run;
    },
  };
}

/** What a scrape writes at once. */
class ExposedRun implements ExposedPiece {
  readonly #name: string;
  readonly #type: MetricType;
  readonly #tables: FamilyTable[] = [];
  #textBytes = 0;
  /** Neighbours mostly have one form. */
  #form: TextForm | null = null;
  #formFamily: FormFamily | null = null;

  constructor(name: string, type: MetricType) {
    this.#name = name;
    this.#type = type;
  }

  get isEmpty(): boolean {
    return this.#tables.length === 0;
  }

  /** False: there is no room for it. */
  add(table: FamilyTable): boolean {
    const bytes = this.#textBytesIn(table);
    if (!this.isEmpty && this.#textBytes + bytes > pieceBytesMax) return false;
    this.#tables.push(table);
    this.#textBytes += bytes;
    return true;
  }

  /** The sample lines, in a buffer of their own. */
  text(scheme: EscapingScheme): Buffer {
    const isReady = scheme === 'allow-utf-8' || this.#isEvery(({ hasLegacyNames }) => hasLegacyNames);
    return isReady ? this.#joinText() : Buffer.concat(this.#members().map((member) => writeReadyText(member, scheme)));
  }

  protobuf(scheme: EscapingScheme): EncodedMetrics {
    const isTold = this.#isEvery(({ protobuf, hasLegacyNames, flaw }) => protobuf === null && hasLegacyNames && flaw === null);
    const encoded = isTold ? encodeReadyText(this.#joinText(), this.#type) : null;
    return encoded ?? encodeStoredMetrics(this.#members(), scheme);
  }

  *families(): Generator<MetricFamily> {
    for (const member of this.#members()) yield readFamily(member);
  }

  // Hot path: guarded by bench/.
  #joinText(): Buffer {
    const text = Buffer.allocUnsafeSlow(this.#textBytes);
    let position = 0;
    for (const table of this.#tables) {
      if (table instanceof FormFamilies) {
        position += text.write(table.render(this.#familyOf(table.form)), position, 'latin1');
      } else {
        const { bytes, start, end } = this.#memberOf(table).home;
        position += bytes.copy(text, position, start, end);
      }
    }
    return text;
  }

  #textBytesIn(table: FamilyTable): number {
    if (table instanceof FormFamilies) return table.textBytesOf(this.#familyOf(table.form));
    const { start, end } = this.#memberOf(table).home;
    return end - start;
  }

  #familyOf(form: TextForm): FormFamily {
    if (form !== this.#form || this.#formFamily === null) {
      this.#form = form;
      this.#formFamily = form.families.get(this.#name) as FormFamily;
    }
    return this.#formFamily;
  }

  #isEvery(test: (member: StoredFamily) => boolean): boolean {
    // What has a form is told by its text, under legacy names.
    return this.#tables.every((table) => table instanceof FormFamilies || test(this.#memberOf(table)));
  }

  #members(): StoredFamily[] {
    return this.#tables.map((table) => this.#memberOf(table));
  }

  #memberOf(table: FamilyTable): StoredFamily {
    return table.get(this.#name) as StoredFamily;
  }
}
