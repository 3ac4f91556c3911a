import { isUtf8 } from 'node:buffer';
import { createFamilyTable, type FamilyTable } from '../../model/family-table.ts';
import type { GroupingKey } from '../../model/grouping-key.ts';
import { familiesMax, templateBodyBytesMax, templateHolesMax, templateOpeningLengthMax } from '../limits.ts';
import { refuseTooManyFamilies } from '../push-size.ts';
import { blank, braceClose, braceOpen, hash, isDigit, lineFeed, metricNameBytes, quote } from './bytes.ts';
import type { BodyLayout } from './body-layout.ts';
import { type BodyTemplate, createBodyTemplate, type DecodedFamily } from './body-template.ts';
import { FamilyDraft, type LinePart } from './family-draft.ts';
import { FormPool } from './form-pool.ts';
import { type KeyTexts, LineLabels, prepareLabels, type PreparedLabels, textsOfKey } from './line-labels.ts';
import { renderedNumberLengthMax } from './numbers.ts';
import { ReadyLines } from './ready-lines.ts';
import { cutSegments } from './segments.ts';
import { TemplateCache } from './template-cache.ts';

// Hot path: guarded by bench/ and by test/exposition/fast-text/, which holds it to the plain decoder.

/**
 * Decodes text bodies straight to what is stored, without an object per sample: each line is copied with the grouping labels merged in.
 * Takes what clients write: families whose lines stand together, histograms and summaries metric by metric. Answers `null` for anything
 * else, sound or not; the body then goes through the plain parser, which takes everything and names the line of an error. Refuses what
 * is too large for either.
 */
export class FastTextDecoder {
  readonly #templates: TemplateCache;

  /** `forms`: shared with the decoder of another format. */
  constructor(forms: FormPool = new FormPool()) {
    this.#templates = new TemplateCache(describeFirstLine, forms);
  }

  decode(body: Buffer, key: GroupingKey, atMs: number): FamilyTable | null {
    const texts = textsOfKey(key);
    if (!texts.isLegacy) return null;
    const templates = body.length <= templateBodyBytesMax ? this.#templates : null;
    const families = templates?.apply(body, key, texts, atMs) ?? null;
    if (families !== null) return families;
    if (!isUtf8(body)) return null;
    try {
      const decoded = readText(body, key, texts, atMs);
      if (decoded === null) return null;
      if (templates !== null && isTemplateSized() && templates.wantsTemplate(body, key)) {
        templates.add(body, key, texts, createBodyTemplate(cutSegments(body, lines), lines, decoded, texts.labels.length));
      }
      return createFamilyTable(decoded.map(({ stored }) => stored));
    } finally {
      lines.shrink();
    }
  }
}

/**
 * Makes a template of a body by way of a text that says the same, in groups with a key like this. `layout`: of the body; its values are in the
 * order of the lines. Null: the text is none for the fast path.
 */
export function createTemplateOfText(text: Buffer, layout: BodyLayout, key: GroupingKey): BodyTemplate | null {
  if (!isUtf8(text)) return null;
  try {
    const texts = textsOfKey(key);
    const decoded = readText(text, key, texts, 0);
    return decoded !== null && isTemplateSized() ? createBodyTemplate(layout, lines, decoded, texts.labels.length) : null;
  } finally {
    lines.shrink();
  }
}

function isTemplateSized(): boolean {
  return lines.lineCount > 0 && lines.holeCount <= templateHolesMax;
}

/** The first line without a value. */
function describeFirstLine(body: Buffer): string {
  const lineEnd = body.indexOf(lineFeed);
  const line = body.toString('latin1', 0, lineEnd === -1 ? templateOpeningLengthMax : Math.min(lineEnd, templateOpeningLengthMax));
  return line.startsWith('#') ? line : line.slice(0, line.lastIndexOf(' '));
}

const lines = new ReadyLines();
const legacyMetricName = /^[a-zA-Z_:][a-zA-Z0-9_:]*$/;
/** Characters of `# HELP ` and `# TYPE `. */
const keywordLength = 7;
const specialNames = { le: Buffer.from('le'), quantile: Buffer.from('quantile') } as const;
/** Room for what is added to a line besides labels: `,quantile=""`, braces, blank, line feed. */
const framingLengthMax = 32;

function readText(body: Buffer, key: GroupingKey, texts: KeyTexts, atMs: number): DecodedFamily[] | null {
  const reader = new BodyReader(body, prepareLabels(key, texts), texts.hasSpecialLabel);
  return reader.readLines() ? reader.takeFamilies(atMs) : null;
}

class BodyReader {
  readonly #body: Buffer;
  readonly #prepared: PreparedLabels;
  /** A grouping label that a histogram or summary uses itself leads to a flaw, which the plain decoder words. */
  readonly #keyHasSpecialLabel: boolean;
  readonly #labels: LineLabels;
  readonly #drafts = new Map<string, FamilyDraft>();
  #current: FamilyDraft | null = null;
  #at = 0;

  constructor(body: Buffer, prepared: PreparedLabels, keyHasSpecialLabel: boolean) {
    this.#body = body;
    this.#prepared = prepared;
    this.#keyHasSpecialLabel = keyHasSpecialLabel;
    this.#labels = new LineLabels(body);
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

  /** The families in the order in which they were first named. Null: one of them is not for the fast path after all. */
  takeFamilies(atMs: number): DecodedFamily[] | null {
    const families: DecodedFamily[] = [];
    const bytes = Buffer.allocUnsafeSlow(lines.length);
    let position = 0;
    for (const draft of this.#drafts.values()) {
      if (draft.lineCount === 0) continue;
      const stored = draft.isComplete() ? draft.store(lines, bytes, position, atMs) : null;
      if (stored === null) return null;
      position = stored.home.end;
      families.push({ stored, draft });
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
    if (!legacyMetricName.test(name) || this.#partOf(name) !== null) return false;
    const draft = this.#drafts.get(name) ?? this.#addDraft(name);
    return isHelp ? setHelp(draft, text) : this.#setType(draft, text);
  }

  #setType(draft: FamilyDraft, text: string): boolean {
    if (draft.type !== null) return false;
    if (text === 'summary' || text === 'histogram') {
      // Families that were named like its parts before: a clash, which the store words.
      const hasRival = ['_count', '_sum', '_bucket'].some((suffix) => this.#drafts.has(draft.name + suffix));
      if (this.#keyHasSpecialLabel || hasRival) return false;
    } else if (text !== 'counter' && text !== 'gauge' && text !== 'untyped') {
      return false;
    }
    draft.type = text;
    return true;
  }

  /** `name{label="value",...} value` or `name value`. */
  #readSample(): boolean {
    const body = this.#body;
    const start = this.#at;
    let at = start;
    while (metricNameBytes[body[at] as number] === 1) at++;
    const draft = this.#draftOf(start, at);
    if (draft === null) return false;
    const nameEnd = at;
    const special = draft.specialLabel;
    if (body[at] === braceOpen) at = this.#labels.scan(at + 1, special === null ? null : specialNames[special]);
    else this.#labels.clear();
    if (at === -1 || body[at] !== blank) return false;
    const part = this.#partAt(draft, start + draft.nameLength, nameEnd);
    const lineEnd = body.indexOf(lineFeed, at + 1);
    if (part === null || lineEnd === -1) return false;
    lines.reserve(lineEnd - start + this.#prepared.alone.length + framingLengthMax + 2 * renderedNumberLengthMax);
    lines.append(body, start, nameEnd);
    if (!this.#writeLabels(special)) return false;
    // The lines of a metric are told by their labels in the body.
    if (special !== null && this.#labels.isAmbiguous) return false;
    const use = part === 'bucket' || part === 'count' ? 'count' : 'value';
    if (!lines.appendValue(body, at + 1, lineEnd, use)) return false;
    lines.appendByte(lineFeed);
    this.#at = lineEnd + 1;
    lines.endLine();
    return draft.addLine(lines, part, part === 'bucket' && this.#isInfinity());
  }

  /** Writes `{...} `, the bound of a bucket or quantile last. */
  #writeLabels(special: 'le' | 'quantile' | null): boolean {
    const { specialStart, specialEnd } = this.#labels;
    lines.appendByte(braceOpen);
    lines.beginLabels();
    lines.endLabels(this.#labels.write(lines, this.#prepared));
    if (special !== null && specialStart !== 0) {
      lines.appendAscii(special === 'le' ? ',le="' : ',quantile="');
      // NaN counts as no bound (SPEC §5.3).
      if (
        (this.#body[specialStart] as number) > 64 /* any letter */ ||
        !lines.appendNumber(this.#body, specialStart, specialEnd, 'value')
      ) {
        return false;
      }
      lines.appendByte(quote);
    }
    lines.appendByte(braceClose);
    lines.appendByte(blank);
    return true;
  }

  /** Whether the bound of the line at hand is written `+Inf`. */
  #isInfinity(): boolean {
    const { specialStart, specialEnd } = this.#labels;
    return (
      specialEnd - specialStart === 4 &&
      this.#body[specialStart] === 43 /* + */ &&
      this.#body[specialStart + 1] === 73 /* I */ &&
      this.#holds('+Inf', specialStart)
    );
  }

  /** What the line is of its family, by what stands behind the family's name (see `#draftOf`). Null: nothing that the fast path takes. */
  #partAt(draft: FamilyDraft, suffixStart: number, end: number): LinePart | null {
    if (!draft.isComplex) return suffixStart === end ? 'plain' : null;
    const hasBound = this.#labels.specialStart !== 0;
    if (suffixStart === end) return draft.type === 'summary' && hasBound ? 'quantile' : null;
    switch (end - suffixStart) {
      case '_bucket'.length:
        return hasBound ? 'bucket' : null;
      case '_count'.length:
        return hasBound ? null : 'count';
      default:
        return hasBound ? null : 'sum';
    }
  }

  /** Whether `start` to `end`, behind the name of a family, says that the line is a part of it. */
  #isPart(draft: FamilyDraft, start: number, end: number): boolean {
    if (!draft.isComplex) return false;
    const length = end - start;
    return (
      (length === '_bucket'.length && draft.type === 'histogram' && this.#holds('_bucket', start)) ||
      (length === '_count'.length && this.#holds('_count', start)) ||
      (length === '_sum'.length && this.#holds('_sum', start))
    );
  }

  /** The family of a sample whose name lies at `start` to `end`; null if it is none for the fast path. */
  #draftOf(start: number, end: number): FamilyDraft | null {
    const current = this.#current;
    if (current !== null && this.#holds(current.name, start)) {
      const nameEnd = start + current.nameLength;
      if (nameEnd === end || this.#isPart(current, nameEnd, end)) return current;
    }
    const name = this.#body.toString('latin1', start, end);
    if (name === '' || isDigit(name.charCodeAt(0))) return null;
    let draft = this.#drafts.get(name) ?? this.#partOf(name);
    if (draft !== null && draft === current) return draft;
    if (draft === null) draft = this.#addDraft(name);
    // The lines of one family stand together, so that they can be copied as one run.
    else if (draft.lineCount > 0) return null;
    draft.type ??= 'untyped';
    draft.firstLine = lines.lineCount;
    this.#current = draft;
    return draft;
  }

  /** The summary or histogram that a name is a part of; exact names take precedence (SPEC §5.3). */
  #partOf(name: string): FamilyDraft | null {
    const base = /_(?:count|sum|bucket)$/.exec(name);
    const draft = base === null ? undefined : this.#drafts.get(name.slice(0, base.index));
    if (draft === undefined || !draft.isComplex || (draft.type === 'summary' && base?.[0] === '_bucket')) return null;
    return draft;
  }

  #addDraft(name: string): FamilyDraft {
    if (this.#drafts.size >= familiesMax) throw refuseTooManyFamilies();
    const draft = new FamilyDraft(name);
    this.#drafts.set(name, draft);
    return draft;
  }

  #holds(text: string, start: number): boolean {
    for (let i = 0; i < text.length; i++) if (this.#body[start + i] !== text.charCodeAt(i)) return false;
    return true;
  }
}

/** Takes a HELP text that needs no unescaping. */
function setHelp(draft: FamilyDraft, text: string): boolean {
  if (draft.help !== null || text === '' || text.startsWith(' ') || text.startsWith('\t') || text.includes('\\')) return false;
  // The line was read as latin1, which shows UTF-8 as it lies in the body.
  draft.help = Buffer.from(text, 'latin1').toString();
  return true;
}

/** A comment that is neither HELP nor TYPE in any spelling of them: those have blanks of both kinds and may lack some. */
function isPlainComment(line: string): boolean {
  return !/^#[ \t]*(?:HELP|TYPE)(?:[ \t]|$)/.test(line);
}
