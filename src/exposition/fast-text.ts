import { isUtf8 } from 'node:buffer';
import type { GroupingKey } from '../model/grouping-key.ts';
import type { MetricType } from '../model/metric-family.ts';
import { isLegacyLabelName } from '../model/names.ts';
import type { StoredFamily } from '../model/stored-family.ts';
import { ReadyLines } from './fast-text-lines.ts';
import { formatGoFloat, parseGoFloat } from './go-number.ts';
import { fastTextLabelsMax } from './limits.ts';

// Hot path: guarded by bench/decode.bench.mjs and by test/exposition/fast-text.test.ts, which holds it to the plain decoder.

/**
 * Decodes a text body straight to what is stored, without an object per sample: each line is copied with the grouping labels merged in.
 * Takes counters, gauges and untyped families in the forms that clients write. Answers `null` for anything else, sound or not; the body
 * then goes through the plain parser, which takes everything and names the line of an error.
 */
export function decodeFastText(body: Buffer, key: GroupingKey, atMs: number): StoredFamily[] | null {
  if (!isUtf8(body) || !key.labels.every(({ name }) => isLegacyLabelName(name))) return null;
  const decoder = new FastTextDecoder(body, prepareLabels(key));
  return decoder.readLines() ? decoder.takeFamilies(atMs) : null;
}

/** A family while its lines are read. */
interface Draft {
  readonly name: string;
  readonly nameLength: number;
  type: MetricType | null;
  help: string | null;
  firstLine: number;
  lineCount: number;
  /** Whether every line so far comes after the one before it in the order of the exposition. */
  isSorted: boolean;
}

/** A grouping label, ready to be merged into lines. */
interface PreparedLabel {
  readonly name: Uint8Array;
  /** `name="value"`, escaped. */
  readonly text: Uint8Array;
  /** The `instance=""` that a metric gets when neither the key nor the body has an instance. */
  readonly isImplied: boolean;
}

interface PreparedLabels {
  readonly labels: readonly PreparedLabel[];
  /** `{...} ` of a line without labels of its own. */
  readonly alone: Uint8Array;
}

const lines = new ReadyLines();
/** Start and end of name and value of each label of the line at hand. */
const labelBounds = new Uint32Array(fastTextLabelsMax * 4);
const labelOrder = new Uint8Array(fastTextLabelsMax);

const nameBytes = tableOf(/[a-zA-Z0-9_:]/);
const labelNameBytes = tableOf(/[a-zA-Z0-9_]/);
const legacyMetricName = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
/** Characters of `# HELP ` and `# TYPE `. */
const keywordLength = 7;
/** Longest number that is read here; also room for the line's end. */
const valueLengthMax = 64;
/** Lines of one family with the same label values under other names that are compared pair by pair. */
const equalValuesMax = 16;

const lineFeed = 10;
const blank = 32;
const quote = 34;
const hash = 35;
const comma = 44;
const equals = 61;
const backslash = 92;
const underscore = 95;
const braceOpen = 123;
const braceClose = 125;

class FastTextDecoder {
  readonly #body: Buffer;
  readonly #labels: readonly PreparedLabel[];
  readonly #alone: Uint8Array;
  readonly #drafts = new Map<string, Draft>();
  #current: Draft | null = null;
  #at = 0;
  /** Labels of the line at hand. */
  #labelCount = 0;

  constructor(body: Buffer, { labels, alone }: PreparedLabels) {
    this.#body = body;
    this.#labels = labels;
    this.#alone = alone;
    lines.clear();
  }

  /** Reads the body to its end. False: this body is not for the fast path. */
  readLines(): boolean {
    const body = this.#body;
    while (this.#at < body.length) {
      const first = body[this.#at] as number;
      if (first === hash) {
        if (!this.#readComment()) return false;
      } else if (first === lineFeed) {
        this.#at++;
      } else if (!this.#readSample()) {
        return false;
      }
    }
    return true;
  }

  /** The families in the order in which they were first named. Null: a series stands there twice, which the plain decoder words. */
  takeFamilies(atMs: number): StoredFamily[] | null {
    const families: StoredFamily[] = [];
    const bytes = Buffer.allocUnsafeSlow(lines.length);
    let position = 0;
    for (const draft of this.#drafts.values()) {
      if (draft.lineCount === 0) continue;
      const sorted = draft.isSorted ? null : sortLines(draft);
      if (sorted !== null && hasEqualSeries(sorted, draft.nameLength)) return null;
      const start = position;
      position += sorted === null ? copyRun(draft, bytes, start) : copyLines(sorted, bytes, start);
      families.push({
        name: draft.name,
        type: draft.type ?? 'untyped',
        help: draft.help,
        metricCount: draft.lineCount,
        sampleCount: draft.lineCount,
        pushedAtMs: atMs,
        home: { bytes, start, end: position },
        protobuf: null,
        order: sorted === null ? null : Uint32Array.from(sorted, (line) => line - draft.firstLine),
        hasLegacyNames: true,
        flaw: null,
      });
    }
    return families;
  }

  /** `# HELP name text`, `# TYPE name type`, or a comment, each in its common spelling. */
  #readComment(): boolean {
    const end = this.#body.indexOf(lineFeed, this.#at);
    if (end === -1) return false;
    const line = this.#body.toString('latin1', this.#at, end);
    this.#at = end + 1;
    const isHelp = line.startsWith('# HELP ');
    if (!isHelp && !line.startsWith('# TYPE ')) return isPlainComment(line);
    const nameEnd = line.indexOf(' ', keywordLength);
    if (nameEnd === -1) return false;
    const name = line.slice(keywordLength, nameEnd);
    const text = line.slice(nameEnd + 1);
    if (!legacyMetricName.test(name)) return false;
    const draft = this.#drafts.get(name) ?? this.#addDraft(name);
    if (isHelp) {
      if (draft.help !== null || text === '' || isBlank(text.charCodeAt(0)) || text.includes('\\')) return false;
      // The line was read as latin1, which shows UTF-8 as it lies in the body.
      draft.help = Buffer.from(text, 'latin1').toString();
      return true;
    }
    if (draft.type !== null || (text !== 'counter' && text !== 'gauge' && text !== 'untyped')) return false;
    draft.type = text;
    return true;
  }

  /** `name{label="value",...} value` or `name value`. */
  #readSample(): boolean {
    const body = this.#body;
    const start = this.#at;
    let at = start;
    while (nameBytes[body[at] as number] === 1) at++;
    const draft = this.#draftOf(start, at);
    if (draft === null) return false;
    this.#labelCount = 0;
    if (body[at] === braceOpen) at = this.#scanLabels(at + 1);
    if (at === -1 || body[at] !== blank) return false;
    const valueStart = at + 1;
    const lineEnd = body.indexOf(lineFeed, valueStart);
    if (lineEnd === -1) return false;
    lines.reserve(lineEnd - start + this.#alone.length + valueLengthMax);
    lines.append(body, start, start + draft.nameLength);
    const labelCount = this.#writeLabels();
    if (!this.#writeValue(valueStart, lineEnd)) return false;
    this.#at = lineEnd + 1;
    return lines.endLine(labelCount) && addLine(draft);
  }

  /** The family of a sample whose name lies at `start` to `end`; null if it is none for the fast path. */
  #draftOf(start: number, end: number): Draft | null {
    const length = end - start;
    const current = this.#current;
    if (current !== null && current.nameLength === length && this.#bodyHolds(current.name, start)) return current;
    const name = this.#body.toString('latin1', start, end);
    if (length === 0 || isDigit(name.charCodeAt(0))) return null;
    let draft = this.#drafts.get(name);
    if (draft === undefined) draft = this.#addDraft(name);
    // The lines of one family stand together, so that they can be copied as one run.
    else if (draft.lineCount > 0) return null;
    draft.type ??= 'untyped';
    draft.firstLine = lines.lineCount;
    this.#current = draft;
    return draft;
  }

  #bodyHolds(name: string, start: number): boolean {
    for (let i = 0; i < name.length; i++) if (this.#body[start + i] !== name.charCodeAt(i)) return false;
    return true;
  }

  #addDraft(name: string): Draft {
    const draft: Draft = { name, nameLength: name.length, type: null, help: null, firstLine: 0, lineCount: 0, isSorted: true };
    this.#drafts.set(name, draft);
    return draft;
  }

  /** Notes where the labels of a line lie. Returns the place behind `}`, or -1. */
  #scanLabels(start: number): number {
    const body = this.#body;
    let at = start;
    let count = 0;
    while (body[at] !== braceClose) {
      if (count === fastTextLabelsMax) return -1;
      const nameStart = at;
      while (labelNameBytes[body[at] as number] === 1) at++;
      if (at === nameStart || isDigit(body[nameStart] as number) || body[at] !== equals || body[at + 1] !== quote) return -1;
      if (body[nameStart] === underscore && body[nameStart + 1] === underscore) return -1;
      const valueStart = at + 2;
      at = this.#skipLabelValue(valueStart);
      if (at === -1) return -1;
      const bounds = count++ * 4;
      labelBounds[bounds] = nameStart;
      labelBounds[bounds + 1] = valueStart - 2;
      labelBounds[bounds + 2] = valueStart;
      labelBounds[bounds + 3] = at;
      at++;
      if (body[at] === comma) at++;
      else if (body[at] !== braceClose) return -1;
    }
    this.#labelCount = count;
    return this.#sortLabels() ? at + 1 : -1;
  }

  /** The place of the closing quote, or -1. The escapes of label values are the same in and out, so they are copied as they are. */
  #skipLabelValue(start: number): number {
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

  /** Fills `labelOrder` with the labels by name. False: a name stands there twice. */
  #sortLabels(): boolean {
    for (let i = 0; i < this.#labelCount; i++) {
      let place = i;
      for (; place > 0; place--) {
        const order = this.#compareNames(labelOrder[place - 1] as number, i);
        if (order === 0) return false;
        if (order < 0) break;
        labelOrder[place] = labelOrder[place - 1] as number;
      }
      labelOrder[place] = i;
    }
    return true;
  }

  #compareNames(a: number, b: number): number {
    const startB = labelBounds[b * 4] as number;
    return this.#compareName(a, this.#body, startB, (labelBounds[b * 4 + 1] as number) - startB);
  }

  /** Orders the name of label `a` of the line against a name of `length` bytes in `other`. */
  #compareName(a: number, other: Uint8Array, otherStart: number, length: number): number {
    const start = labelBounds[a * 4] as number;
    const nameLength = (labelBounds[a * 4 + 1] as number) - start;
    const common = Math.min(nameLength, length);
    for (let i = 0; i < common; i++) {
      const difference = (this.#body[start + i] as number) - (other[otherStart + i] as number);
      if (difference !== 0) return difference;
    }
    return nameLength - length;
  }

  /** Merges the labels of the line with those of the grouping key, which win. Returns how many were written. */
  #writeLabels(): number {
    const prepared = this.#labels;
    if (this.#labelCount === 0) {
      lines.append(this.#alone, 0, this.#alone.length);
      return prepared.length;
    }
    let written = 0;
    let own = 0;
    let next = 0;
    while (own < this.#labelCount || next < prepared.length) {
      const label = prepared[next];
      const index = labelOrder[own] as number;
      const order = label === undefined ? -1 : own === this.#labelCount ? 1 : this.#compareName(index, label.name, 0, label.name.length);
      if (order >= 0) next++;
      if (order <= 0) own++;
      lines.appendByte(written++ === 0 ? braceOpen : comma);
      if (label !== undefined && (order > 0 || (order === 0 && !label.isImplied))) lines.append(label.text, 0, label.text.length);
      else lines.append(this.#body, labelBounds[index * 4] as number, (labelBounds[index * 4 + 3] as number) + 1);
    }
    lines.appendByte(braceClose);
    lines.appendByte(blank);
    return written;
  }

  /** Writes a value as Go prints it. */
  #writeValue(start: number, end: number): boolean {
    if (isCanonicalNumber(this.#body, start, end)) {
      lines.append(this.#body, start, end);
    } else {
      const value = end - start > valueLengthMax ? null : parseGoFloat(this.#body.toString('latin1', start, end));
      // Text shows negative zero as 0, so the plain decoder must keep it.
      if (value === null || Object.is(value, -0)) return false;
      lines.appendAscii(formatGoFloat(value));
    }
    lines.appendByte(lineFeed);
    return true;
  }
}

/** Counts in the line that was just ended. False: it holds the series of the line before. */
function addLine(draft: Draft): boolean {
  const line = lines.lineCount - 1;
  if (draft.lineCount++ === 0 || !draft.isSorted) return true;
  const order = lines.compare(line - 1, line, draft.nameLength);
  draft.isSorted = order < 0;
  return order !== 0 || !lines.haveEqualLabels(line - 1, line);
}

function sortLines(draft: Draft): number[] {
  const sorted = Array.from({ length: draft.lineCount }, (_, i) => draft.firstLine + i);
  return sorted.sort((a, b) => lines.compare(a, b, draft.nameLength) || a - b);
}

/** Whether equal series stand among sorted lines. Lines with equal values but other names may stand between them. */
function hasEqualSeries(sorted: readonly number[], nameLength: number): boolean {
  let runStart = 0;
  for (let i = 1; i < sorted.length; i++) {
    const line = sorted[i] as number;
    if (lines.compare(sorted[runStart] as number, line, nameLength) !== 0) {
      runStart = i;
      continue;
    }
    // A long run would cost the square of its length here; the plain decoder has a set for it.
    if (i - runStart > equalValuesMax) return true;
    for (let other = runStart; other < i; other++) if (lines.haveEqualLabels(sorted[other] as number, line)) return true;
  }
  return false;
}

function copyRun(draft: Draft, target: Buffer, position: number): number {
  const start = lines.starts[draft.firstLine] as number;
  const end = lines.starts[draft.firstLine + draft.lineCount] as number;
  target.set(lines.bytes.subarray(start, end), position);
  return end - start;
}

function copyLines(sorted: readonly number[], target: Buffer, position: number): number {
  let at = position;
  for (const line of sorted) {
    const start = lines.starts[line] as number;
    const end = lines.starts[line + 1] as number;
    target.set(lines.bytes.subarray(start, end), at);
    at += end - start;
  }
  return at - position;
}

/**
 * Whether a number is written as Go would print it, so that its digits can be copied: at most six digits before the point and fifteen in
 * all (any such decimal is the shortest one of its double), no needless zeros, nothing below 1e-4, no exponent.
 */
function isCanonicalNumber(bytes: Uint8Array, start: number, end: number): boolean {
  let at = start;
  if (bytes[at] === 45 /* - */) at++;
  const first = at;
  while (isDigit(bytes[at] as number) && at < end) at++;
  const integerDigits = at - first;
  if (integerDigits === 0 || integerDigits > 6 || end - first > 16) return false;
  const isZero = bytes[first] === 48; /* 0 */
  if (isZero && integerDigits > 1) return false;
  if (at === end) return !isZero || first === start;
  if (bytes[at] !== 46 /* . */) return false;
  const fraction = ++at;
  while (at < end && isDigit(bytes[at] as number)) at++;
  if (at !== end || at === fraction || bytes[end - 1] === 48) return false;
  return !isZero || bytes[fraction] !== 48 || bytes[fraction + 1] !== 48 || bytes[fraction + 2] !== 48 || bytes[fraction + 3] !== 48;
}

function prepareLabels(key: GroupingKey): PreparedLabels {
  const labels: PreparedLabel[] = key.labels.map(({ name, value }) => prepareLabel(name, value, false));
  if (!key.labels.some(({ name }) => name === 'instance')) {
    const place = key.labels.findIndex(({ name }) => name > 'instance');
    labels.splice(place === -1 ? labels.length : place, 0, prepareLabel('instance', '', true));
  }
  const alone = Buffer.from(`{${labels.map(({ text }) => Buffer.from(text).toString()).join(',')}} `);
  return { labels, alone };
}

function prepareLabel(name: string, value: string, isImplied: boolean): PreparedLabel {
  const escaped = value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
  return { name: Buffer.from(name), text: Buffer.from(`${name}="${escaped}"`), isImplied };
}

/** A comment that is neither HELP nor TYPE in any spelling of them: those have blanks of both kinds and may lack some. */
function isPlainComment(line: string): boolean {
  return !/^#[ \t]*(?:HELP|TYPE)(?:[ \t]|$)/.test(line);
}

function isDigit(byte: number): boolean {
  return byte >= 48 /* 0 */ && byte <= 57 /* 9 */;
}

function isBlank(byte: number): boolean {
  return byte === blank || byte === 9; /* tab */
}

function tableOf(pattern: RegExp): Uint8Array {
  return Uint8Array.from({ length: 256 }, (_, byte) => (pattern.test(String.fromCharCode(byte)) ? 1 : 0));
}
