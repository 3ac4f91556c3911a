import type { FamilyTable } from '../model/family-table.ts';
import type { ReadyText, StoredFamily } from '../model/stored-family.ts';
import type { FamilyMessages } from './fast-text/family-messages.ts';
import type { KeyTexts } from './fast-text/line-labels.ts';
import { type FormFamily, lengthWithoutValues, type TextForm } from './fast-text/text-form.ts';

/** What a push holds that its form does not. */
export interface PushedValues {
  /** In the order of the text, each ended by a line feed. */
  readonly values: string;
  /** Where the values of each family begin. */
  readonly starts: readonly number[];
  readonly messages: FamilyMessages | null;
}

/**
 * The families of a push that has a form which others share: what is kept of it are its values. Its text is written when somebody asks,
 * which a scrape does family by family.
 */
export class FormFamilies implements FamilyTable {
  /** Two tables of one form, in groups of one grouping key, hold the same series. */
  readonly form: TextForm;
  readonly #texts: KeyTexts;
  readonly #values: string;
  readonly #starts: readonly number[];
  readonly #messages: FamilyMessages | null;
  readonly pushedAtMs: number;
  /** Once somebody needed all families to stay as they are. */
  #settled: ReadonlyMap<string, StoredFamily> | null = null;

  constructor(form: TextForm, texts: KeyTexts, { values, starts, messages }: PushedValues, atMs: number) {
    this.form = form;
    this.#texts = texts;
    this.#values = values;
    this.#starts = starts;
    this.#messages = messages;
    this.pushedAtMs = atMs;
  }

  get size(): number {
    return this.form.families.size;
  }

  has(name: string): boolean {
    return this.form.families.has(name);
  }

  keys(): Iterable<string> {
    return this.form.families.keys();
  }

  get(name: string): StoredFamily | undefined {
    if (this.#settled !== null) return this.#settled.get(name);
    const family = this.form.families.get(name);
    return family === undefined ? undefined : this.#view(family);
  }

  *values(): Generator<StoredFamily> {
    if (this.#settled !== null) yield* this.#settled.values();
    else for (const family of this.form.families.values()) yield this.#view(family);
  }

  /** All grouping labels as they stand between the braces, a latin1 string. */
  get labelsText(): string {
    return this.#texts.alone;
  }

  /** Characters that are kept for this push alone. */
  get weight(): number {
    return this.#values.length + this.#starts.length * 8 + (this.#messages?.bytes.length ?? 0);
  }

  /** Of the ready text of all families. */
  get textBytes(): number {
    return lengthWithoutValues(this.form.whole, this.#texts) + this.#values.length;
  }

  textBytesOf(family: FormFamily): number {
    const valuesEnd = this.#starts[family.place + 1] ?? this.#values.length;
    return lengthWithoutValues(family.measure, this.#texts) + valuesEnd - (this.#starts[family.place] as number);
  }

  /** The ready text of one family, a latin1 string of its bytes. */
  render(family: FormFamily): string {
    return this.form.render(family, this.#texts, this.#values, this.#starts[family.place] as number);
  }

  /** What the text of a family does not tell (see `StoredFamily.protobuf`). */
  messageOf({ hasMessage, place }: FormFamily): Uint8Array | null {
    if (!hasMessage || this.#messages === null) return null;
    const { bytes, ends } = this.#messages;
    return bytes.subarray(ends[place - 1] ?? 0, ends[place]);
  }

  /** Writes the families one behind the other, the ready text of each and then its message. */
  writeBodies(target: Buffer, start: number): void {
    let end = start;
    for (const family of this.form.families.values()) {
      end += target.write(this.render(family), end, 'latin1');
      const message = this.messageOf(family);
      if (message === null) continue;
      target.set(message, end);
      end += message.length;
    }
  }

  /** The families as they would be without a form, their texts in one buffer. */
  toPlain(): ReadonlyMap<string, StoredFamily> {
    if (this.#settled !== null) return this.#settled;
    const bytes = Buffer.allocUnsafeSlow(this.textBytes);
    const families = new Map<string, StoredFamily>();
    let end = 0;
    for (const family of this.form.families.values()) {
      const start = end;
      end += bytes.write(this.render(family), start, 'latin1');
      families.set(family.name, { ...this.#describe(family), home: { bytes, start, end } });
    }
    return families;
  }

  /** As `toPlain`, and from now on each family of this table is one of those. */
  settle(): ReadonlyMap<string, StoredFamily> {
    return (this.#settled ??= this.toPlain());
  }

  /** What there is to say of a family without its text. */
  #describe(family: FormFamily): Omit<StoredFamily, 'home'> {
    const { name, type, help, metricCount, sampleCount, order } = family;
    const protobuf = this.messageOf(family);
    const { pushedAtMs } = this;
    return { name, type, help, metricCount, sampleCount, pushedAtMs, protobuf, order, hasLegacyNames: true, flaw: null };
  }

  /** A family whose text is written when it is looked at. */
  #view(family: FormFamily): StoredFamily {
    const write = (): ReadyText => {
      const bytes = Buffer.from(this.render(family), 'latin1');
      return { bytes, start: 0, end: bytes.length };
    };
    let home: ReadyText | null = null;
    return {
      ...this.#describe(family),
      get home(): ReadyText {
        return (home ??= write());
      },
    };
  }
}

/** The families by name, in a table that keeps them as they are. */
export function settleFamilies(families: FamilyTable): FamilyTable {
  return families instanceof FormFamilies ? families.settle() : families;
}

/** The families by name, each with its text at hand. */
export function plainFamilies(families: FamilyTable): FamilyTable {
  return families instanceof FormFamilies ? families.toPlain() : families;
}

/** Sample lines of all families. */
export function countSamples(families: FamilyTable): number {
  if (families instanceof FormFamilies) return families.form.sampleCount;
  let samples = 0;
  for (const { sampleCount } of families.values()) samples += sampleCount;
  return samples;
}

/** Bytes of the ready text of all families. */
export function countTextBytes(families: FamilyTable): number {
  if (families instanceof FormFamilies) return families.textBytes;
  let bytes = 0;
  for (const { home } of families.values()) bytes += home.end - home.start;
  return bytes;
}

/** Whether two tables of groups with one grouping key surely hold the same series under the same types and HELPs. */
export function haveSameForm(a: FamilyTable, b: FamilyTable): boolean {
  return a === b || (a instanceof FormFamilies && b instanceof FormFamilies && a.form === b.form);
}
