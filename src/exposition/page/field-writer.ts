import { escapeFamily, type EscapingScheme } from '../../model/escaping.ts';
import type { Group } from '../../model/group.ts';
import type { MetricFamily, MetricType } from '../../model/metric-family.ts';
import { lineStops } from '../../wasm/form-lines.ts';
import { sortMetrics } from '../metric-order.ts';
import { encodeMetrics } from '../protobuf/codec.ts';
import type { LineWriter } from './line-writer.ts';
import { MetricFieldBytes } from './metric-field-bytes.ts';

/** What groups hold of one family, for a message. */
export interface FieldSource {
  readonly name: string;
  readonly type: MetricType;
  /** The text that says all a group has to say; `null` if none does. */
  readonly textOf: (group: Group) => string | Uint8Array | null;
  /** The same in full. */
  readonly familyOf: (group: Group) => MetricFamily;
}

/** Gathers the metrics of a family as fields of a message: the lines that a LineWriter writes, transcoded page by page. */
// Hot path: guarded by bench/.
export class FieldWriter {
  readonly lines: LineWriter;
  readonly #scheme: EscapingScheme;
  readonly #fields = new MetricFieldBytes();
  /** The UNIT that comes with the metrics, as that of the first which has one. */
  #unit: string | null = null;

  constructor(lines: LineWriter, scheme: EscapingScheme) {
    this.lines = lines;
    this.#scheme = scheme;
  }

  /** Bytes of the metrics of the family at hand. */
  get length(): number {
    return this.#fields.length;
  }

  get unit(): string | null {
    return this.#unit;
  }

  /** The metrics of the family at hand, good until some of the next one come. */
  take(): Iterable<Uint8Array> {
    this.#unit = null;
    return this.#fields.take();
  }

  /** Copies the metrics of the family at hand to where there is room for them. */
  moveTo(target: Uint8Array): void {
    this.#fields.copyTo(target);
    this.drop();
  }

  /** Forgets the metrics of the family at hand. */
  drop(): void {
    this.#unit = null;
    this.#fields.length = 0;
  }

  /** Adds metrics that are at hand in full, in the order of an exposition. */
  addInFull(family: MetricFamily): void {
    this.#unit ??= family.unit;
    this.#fields.append(encodeMetrics(escapeFamily({ ...family, metrics: sortMetrics(family.metrics) }, this.#scheme).metrics));
  }

  /**
   * Adds what the groups at these slots hold of the family that was begun with `lines`, if all of it has room in a page of text. False: it
   * has to go by `write`, and what was added to be dropped. Most families are small, and what is no generator is soon compiled.
   */
  add(slots: readonly number[], source: FieldSource): boolean {
    const { lines } = this;
    lines.begin(slots);
    let stop = lines.goOn();
    while (stop === lineStops.groupIsForeign && this.#addText(source)) stop = lines.goOn();
    if (stop === lineStops.atEnd) return this.#transcodePage(source);
    lines.page.end = lines.page.start;
    return false;
  }

  /** Adds what the groups at these slots hold of the family that was begun with `lines`; yields where others may have a turn. */
  *write(slots: readonly number[], source: FieldSource): Generator<undefined> {
    const { lines } = this;
    lines.begin(slots);
    // Whole groups from this one on have their lines in the page.
    let first = 0;
    for (;;) {
      const stop = lines.goOn();
      if (stop === lineStops.groupIsForeign && this.#addText(source)) continue;
      if (stop === lineStops.pageIsFull) lines.dropPart();
      const { position } = lines;
      if (position > first) {
        if (!this.#transcodePage(source)) yield* this.#addAllInFull(source, first, position);
        first = position;
        yield;
      } else if (stop !== lineStops.atEnd) {
        if (!(yield* this.#transcodeAlone(source))) this.addInFull(source.familyOf(lines.groupAt(position)));
        lines.skip();
        first = position + 1;
        yield;
      }
      if (stop === lineStops.atEnd) return;
    }
  }

  /** Puts the text of the group where the writing stands into the page, if it has one and there is room. */
  #addText({ textOf }: FieldSource): boolean {
    const { lines } = this;
    const text = textOf(lines.groupAt(lines.position));
    if (text === null || !lines.page.put(text)) return false;
    lines.skip();
    return true;
  }

  #transcodePage(source: FieldSource): boolean {
    const { page } = this.lines;
    const length = page.end - page.start;
    const isDone = length === 0 || this.#transcode(source) === length;
    page.end = page.start;
    return isDone;
  }

  /** Adds the metrics in the page of text, up to the last one that is whole. Answers how many bytes of text they are; 0 for what is not known. */
  #transcode({ type, name }: FieldSource): number {
    const { fieldPage } = this.lines;
    const length = fieldPage.write(type, name.length);
    if (length > 0) this.#fields.append(fieldPage.bytes);
    return length;
  }

  *#addAllInFull({ familyOf }: FieldSource, from: number, to: number): Generator<undefined> {
    for (let position = from; position < to; position++) {
      this.addInFull(familyOf(this.lines.groupAt(position)));
      yield;
    }
  }

  /** Adds the group where the writing stands, whose text does not go into a page. Adds nothing if that is not known here. */
  *#transcodeAlone(source: FieldSource): Generator<undefined, boolean> {
    const { page, position } = this.lines;
    const text = source.textOf(this.lines.groupAt(position));
    if (text === null) return false;
    const before = this.#fields.length;
    for (let start = 0; start < text.length;) {
      const piece = text.slice(start, start + page.limit - page.start);
      page.put(piece);
      page.end = page.start + page.take().lastIndexOf(lineFeed) + 1;
      const length = this.#transcode(source);
      page.end = page.start;
      if (length === 0) {
        this.#fields.length = before;
        return false;
      }
      start += length;
      yield;
    }
    return true;
  }
}

const lineFeed = 10;
