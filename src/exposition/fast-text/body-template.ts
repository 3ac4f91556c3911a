import type { StoredFamily } from '../../model/stored-family.ts';
import { FormFamilies } from '../form-families.ts';
import { readyTextLengthMax, sharedFormGroupsMin } from '../limits.ts';
import type { BodyBytes, BodyLayout } from './body-layout.ts';
import { lineFeed } from './bytes.ts';
import { areInOrder, listNeighbourOrders, type NeighbourOrder } from './line-order.ts';
import type { FamilyDraft } from './family-draft.ts';
import type { KeyTexts } from './line-labels.ts';
import { renderedNumberLengthMax } from './numbers.ts';
import { allLabels, countHole, type ReadyLines, valueHole } from './ready-lines.ts';
import type { FormPool } from './form-pool.ts';
import { type FormFamilyParts, TextForm } from './text-form.ts';

/**
 * What stays the same when a job pushes again, or another replica of it does: everything but the values and the grouping labels. A body that
 * fits costs a comparison of what is between its values, instead of reading it.
 *
 *     body       # TYPE up gauge\nup{z="b"} |1|\nup{z="c"} |0|\n                segments between the values (see `BodyLayout`)
 *     form       up{|instance="",job="x"|,z="b"} |1\n|up{| ... ,z="c"} |0\n|    the ready text (see `TextForm`)
 *
 * The order of the lines is fixed, though they are ordered by label values place by place, grouping labels among them. Where these decide,
 * the template says what a key must be like (see `NeighbourOrder`).
 */
export class BodyTemplate {
  /** Characters kept, roughly. */
  readonly weight: number;
  #form: TextForm;
  readonly #layout: BodyLayout;
  /** For each value in the order of the ready text: which line of the body it is of, and of what kind. */
  readonly #values: Uint32Array;
  readonly #kinds: Int8Array;
  readonly #orders: readonly NeighbourOrder[];
  /** The first groups that it was used for, as many as make it shared. */
  readonly #users: string[] = [];

  constructor({ form, layout, values, kinds, orders }: TemplateParts) {
    this.#form = form;
    this.#layout = layout;
    this.#values = Uint32Array.from(values);
    this.#kinds = Int8Array.from(kinds);
    this.#orders = orders;
    this.weight = form.weight + layout.weight + values.length * 5;
  }

  /** Whether enough groups have used it. */
  get isShared(): boolean {
    return this.#users.length === sharedFormGroupsMin;
  }

  /** Takes the form out of the pool if it has an equal one, else puts it there. To be called before the template is used. */
  shareForm(pool: FormPool, shape: string): void {
    this.#form = pool.share(shape, this.#form);
  }

  noteUser(id: string): void {
    if (!this.isShared && !this.#users.includes(id)) this.#users.push(id);
  }

  /** Whether the order of its lines is the one of this group, which has the label names of the group that it was made for. */
  fits(texts: KeyTexts): boolean {
    return areInOrder(this.#orders, texts);
  }

  /** Whether bodies that fit one of both fit the other, and have the same form. */
  isLike(other: BodyTemplate): boolean {
    return this.#layout.isLike(other.#layout) && this.#form.isLike(other.#form);
  }

  /**
   * The families of a body of this form, or null if it has another one, a value that is not for the fast path, or grouping labels so long
   * that its text might become too long. To be asked for groups that it fits.
   */
  apply(body: BodyBytes, texts: KeyTexts, atMs: number): FormFamilies | null {
    const lengthMax = this.weight + this.#values.length * (texts.alone.length + renderedNumberLengthMax);
    if (lengthMax > readyTextLengthMax) return null;
    reserve(this.#values.length);
    return this.#layout.match(body) ? this.#write(body, texts, atMs) : null;
  }

  /** The values as they are kept, of a body that matched. */
  #write(body: BodyBytes, texts: KeyTexts, atMs: number): FormFamilies | null {
    const { families } = this.#form;
    const starts = new Array<number>(families.size);
    let place = 0;
    let end = 0;
    let i = 0;
    for (const { sampleCount } of families.values()) {
      starts[place++] = end;
      for (const last = i + sampleCount; i < last; i++) {
        const use = this.#kinds[i] === countHole ? 'count' : 'value';
        end = this.#layout.writeValue(body, this.#values[i] as number, use, written, end);
        if (end === -1) return null;
        written[end++] = lineFeed;
      }
    }
    const values = written.toString('latin1', 0, end);
    return new FormFamilies(this.#form, texts, { values, starts, messages: this.#layout.writeMessages(body, texts) }, atMs);
  }
}

/** What is written of the values of the body at hand. Decoding never awaits, so one serves all pushes. */
let written = Buffer.alloc(0);

function reserve(values: number): void {
  const length = values * (renderedNumberLengthMax + 1);
  if (written.length < length) written = Buffer.allocUnsafeSlow(length);
}

export interface TemplateParts {
  readonly form: TextForm;
  readonly layout: BodyLayout;
  readonly values: readonly number[];
  readonly kinds: readonly number[];
  readonly orders: readonly NeighbourOrder[];
}

/** A family that was decoded, and what knows the order of its lines. */
export interface DecodedFamily {
  readonly stored: StoredFamily;
  readonly draft: FamilyDraft;
}

/** Makes a template of a body with this layout, which was just decoded into `lines`, with so many grouping labels. */
export function createBodyTemplate(
  layout: BodyLayout,
  lines: ReadyLines,
  decoded: readonly DecodedFamily[],
  labelCount: number,
): BodyTemplate {
  const ready = Buffer.from(lines.bytes.buffer, lines.bytes.byteOffset, lines.length);
  const constants: string[] = [];
  const holes: number[] = [];
  const values: number[] = [];
  const kinds: number[] = [];
  const addLine = (line: number): void => {
    let at = lines.starts[line] as number;
    const end = lines.firstHoles[line + 1] as number;
    for (let hole = lines.firstHoles[line] as number; hole < end;) {
      const kind = lines.holeKinds[hole] as number;
      const isValue = kind === valueHole || kind === countHole;
      const last = isValue ? hole : lastOfAllLabels(lines, hole, labelCount);
      constants.push(ready.toString('latin1', at, lines.holeStarts[hole]));
      holes.push(last > hole ? allLabels : kind);
      if (isValue) {
        values.push(line);
        kinds.push(kind);
      }
      at = lines.holeEnds[last] as number;
      hole = last + 1;
    }
  };
  const families = decoded.map(({ stored, draft }): FormFamilyParts => {
    for (const line of draft.lineOrder()) addLine(line);
    const { name, type, help, metricCount, sampleCount } = stored;
    const hasMessage = layout.familiesWithMessage.has(name);
    // A message has the metrics in pushed order.
    const order = hasMessage ? null : stored.order;
    return { name, type, help, metricCount, sampleCount, order, hasMessage, holeEnd: holes.length };
  });
  const orders = decoded.flatMap(({ draft }) => listNeighbourOrders(lines, draft));
  const form = new TextForm({ constants, holes, families });
  return new BodyTemplate({ form, layout, values, kinds, orders });
}

/** The last of the holes that together hold all grouping labels, with no other label between them; the hole itself if it is not so. */
function lastOfAllLabels(lines: ReadyLines, hole: number, labelCount: number): number {
  for (let i = 0; i < labelCount; i++) {
    if (lines.holeKinds[hole + i] !== i) return hole;
    if (i > 0 && lines.holeStarts[hole + i] !== (lines.holeEnds[hole + i - 1] as number) + ','.length) return hole;
  }
  return hole + labelCount - 1;
}
