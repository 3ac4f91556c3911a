import type { MetricType } from '../../model/metric-family.ts';
import type { StoredFamily } from '../../model/stored-family.ts';
import { readyTextLengthMax } from '../limits.ts';
import { blank } from './bytes.ts';
import type { FamilyDraft } from './family-draft.ts';
import type { KeyTexts } from './line-labels.ts';
import { renderedNumberLengthMax, renderNumber } from './numbers.ts';
import { allLabels, countHole, type ReadyLines, valueHole } from './ready-lines.ts';

/**
 * What stays the same when a job pushes again, or another replica of it does: everything but the values and the grouping labels. A body that
 * fits costs a comparison of what is between its values and a concatenation, instead of reading it.
 *
 *     body       |# TYPE up gauge\nup{a="b"} |1|\nup{a="c"} |0|\n|        segments between the values
 *     text       |up{a="b",|instance="",job="x"|} |1|\nup{a="c",| ...      constants between labels and values
 *
 * All texts are latin1 strings of UTF-8 bytes: they are compared and copied, never looked into.
 *
 * The order of the lines is fixed, though they are ordered by label values place by place, grouping labels among them. These decide
 * nothing between lines with the same label names, where they stand at the same places; a template with others is for one group alone.
 */
export class BodyTemplate {
  readonly #segments: readonly string[];
  readonly #constants: readonly string[];
  /** What stands before each constant but the first: the place of a grouping label, `allLabels`, or `valueHole`/`countHole`. */
  readonly #holes: Int16Array;
  /** For holes of values: which value of the body. */
  readonly #values: Uint32Array;
  readonly #families: readonly TemplateFamily[];
  /** Whether the order of its lines is the same in every group of the shape that it was made for. */
  readonly fitsEveryKey: boolean;
  /** Characters kept, roughly. */
  readonly weight: number;

  constructor(parts: TemplateParts) {
    this.#segments = parts.segments;
    this.#constants = parts.constants;
    this.#holes = Int16Array.from(parts.holes);
    this.#values = Uint32Array.from(parts.values);
    this.#families = parts.families;
    this.fitsEveryKey = parts.fitsEveryKey;
    const length = (texts: readonly string[]): number => texts.reduce((sum, text) => sum + text.length + stringOverhead, 0);
    this.weight = length(parts.segments) + length(parts.constants) + parts.holes.length * 6;
  }

  /**
   * The families of a body of this form, or null if it has another one, a value that is not for the fast path, or grouping labels so long
   * that its text might become too long.
   */
  apply(body: string, texts: KeyTexts, atMs: number): StoredFamily[] | null {
    const lengthMax = this.weight + this.#holes.length * (texts.alone.length + renderedNumberLengthMax);
    if (lengthMax > readyTextLengthMax) return null;
    const values = this.#readValues(body);
    return values === null ? null : this.#render(values, texts, atMs);
  }

  /**
   * The texts between the segments. They are looked for where they must be if the body fits, and put together with the segments again:
   * one comparison of the whole is four times as fast as one for each segment (2 us instead of 9 for 50 values).
   */
  #readValues(body: string): string[] | null {
    const segments = this.#segments;
    const last = segments.length - 1;
    if (!body.startsWith(segments[0] as string)) return null;
    const values: string[] = [];
    let rebuilt = '';
    let at = 0;
    for (let i = 0; i < last; i++) {
      const segment = segments[i] as string;
      at += segment.length;
      let end = at;
      while (body.charCodeAt(end) > blank) end++;
      const value = body.slice(at, end);
      values.push(value);
      rebuilt += segment;
      rebuilt += value;
      at = end;
    }
    rebuilt += segments[last] as string;
    return rebuilt === body ? values : null;
  }

  #render(values: readonly string[], { labels, alone }: KeyTexts, atMs: number): StoredFamily[] | null {
    const constants = this.#constants;
    const holes = this.#holes;
    let text = '';
    let hole = 0;
    const ends: number[] = [];
    for (const { holeEnd } of this.#families) {
      for (; hole < holeEnd; hole++) {
        text += constants[hole] as string;
        const kind = holes[hole] as number;
        if (kind >= 0) text += labels[kind] as string;
        else if (kind === allLabels) text += alone;
        else {
          const value = renderNumber(values[this.#values[hole] as number] as string, kind === countHole ? 'count' : 'value');
          if (value === null) return null;
          // Every line ends behind its value.
          text += value;
          text += '\n';
        }
      }
      ends.push(text.length);
    }
    const bytes = Buffer.allocUnsafeSlow(text.length);
    bytes.write(text, 'latin1');
    return this.#families.map((family, i) => ({
      name: family.name,
      type: family.type,
      help: family.help,
      metricCount: family.metricCount,
      sampleCount: family.sampleCount,
      pushedAtMs: atMs,
      home: { bytes, start: ends[i - 1] ?? 0, end: ends[i] as number },
      protobuf: null,
      order: family.order,
      hasLegacyNames: true,
      flaw: null,
    }));
  }
}

/** Bytes of a string beside its characters, about. */
const stringOverhead = 24;

interface TemplateParts {
  readonly segments: readonly string[];
  readonly constants: readonly string[];
  readonly holes: readonly number[];
  readonly values: readonly number[];
  readonly families: readonly TemplateFamily[];
  readonly fitsEveryKey: boolean;
}

interface TemplateFamily {
  readonly name: string;
  readonly type: MetricType;
  readonly help: string | null;
  readonly metricCount: number;
  readonly sampleCount: number;
  readonly order: Uint32Array | null;
  /** Behind its last hole. */
  readonly holeEnd: number;
}

/** A family that was decoded, and what knows the order of its lines. */
export interface DecodedFamily {
  readonly stored: StoredFamily;
  readonly draft: FamilyDraft;
}

/** Makes a template of a body that was just decoded into `lines`. */
export function createBodyTemplate(body: Buffer, lines: ReadyLines, decoded: readonly DecodedFamily[]): BodyTemplate {
  const ready = Buffer.from(lines.bytes.buffer, lines.bytes.byteOffset, lines.length);
  const segments: string[] = [];
  let bodyAt = 0;
  for (let line = 0; line < lines.lineCount; line++) {
    segments.push(body.toString('latin1', bodyAt, lines.valueStarts[line]));
    bodyAt = lines.valueEnds[line] as number;
  }
  segments.push(body.toString('latin1', bodyAt));
  const constants: string[] = [];
  const holes: number[] = [];
  const values: number[] = [];
  const families = decoded.map(({ stored, draft }) => {
    for (const line of draft.lineOrder()) {
      let at = lines.starts[line] as number;
      for (let hole = lines.firstHoles[line] as number; hole < (lines.firstHoles[line + 1] as number); hole++) {
        const kind = lines.holeKinds[hole] as number;
        constants.push(ready.toString('latin1', at, lines.holeStarts[hole]));
        holes.push(kind);
        values.push(kind === valueHole || kind === countHole ? line : 0);
        at = lines.holeEnds[hole] as number;
      }
    }
    const { name, type, help, metricCount, sampleCount, order } = stored;
    return { name, type, help, metricCount, sampleCount, order, holeEnd: holes.length };
  });
  const fitsEveryKey = decoded.every(({ draft }) => haveEqualNamesByCount(lines, draft));
  return new BodyTemplate({ segments, constants, holes, values, families, fitsEveryKey });
}

/** Whether the lines of one family with as many labels have the same label names. Lines with fewer labels come first in any case. */
function haveEqualNamesByCount(lines: ReadyLines, draft: FamilyDraft): boolean {
  const firstByCount = new Map<number, number>();
  for (const line of draft.lineOrder()) {
    const count = lines.labelCounts[line] as number;
    const first = firstByCount.get(count);
    if (first === undefined) firstByCount.set(count, line);
    else if (!lines.haveEqualNames(first, line)) return false;
  }
  return true;
}
