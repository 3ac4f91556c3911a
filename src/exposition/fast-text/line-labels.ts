import type { GroupingKey } from '../../model/grouping-key.ts';
import { isLegacyLabelName } from '../../model/names.ts';
import { fastTextLabelsMax } from '../limits.ts';
import { backslash, braceClose, comma, equals, isDigit, labelNameBytes, lineFeed, quote, underscore } from './bytes.ts';
import { allLabels, type ReadyLines } from './ready-lines.ts';

/** A grouping label, ready to be merged into lines. */
interface PreparedLabel {
  readonly name: Uint8Array;
  /** `name="value"`, escaped. */
  readonly text: Uint8Array;
  /** The `instance=""` that a metric gets when neither the key nor the body has an instance. */
  readonly isImplied: boolean;
}

/** The labels of a grouping key, made once per push. */
export interface PreparedLabels {
  readonly labels: readonly PreparedLabel[];
  /** All of them with commas, for a line without labels of its own. */
  readonly alone: Uint8Array;
}

/** What is kept of a grouping key from push to push: latin1 strings of UTF-8 bytes. */
export interface KeyTexts {
  /** Whether all label names match the legacy pattern. */
  readonly isLegacy: boolean;
  /** Whether one of the labels is one that histograms or summaries use themselves, which leads to a flaw. */
  readonly hasSpecialLabel: boolean;
  /** `name="value"` of each label, with the implied instance. */
  readonly labels: readonly string[];
  /** The values alone, not escaped. */
  readonly values: readonly string[];
  /** All of `labels` with commas. */
  readonly alone: string;
}

const impliedInstance = 'instance=""';

/** Made once for each key; one that comes again is often the same object (see `GroupingPathParser`). */
export function textsOfKey(key: GroupingKey): KeyTexts {
  return key.rendered(renderKeyTexts);
}

function renderKeyTexts(key: GroupingKey): KeyTexts {
  const labels = key.labels.map(({ name, value }) => toLatin1(`${name}="${escapeValue(value)}"`));
  const values = key.labels.map(({ value }) => toLatin1(value));
  if (!key.labels.some(({ name }) => name === 'instance')) {
    const found = key.labels.findIndex(({ name }) => name > 'instance');
    const place = found === -1 ? labels.length : found;
    labels.splice(place, 0, impliedInstance);
    values.splice(place, 0, '');
  }
  return {
    isLegacy: key.labels.every(({ name }) => isLegacyLabelName(name)),
    hasSpecialLabel: key.labels.some(({ name }) => name === 'le' || name === 'quantile'),
    labels,
    values,
    alone: labels.join(','),
  };
}

/** Most texts are ASCII, and then the same. */
function toLatin1(text: string): string {
  return /[\u0080-\uffff]/.test(text) ? Buffer.from(text).toString('latin1') : text;
}

/** The bytes that a full decode merges into lines. */
export function prepareLabels(key: GroupingKey, { labels, alone }: KeyTexts): PreparedLabels {
  const hasInstance = key.labels.some(({ name }) => name === 'instance');
  return {
    labels: labels.map((text) => ({
      name: Buffer.from(text.slice(0, text.indexOf('=')), 'latin1'),
      text: Buffer.from(text, 'latin1'),
      isImplied: !hasInstance && text === impliedInstance,
    })),
    alone: Buffer.from(alone, 'latin1'),
  };
}

function escapeValue(value: string): string {
  return /[\\"\n]/.test(value) ? value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n') : value;
}

/** Start and end of name and value of each label, and the labels by name. Reused: a line is written before the next one is read. */
const bounds = new Uint32Array(fastTextLabelsMax * 4);
const order = new Uint8Array(fastTextLabelsMax);

/**
 * The labels of one line of the body: where they lie, in which order they go out. `le` of a bucket and `quantile` of a summary stand apart,
 * since they are no labels of the metric and come last.
 */
export class LineLabels {
  readonly #body: Buffer;
  #count = 0;
  /**
   * Whether the labels as written may be equal for two lines whose labels in the body are not: a grouping label took the place of one, or
   * an empty instance was written out.
   */
  isAmbiguous = false;
  /** Where the value of the special label lies; `specialStart` is 0 if there is none. */
  specialStart = 0;
  specialEnd = 0;

  constructor(body: Buffer) {
    this.#body = body;
  }

  /** For a line without braces. */
  clear(): void {
    this.#count = 0;
    this.specialStart = 0;
  }

  /** Reads the labels from behind `{` on. Returns the place behind `}`, or -1 for what the fast path does not take. */
  scan(start: number, special: Uint8Array | null): number {
    const body = this.#body;
    let at = start;
    this.clear();
    while (body[at] !== braceClose) {
      if (this.#count === fastTextLabelsMax) return -1;
      const nameStart = at;
      while (labelNameBytes[body[at] as number] === 1) at++;
      if (at === nameStart || isDigit(body[nameStart] as number) || body[at] !== equals || body[at + 1] !== quote) return -1;
      if (body[nameStart] === underscore && body[nameStart + 1] === underscore) return -1;
      const valueStart = at + 2;
      const valueEnd = this.#skipValue(valueStart);
      if (valueEnd === -1) return -1;
      if (special !== null && this.#isName(nameStart, at, special)) {
        if (this.specialStart !== 0) return -1;
        this.specialStart = valueStart;
        this.specialEnd = valueEnd;
      } else {
        const place = this.#count++ * 4;
        bounds[place] = nameStart;
        bounds[place + 1] = at;
        bounds[place + 2] = valueStart;
        bounds[place + 3] = valueEnd;
      }
      at = valueEnd + 1;
      if (body[at] === comma) at++;
      else if (body[at] !== braceClose) return -1;
    }
    return this.#sort() ? at + 1 : -1;
  }

  /** Writes the labels merged with those of the grouping key, which win. Returns how many there are. */
  write(lines: ReadyLines, { labels, alone }: PreparedLabels): number {
    if (this.#count === 0) {
      this.isAmbiguous = false;
      lines.appendHole(alone, allLabels);
      return labels.length;
    }
    this.isAmbiguous = false;
    let written = 0;
    let own = 0;
    let next = 0;
    while (own < this.#count || next < labels.length) {
      const label = labels[next];
      const index = order[own] as number;
      const difference = label === undefined ? -1 : own === this.#count ? 1 : this.#compareName(index, label.name, 0, label.name.length);
      if (difference >= 0) next++;
      if (difference <= 0) own++;
      if (difference === 0) this.isAmbiguous ||= !label?.isImplied || this.#isEmptyValue(index);
      if (written++ > 0) lines.appendByte(comma);
      if (label !== undefined && (difference > 0 || (difference === 0 && !label.isImplied)))
        lines.appendHole(label.text, difference >= 0 ? next - 1 : next);
      else lines.append(this.#body, bounds[index * 4] as number, (bounds[index * 4 + 3] as number) + 1);
    }
    return written;
  }

  /** The place of the closing quote, or -1. The escapes of label values are the same in and out, so they are copied as they are. */
  #skipValue(start: number): number {
    const body = this.#body;
    for (let at = start; at < body.length; at++) {
      const byte = body[at] as number;
      if (byte === quote) return at;
      if (byte === lineFeed) return -1;
      if (byte !== backslash) continue;
      const letter = body[++at];
      if (letter !== backslash && letter !== quote && letter !== 110 /* n */) return -1;
    }
    return -1;
  }

  #isEmptyValue(index: number): boolean {
    return bounds[index * 4 + 2] === bounds[index * 4 + 3];
  }

  #isName(start: number, end: number, name: Uint8Array): boolean {
    if (end - start !== name.length) return false;
    for (let i = 0; i < name.length; i++) if (this.#body[start + i] !== name[i]) return false;
    return true;
  }

  /** Fills `order` with the labels by name. False: a name stands there twice. */
  #sort(): boolean {
    for (let i = 0; i < this.#count; i++) {
      const start = bounds[i * 4] as number;
      const length = (bounds[i * 4 + 1] as number) - start;
      let place = i;
      for (; place > 0; place--) {
        const difference = this.#compareName(order[place - 1] as number, this.#body, start, length);
        if (difference === 0) return false;
        if (difference < 0) break;
        order[place] = order[place - 1] as number;
      }
      order[place] = i;
    }
    return true;
  }

  /** Orders the name of a label of the line against a name of `length` bytes in `other`. */
  #compareName(index: number, other: Uint8Array, otherStart: number, length: number): number {
    const start = bounds[index * 4] as number;
    const nameLength = (bounds[index * 4 + 1] as number) - start;
    const common = Math.min(nameLength, length);
    for (let i = 0; i < common; i++) {
      const difference = (this.#body[start + i] as number) - (other[otherStart + i] as number);
      if (difference !== 0) return difference;
    }
    return nameLength - length;
  }
}
