import type { LabelPair, Metric, MetricFamily, MetricType } from '../model/metric-family.ts';
import { isLegacyLabelName, isLegacyMetricName } from '../model/names.ts';
import { parseGoFloat } from './go-number.ts';
import { quoteGoByte, quoteGoBytes } from './go-quote.ts';
import { decodedPartsMax, readyTextLengthMax } from './limits.ts';
import { refuseTooLong, refuseTooManyParts } from './push-size.ts';
import {
  addToHistogram,
  addToSummary,
  findOrAddMetric,
  setPlainValue,
  specialLabelName,
  TextFamilies,
  type FamilyPart,
} from './text-families.ts';
import { copyToken, quoteToken, TextScanner } from './text-scanner.ts';

const lineFeed = 10;
const doubleQuote = 34;
const hash = 35;
const comma = 44;
const equals = 61;
const openBrace = 123;
const closeBrace = 125;

export interface TextParserOptions {
  /** Whether metric and label names may be any UTF-8 text (quoted), as with `--push.enable-utf8-names`. */
  readonly allowUtf8Names: boolean;
}

/**
 * Reads a text exposition by every rule of SPEC §5.1–5.3. Families come in the order in which they are named first, metrics in
 * the order of their first lines, labels as they were written. Refuses the body at the first error with the reference's sentence
 * (prometheus/common v0.67, expfmt). Not checked: equal metrics, suffix clashes, timestamps. HELP that is not UTF-8 is
 * kept with U+FFFD in place of the bytes that are not.
 */
export function parseText(body: Buffer, options: TextParserOptions): MetricFamily[] {
  // The ready text would be no shorter; and a longer body may not fit into a string.
  if (body.length > readyTextLengthMax) throw refuseTooLong();
  const parser = new TextParser(body, options, decodedPartsMax);
  parser.parse();
  return parser.families.finish();
}

/** Reads sample lines alone, all of one family of a known name and type. The lines must be ready text of ours. */
export function parseSampleLines(lines: Buffer, name: string, type: MetricType): readonly Metric[] {
  const parser = new TextParser(lines, { allowUtf8Names: true }, Infinity);
  parser.families.declare(name, type);
  parser.parse();
  return parser.families.finish()[0]?.metrics ?? [];
}

class TextParser {
  readonly families: TextFamilies = new TextFamilies();
  readonly #scanner: TextScanner;
  readonly #allowUtf8Names: boolean;
  /** What to change if the first line begins with no name. */
  readonly #markHint: string | undefined;

  // What is known of the sample line at hand.
  #target: FamilyPart | null = null;
  #labels: LabelPair[] = [];
  readonly #labelNames = new Set<string>();
  /** The number in `quantile` or `le`; NaN without one. */
  #bound = NaN;

  /** Sample lines and labels that may still come. */
  #partsLeft: number;

  constructor(body: Buffer, { allowUtf8Names }: TextParserOptions, partsMax: number) {
    this.#scanner = new TextScanner(body);
    this.#allowUtf8Names = allowUtf8Names;
    this.#markHint = hintOfByteOrderMark(body);
    this.#partsLeft = partsMax;
  }

  parse(): void {
    const scanner: TextScanner = this.#scanner;
    while (scanner.startLine()) {
      const byte = scanner.peek();
      if (byte === lineFeed) scanner.at++;
      else if (byte === hash) this.#parseComment();
      else this.#parseSample(byte);
    }
  }

  #parseComment(): void {
    const scanner: TextScanner = this.#scanner;
    scanner.at++;
    scanner.skipBlanks();
    const keyword = scanner.readWord();
    if (scanner.peek() === lineFeed || (keyword !== 'HELP' && keyword !== 'TYPE')) return scanner.skipLine();
    scanner.skipBlanks();
    const name = scanner.readName('metric name');
    const next = scanner.peek();
    // A line that ends before or behind the name says nothing, and is no error.
    if (next === lineFeed) return scanner.skipLine();
    if (next !== 32 /* space */ && next !== 9 /* tab */) scanner.fail('invalid metric name in comment');
    const { family } = this.#findFamily(name);
    if (scanner.skipBlanks() === lineFeed) return scanner.skipLine();
    if (keyword === 'HELP') {
      if (family.help !== null) scanner.fail(`second HELP line for metric name ${quoteText(family.name)}`);
      family.help = copyToken(scanner.readEscapedLine());
      return;
    }
    if (family.type !== null) {
      scanner.fail(`second TYPE line for metric name ${quoteText(family.name)}, or TYPE reported after samples`);
    }
    family.type = this.#readType();
  }

  #readType(): MetricType {
    // The reference drops every backslash of this line.
    const line = this.#scanner.readLine().replaceAll('\\', '');
    const type = typesByName.get(line.toLowerCase());
    if (type !== undefined) return type;
    const hint = line.endsWith('\r') ? crlfHint : line.endsWith(' ') ? 'no blank may follow the type' : undefined;
    // `readLine` stepped to the next line only in the bytes; the count still stands at this one.
    return this.#scanner.fail(`unknown metric type ${quoteToken(line)}`, hint);
  }

  #parseSample(first: number): void {
    const scanner: TextScanner = this.#scanner;
    this.#countPart();
    this.#target = null;
    this.#labels = [];
    this.#labelNames.clear();
    this.#bound = NaN;
    if (first !== openBrace) {
      const name = scanner.readName('metric name');
      if (name.length === 0) this.#failAtName(first);
      this.#setTarget(name);
      if (scanner.skipBlanks() === openBrace) this.#parseBraces(false);
    } else {
      this.#parseBraces(true);
    }
    const target = this.#target as FamilyPart | null;
    if (target === null) scanner.fail('invalid metric name');
    this.#parseValue(target);
  }

  #failAtName(first: number): never {
    const hint = first === 13 /* CR */ ? crlfHint : this.#scanner.line === 1 ? this.#markHint : undefined;
    return this.#scanner.fail('invalid metric name', hint);
  }

  /** Reads `{...}`, in which the metric's name stands if `isNameInside`, and the blanks behind it. */
  #parseBraces(isNameInside: boolean): void {
    const scanner: TextScanner = this.#scanner;
    scanner.at++;
    while (scanner.skipBlanks() !== closeBrace) {
      const name = scanner.readName('label name');
      if (name.length === 0) scanner.fail(`invalid label name for metric ${this.#quoteTarget()}`);
      const next = scanner.skipBlanks();
      if (next === equals) this.#parseLabel(name);
      else if (isNameInside) this.#takeNameInside(name, next);
      else scanner.fail(`expected '=' after label name, found ${quoteGoByte(next)}`);
      if (scanner.peek() === comma) scanner.at++;
    }
    scanner.at++;
    scanner.skipBlanks();
  }

  #takeNameInside(name: string, next: number): void {
    if (this.#target !== null) this.#scanner.fail(`multiple metric names for metric ${this.#quoteTarget()}`);
    if (next !== comma && next !== closeBrace) this.#scanner.fail(`unexpected end of metric name ${quoteGoByte(next)}`);
    this.#setTarget(name);
  }

  /** Reads a label from its equals sign to the comma or brace behind it. */
  #parseLabel(writtenName: string): void {
    const scanner: TextScanner = this.#scanner;
    const name = this.#checkName(writtenName, 'label name', isLegacyLabelName);
    const isSpecial = this.#target !== null && name === specialLabelName(this.#target.family.type);
    if (!isSpecial) {
      if (this.#labelNames.has(name)) scanner.fail(`duplicate label names for metric ${this.#quoteTarget()}`);
      this.#labelNames.add(name);
    }
    scanner.at++;
    const start = scanner.skipBlanks();
    if (start !== doubleQuote) scanner.fail(`expected '"' at start of label value, found ${quoteGoByte(start)}`);
    const token = scanner.readQuoted('label value');
    const value = scanner.decodeToken(token);
    if (value === null) scanner.fail(`invalid label value ${quoteToken(token)}`, 'the body must be UTF-8');
    this.#countPart();
    if (isSpecial) this.#setBound(name, value);
    else this.#labels.push({ name, value });
    const next = scanner.skipBlanks();
    if (next !== comma && next !== closeBrace) scanner.fail(`unexpected end of label value ${quoteToken(token)}`);
  }

  #setTarget(name: string): void {
    this.#target = this.#findFamily(name);
    const { family } = this.#target;
    family.type ??= 'untyped';
    // Labels that stood before a name inside the braces: only now it is known which of them is special.
    const special = specialLabelName(family.type);
    const index = this.#labels.findIndex((label) => label.name === special);
    const [label] = index === -1 ? [] : this.#labels.splice(index, 1);
    if (label !== undefined) this.#setBound(label.name, label.value);
  }

  #setBound(name: string, value: string): void {
    const bound = parseGoFloat(value);
    if (bound === null) this.#scanner.fail(`expected float as value for '${name}' label, got ${quoteText(value)}`);
    this.#bound = bound;
  }

  /** Reads the value, a timestamp if there is one, and the line feed. */
  #parseValue({ family, part }: FamilyPart): void {
    const scanner: TextScanner = this.#scanner;
    const metric = findOrAddMetric(family, this.#labels);
    const word = scanner.readWord();
    const value = parseGoFloat(word);
    if (value === null) {
      scanner.fail(`expected float as value, got ${quoteToken(word)}`, word.endsWith('\r') ? crlfHint : undefined);
    }
    if (metric.summary !== null) addToSummary(metric, part, this.#bound, value);
    else if (metric.histogram === null) setPlainValue(metric, family.type, value);
    else if (!addToHistogram(metric, part, this.#bound, value)) {
      const what = part === 'count' ? 'count' : 'bucket population';
      scanner.fail(`negative ${what} for histogram ${quoteText(family.name)}`);
    }
    if (scanner.peek() === lineFeed) scanner.at++;
    else metric.timestampMs = this.#readTimestamp();
  }

  #readTimestamp(): bigint {
    const scanner: TextScanner = this.#scanner;
    scanner.skipBlanks();
    const word = scanner.readWord();
    const timestampMs = parseInt64(word);
    if (timestampMs === null) {
      const hint = word.length === 0 ? 'no blank may follow the value' : word.endsWith('\r') ? crlfHint : undefined;
      scanner.fail(`expected integer as timestamp, got ${quoteToken(word)}`, hint);
    }
    const rest = scanner.readLine();
    if (rest.length > 0) scanner.fail(`spurious string after timestamp: ${quoteToken(rest)}`);
    return timestampMs;
  }

  #findFamily(name: string): FamilyPart {
    return this.families.findOrCreate(this.#checkName(name, 'metric name', isLegacyMetricName));
  }

  /** The name that was read last, as text. Names without quotes are legacy names, since nothing else ends up in them. */
  #checkName(token: string, what: 'metric name' | 'label name', isLegacyName: (name: string) => boolean): string {
    const { isNameQuoted } = this.#scanner;
    const name = isNameQuoted ? this.#scanner.decodeToken(token) : token;
    if (what === 'label name' && name === '__name__') this.#scanner.fail('label name "__name__" is reserved');
    if (!isNameQuoted) return token;
    const isUtf8Name = name !== null && name !== '';
    if (isUtf8Name && (this.#allowUtf8Names || isLegacyName(name))) return name;
    const hint = isUtf8Name ? 'the flag --push.enable-utf8-names allows names like this' : undefined;
    return this.#scanner.fail(`invalid ${what} ${quoteToken(token)}`, hint);
  }

  #countPart(): void {
    if (--this.#partsLeft < 0) throw refuseTooManyParts(decodedPartsMax);
  }

  #quoteTarget(): string {
    return quoteText(this.#target?.family.name ?? '');
  }
}

const crlfHint = 'lines must end in a line feed alone, without a carriage return';

/** What PowerShell and editors on Windows put before a text. */
function hintOfByteOrderMark(body: Buffer): string | undefined {
  const [first, second, third] = body;
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'the body begins with a byte order mark; send it as UTF-8 without one';
  const isUtf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  return isUtf16 ? 'the body is UTF-16; send it as UTF-8' : undefined;
}

/** By the names that TYPE lines may give, in lower case. */
const typesByName: ReadonlyMap<string, MetricType> = new Map([
  ['counter', 'counter'],
  ['gauge', 'gauge'],
  ['summary', 'summary'],
  ['untyped', 'untyped'],
  ['histogram', 'histogram'],
  ['gaugehistogram', 'gaugehistogram'],
  ['gauge_histogram', 'gaugehistogram'],
]);

function quoteText(text: string): string {
  return quoteGoBytes(Buffer.from(text));
}

/** A decimal integer with optional sign that fits into 64 bits, or `null`. */
function parseInt64(text: string): bigint | null {
  // Leading zeros are fine in any number; what is left has 19 digits at most. Longer text is not worth a BigInt.
  const match = /^([+-]?)0*(\d{1,19})$/.exec(text);
  if (match === null) return null;
  const value = BigInt(`${match[1] === '-' ? '-' : ''}${match[2]}`);
  return value === BigInt.asIntN(64, value) ? value : null;
}
