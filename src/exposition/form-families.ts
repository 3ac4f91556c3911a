import type { FamilyTable } from '../model/family-table.ts';
import type { GroupingKey } from '../model/grouping-key.ts';
import type { MetricType } from '../model/metric-family.ts';
import type { FamilyHead, ReadyText, StoredFamily } from '../model/stored-family.ts';
import { type FamilyMessages, messageAt } from './fast-text/family-messages.ts';
import { type KeyTexts, textsOfKey } from './fast-text/line-labels.ts';
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
  readonly texts: KeyTexts;
  /** Of all samples in the order of the text, each ended by a line feed; a latin1 string. */
  readonly valueText: string;
  /** Where the values of each family begin. */
  readonly valueStarts: readonly number[];
  readonly #messages: FamilyMessages | null;
  readonly pushedAtMs: number;
  /** Once somebody needed all families to stay as they are. */
  #settled: ReadonlyMap<string, StoredFamily> | null = null;

  constructor(form: TextForm, texts: KeyTexts, { values, starts, messages }: PushedValues, atMs: number) {
    this.form = form;
    this.texts = texts;
    this.valueText = values;
    this.valueStarts = starts;
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
    return family === undefined ? undefined : new FamilyView(this, family);
  }

  *values(): Generator<StoredFamily> {
    if (this.#settled !== null) yield* this.#settled.values();
    else for (const family of this.form.families.values()) yield new FamilyView(this, family);
  }

  /** Characters that are kept for this push alone. */
  get weight(): number {
    return this.valueText.length + this.valueStarts.length * 8 + (this.#messages?.bytes.length ?? 0);
  }

  /** Of the ready text of all families. */
  get textBytes(): number {
    return lengthWithoutValues(this.form.whole, this.texts) + this.valueText.length;
  }

  /** The ready text of one family, a latin1 string of its bytes. */
  render(family: FormFamily): string {
    return this.form.render(family, this.texts, this.valueText, this.valueStarts[family.place] as number);
  }

  /** What the text of a family does not tell (see `StoredFamily.protobuf`). */
  messageOf({ hasMessage, place }: FormFamily): Uint8Array | null {
    return hasMessage && this.#messages !== null ? messageAt(this.#messages, place) : null;
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
      families.set(family.name, describe(family, this, { bytes, start, end }));
    }
    return families;
  }

  /** As `toPlain`, and from now on each family of this table is one of those. */
  settle(): ReadonlyMap<string, StoredFamily> {
    return (this.#settled ??= this.toPlain());
  }
}

function describe(family: FormFamily, table: FormFamilies, home: ReadyText): StoredFamily {
  const { name, type, help, metricCount, sampleCount, order } = family;
  const { pushedAtMs } = table;
  const protobuf = table.messageOf(family);
  return { name, type, help, metricCount, sampleCount, pushedAtMs, home, protobuf, order, hasLegacyNames: true, flaw: null };
}

/** A family whose text is written when it is looked at. A class, since a start makes some of them for each family that is stored. */
class FamilyView implements StoredFamily {
  readonly name: string;
  readonly type: MetricType;
  readonly help: string | null;
  readonly metricCount: number;
  readonly sampleCount: number;
  readonly pushedAtMs: number;
  readonly protobuf: Uint8Array | null;
  readonly order: Uint32Array | null;
  readonly hasLegacyNames: boolean = true;
  readonly flaw: null = null;
  readonly #table: FormFamilies;
  readonly #family: FormFamily;
  #home: ReadyText | null = null;

  constructor(table: FormFamilies, family: FormFamily) {
    this.name = family.name;
    this.type = family.type;
    this.help = family.help;
    this.metricCount = family.metricCount;
    this.sampleCount = family.sampleCount;
    this.pushedAtMs = table.pushedAtMs;
    this.protobuf = table.messageOf(family);
    this.order = family.order;
    this.#table = table;
    this.#family = family;
  }

  get home(): ReadyText {
    if (this.#home === null) {
      const bytes = Buffer.from(this.#table.render(this.#family), 'latin1');
      this.#home = { bytes, start: 0, end: bytes.length };
    }
    return this.#home;
  }
}

/** The families of a form with these values, as they are kept in `valueText`; null if the values, or the labels, are not of this form. */
export function restoreFormFamilies(form: TextForm, key: GroupingKey, values: string, atMs: number): FormFamilies | null {
  const texts = textsOfKey(key);
  if (form.whole.labelCounts.length > texts.labels.length) return null;
  const starts: number[] = [];
  let end = 0;
  for (const { sampleCount } of form.families.values()) {
    starts.push(end);
    for (let i = 0; i < sampleCount; i++) {
      end = values.indexOf('\n', end) + 1;
      if (end === 0) return null;
    }
  }
  return end === values.length ? new FormFamilies(form, texts, { values, starts, messages: null }, atMs) : null;
}

/** The families by name, in a table that keeps them as they are. */
export function settleFamilies(families: FamilyTable): FamilyTable {
  return families instanceof FormFamilies ? families.settle() : families;
}

/** The families by name, each with its text at hand. */
export function plainFamilies(families: FamilyTable): FamilyTable {
  return families instanceof FormFamilies ? families.toPlain() : families;
}

/** Each family without what it holds, in the order of `values`: nothing is made for it. */
export function headsOf(families: FamilyTable): Iterable<FamilyHead> {
  return families instanceof FormFamilies ? families.form.families.values() : families.values();
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
