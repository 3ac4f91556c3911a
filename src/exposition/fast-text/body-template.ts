import type { StoredFamily } from '../../model/stored-family.ts';
import { FormFamilies } from '../form-families.ts';
import { readyTextLengthMax, sharedFormGroupsMin } from '../limits.ts';
import type { BodyDesk } from './body-desk.ts';
import { type BodyLayout, type PlannedValue, ValuePlan } from './body-layout.ts';
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
  readonly #plan: ValuePlan;
  /** Which value is the first of each family: asking the families themselves takes a fifth of the decoding of 280 families. */
  readonly #firstValues: Uint32Array;
  readonly #orders: readonly NeighbourOrder[];
  /** The first groups that it was used for, as many as make it shared. */
  readonly #users: string[] = [];

  constructor({ form, layout, values, orders }: TemplateParts) {
    this.#form = form;
    this.#layout = layout;
    this.#plan = new ValuePlan(values);
    let valueCount = 0;
    this.#firstValues = Uint32Array.from(form.families.values(), ({ sampleCount }) => (valueCount += sampleCount) - sampleCount);
    this.#orders = orders;
    this.weight = form.weight + layout.weight + values.length * 4;
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
  apply(desk: BodyDesk, texts: KeyTexts, atMs: number): FormFamilies | null {
    const lengthMax = this.weight + this.#plan.length * (texts.alone.length + renderedNumberLengthMax);
    if (lengthMax > readyTextLengthMax || !this.#layout.match(desk)) return null;
    const end = this.#layout.writeValues(desk, this.#plan);
    if (end === -1) return null;
    const { outputAt, memory } = desk;
    const values = memory.bytes.toString('latin1', outputAt, end);
    const messages = this.#layout.writeMessages(desk, texts);
    return new FormFamilies(this.#form, texts, { values, starts: this.#familyStarts(desk), messages }, atMs);
  }

  /** Where the values of each family begin among what was written. */
  #familyStarts({ memory, startsAt, outputAt }: BodyDesk): number[] {
    const firstValues = this.#firstValues;
    const { words } = memory;
    const starts = new Array<number>(firstValues.length);
    for (let place = 0; place < firstValues.length; place++) {
      starts[place] = (words[startsAt / 4 + (firstValues[place] as number)] as number) - outputAt;
    }
    return starts;
  }
}

export interface TemplateParts {
  readonly form: TextForm;
  readonly layout: BodyLayout;
  /** In the order of the ready text. */
  readonly values: readonly PlannedValue[];
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
  const values: PlannedValue[] = [];
  const addLine = (line: number): void => {
    let at = lines.starts[line] as number;
    const end = lines.firstHoles[line + 1] as number;
    for (let hole = lines.firstHoles[line] as number; hole < end;) {
      const kind = lines.holeKinds[hole] as number;
      const isValue = kind === valueHole || kind === countHole;
      const last = isValue ? hole : lastOfAllLabels(lines, hole, labelCount);
      constants.push(ready.toString('latin1', at, lines.holeStarts[hole]));
      holes.push(last > hole ? allLabels : kind);
      if (isValue) values.push({ line, use: kind === countHole ? 'count' : 'value' });
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
  return new BodyTemplate({ form, layout, values, orders });
}

/** The last of the holes that together hold all grouping labels, with no other label between them; the hole itself if it is not so. */
function lastOfAllLabels(lines: ReadyLines, hole: number, labelCount: number): number {
  for (let i = 0; i < labelCount; i++) {
    if (lines.holeKinds[hole + i] !== i) return hole;
    if (i > 0 && lines.holeStarts[hole + i] !== (lines.holeEnds[hole + i - 1] as number) + ','.length) return hole;
  }
  return hole + labelCount - 1;
}
