import type { MetricType } from '../../model/metric-family.ts';
import type { KeyTexts } from './line-labels.ts';
import { allLabels } from './ready-lines.ts';

/**
 * The ready text of some families without what changes from push to push and from group to group: constants, and behind each of them a hole
 * for grouping labels or a value. All texts are latin1 strings of UTF-8 bytes: they are copied, never looked into.
 *
 *     text       up{|instance="",job="x"|,z="b"} |1\n|up{|instance="",job="x"|,z="c"} |0\n|
 *     values     1\n0\n
 *
 * The values of a group are one string in the order of the text, each ended by a line feed. So a group costs its values, however long its
 * text is.
 */
export class TextForm {
  /** By name, in the order of the push. */
  readonly families: ReadonlyMap<string, FormFamily>;
  readonly sampleCount: number;
  /** Whether groups keep messages beside the text of some families. */
  readonly hasMessages: boolean;
  /** Characters of the longest constant. */
  readonly longestConstant: number;
  /** Of all families together. */
  readonly whole: TextMeasure;
  /** Characters kept, roughly. */
  readonly weight: number;
  readonly constants: readonly string[];
  /** Of each constant, what follows it: the place of a grouping label among those of the key, `allLabels`, or `valueHole` or `countHole`. */
  readonly holes: Int16Array;

  constructor({ constants, holes, families }: TextFormParts) {
    const shared = new Map<string, string>();
    this.constants = constants.map((text) => shareText(shared, text));
    this.holes = Int16Array.from(holes);
    this.families = new Map(
      families.map((parts, place) => {
        const holeStart = families[place - 1]?.holeEnd ?? 0;
        return [parts.name, { ...parts, flaw: null, place, holeStart }];
      }),
    );
    this.longestConstant = constants.reduce((longest, { length }) => Math.max(longest, length), 0);
    this.whole = measure(constants, holes);
    this.hasMessages = families.some(({ hasMessage }) => hasMessage);
    this.sampleCount = families.reduce((sum, { sampleCount }) => sum + sampleCount, 0);
    this.weight = constants.reduce((sum, text) => sum + text.length + stringOverhead, 0) + holes.length * 2;
  }

  /** Whether families of the same values and grouping labels are the same in both. */
  isLike(other: TextForm): boolean {
    const { constants, holes } = other;
    if (this.constants.length !== constants.length || this.families.size !== other.families.size) return false;
    if (!this.constants.every((text, i) => text === constants[i]) || !this.holes.every((kind, i) => kind === holes[i])) return false;
    const others = [...other.families.values()];
    return [...this.families.values()].every((family, i) => areLike(family, others[i] as FormFamily));
  }

  /** The ready text of one family; its values begin at `start` of `values`. Hot path: every group of every scrape. */
  render({ holeStart, holeEnd }: FormFamily, { labels, alone }: KeyTexts, values: string, start: number): string {
    const { constants, holes } = this;
    let text = '';
    let at = start;
    // Name and grouping labels, the same for one line after the other.
    let headConstant: string | null = null;
    let head = '';
    for (let hole = holeStart; hole < holeEnd; hole++) {
      const constant = constants[hole] as string;
      const kind = holes[hole] as number;
      if (kind === allLabels) {
        if (constant !== headConstant) head = constant + alone;
        headConstant = constant;
        text += head;
      } else if (kind >= 0) {
        text += constant;
        text += labels[kind] as string;
      } else {
        const end = values.indexOf('\n', at) + 1;
        text += constant;
        text += values.slice(at, end);
        at = end;
      }
    }
    return text;
  }
}

function areLike(a: FormFamily, b: FormFamily): boolean {
  if (a.name !== b.name || a.type !== b.type || a.help !== b.help) return false;
  if (a.metricCount !== b.metricCount || a.holeEnd !== b.holeEnd || a.hasMessage !== b.hasMessage) return false;
  if (a.order === null || b.order === null) return a.order === b.order;
  return Buffer.from(a.order.buffer).equals(Buffer.from(b.order.buffer));
}

/** Bytes of a string beside its characters, about. */
const stringOverhead = 24;

/** One string for equal ones, which are then found equal at a glance. */
function shareText(shared: Map<string, string>, text: string): string {
  const known = shared.get(text);
  if (known === undefined) shared.set(text, text);
  return known ?? text;
}

export interface TextFormParts {
  readonly constants: readonly string[];
  readonly holes: readonly number[];
  readonly families: readonly FormFamilyParts[];
}

export interface FormFamilyParts {
  readonly name: string;
  readonly type: MetricType;
  readonly help: string | null;
  readonly metricCount: number;
  readonly sampleCount: number;
  readonly order: Uint32Array | null;
  /** Whether each group has a message beside the text (see `FamilyMessages`). */
  readonly hasMessage: boolean;
  /** Behind its last hole. */
  readonly holeEnd: number;
}

export interface FormFamily extends FormFamilyParts {
  /** Such a family has none. */
  readonly flaw: null;
  /** Among the families of the form. */
  readonly place: number;
  readonly holeStart: number;
}

/** What the length of a text is made of, but for its values. */
interface TextMeasure {
  readonly constantsLength: number;
  /** How often all grouping labels stand in the text together, and how often each of them alone. */
  readonly allLabelsCount: number;
  readonly labelCounts: readonly number[];
}

function measure(constants: readonly string[], holes: readonly number[]): TextMeasure {
  const labelCounts: number[] = [];
  let allLabelsCount = 0;
  let constantsLength = 0;
  for (let hole = 0; hole < holes.length; hole++) {
    constantsLength += (constants[hole] as string).length;
    const kind = holes[hole] as number;
    if (kind === allLabels) allLabelsCount++;
    else if (kind >= 0) labelCounts[kind] = (labelCounts[kind] ?? 0) + 1;
  }
  return { constantsLength, allLabelsCount, labelCounts: Array.from(labelCounts, (count: number | undefined) => count ?? 0) };
}

/** Characters of a text without its values. */
export function lengthWithoutValues({ constantsLength, allLabelsCount, labelCounts }: TextMeasure, { labels, alone }: KeyTexts): number {
  let length = constantsLength + allLabelsCount * alone.length;
  for (let place = 0; place < labelCounts.length; place++) length += (labelCounts[place] as number) * (labels[place] as string).length;
  return length;
}
