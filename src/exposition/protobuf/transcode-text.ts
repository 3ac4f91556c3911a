import type { MetricType } from '../../model/metric-family.ts';
import type { ReadyText, StoredFamily } from '../../model/stored-family.ts';
import { transcodedBucketsMax } from './limits.ts';
import type { MessageWriter } from './message-writer.ts';

// Hot path: guarded by bench/ and by test/exposition/protobuf/transcode-text.test.ts, which holds it to readFamily and encodeMetrics.

/**
 * Writes the metrics of a stored family as fields of a MetricFamily message, straight from its ready text, in the order of the text. Returns
 * false, with nothing written, for what needs a look at the full form: what text cannot say, names outside the legacy pattern, float
 * histograms.
 */
export function transcodeMetrics(stored: StoredFamily, writer: MessageWriter): boolean {
  return isToldByReadyText(stored) && transcodeText(stored.home, stored.type, writer);
}

/** Whether the ready text says everything that a message needs, but for float histograms. */
export function isToldByReadyText({ protobuf, hasLegacyNames, flaw }: StoredFamily): boolean {
  return protobuf === null && hasLegacyNames && flaw === null;
}

/** The same for the text of such families of one name. */
export function transcodeText(text: ReadyText, type: MetricType, writer: MessageWriter): boolean {
  const start = writer.length;
  const reader = new LineReader(text);
  const isDone =
    type === 'summary' || isHistogram(type) ? writeComplexMetrics(reader, type, writer) : writePlainMetrics(reader, type, writer);
  if (!isDone) writer.length = start;
  return isDone;
}

function isHistogram(type: MetricType): boolean {
  return type === 'histogram' || type === 'gaugehistogram';
}

/** Field of Metric that holds the value, by type. */
const plainTags = { gauge: 0x12, counter: 0x1a, untyped: 0x2a } as const;

function writePlainMetrics(reader: LineReader, type: MetricType, writer: MessageWriter): boolean {
  const tag = plainTags[type as keyof typeof plainTags];
  while (reader.next()) {
    const metric = writer.begin(0x22); // MetricFamily.metric = 4
    if (!reader.writeLabels(writer, null)) return false;
    const value = writer.begin(tag);
    writer.double(0x09, reader.readValue()); // value = 1
    writer.end(value);
    writer.end(metric);
  }
  return true;
}

/** Bounds and values of the buckets or quantiles of the metric at hand. */
const bounds = new Float64Array(transcodedBucketsMax);
const values = new Float64Array(transcodedBucketsMax);

/** The lines of a metric: buckets or quantiles, then sum, then count. The labels are written with the first one. */
function writeComplexMetrics(reader: LineReader, type: MetricType, writer: MessageWriter): boolean {
  const special = type === 'summary' ? 'quantile' : 'le';
  while (reader.next()) {
    const metric = writer.begin(0x22); // MetricFamily.metric = 4
    if (!reader.writeLabels(writer, special)) return false;
    let count = 0;
    while (reader.hasSpecial) {
      if (count === transcodedBucketsMax) return false;
      bounds[count] = reader.special;
      values[count++] = reader.readValue();
      if (!reader.next() || !reader.skipLabels(special)) return false;
    }
    const sum = reader.readValue();
    if (!reader.next() || !reader.skipLabels(special)) return false;
    const sampleCount = reader.readValue();
    const isWritten = type === 'summary' ? writeSummary(writer, sampleCount, sum, count) : writeHistogram(writer, sampleCount, sum, count);
    if (!isWritten) return false;
    writer.end(metric);
  }
  return true;
}

function writeSummary(writer: MessageWriter, sampleCount: number, sum: number, count: number): boolean {
  if (!Number.isSafeInteger(sampleCount)) return false;
  const summary = writer.begin(0x22); // Metric.summary = 4
  writer.varint(0x08, sampleCount); // sample_count = 1
  writer.double(0x11, sum); // sample_sum = 2
  for (let i = 0; i < count; i++) {
    const quantile = writer.begin(0x1a); // quantile = 3
    writer.double(0x09, bounds[i] as number); // quantile = 1
    writer.double(0x11, values[i] as number); // value = 2
    writer.end(quantile);
  }
  writer.end(summary);
  return true;
}

function writeHistogram(writer: MessageWriter, sampleCount: number, sum: number, count: number): boolean {
  if (!Number.isSafeInteger(sampleCount)) return false;
  const histogram = writer.begin(0x3a); // Metric.histogram = 7
  writer.varint(0x08, sampleCount); // sample_count = 1
  writer.double(0x11, sum); // sample_sum = 2
  for (let i = 0; i < count; i++) {
    const cumulativeCount = values[i] as number;
    if (!Number.isSafeInteger(cumulativeCount)) return false;
    const bucket = writer.begin(0x1a); // bucket = 3
    writer.varint(0x08, cumulativeCount); // cumulative_count = 1
    writer.double(0x11, bounds[i] as number); // upper_bound = 2
    writer.end(bucket);
  }
  writer.end(histogram);
  return true;
}

const lineFeed = 10;
const quote = 34;
const equals = 61;
const backslash = 92;
const braceOpen = 123;
const braceClose = 125;

/** Walks over the lines of a ready text, `name{label="value",...} number`. The text is ours, so its form is not checked. */
class LineReader {
  readonly #bytes: Buffer;
  readonly #end: number;
  #lineEnd: number;
  #at = 0;
  /** Of the labels that were read last: whether the bound or quantile was among them, and which number it is. */
  hasSpecial = false;
  special = 0;

  constructor({ bytes, start, end }: ReadyText) {
    this.#bytes = bytes;
    this.#end = end;
    this.#lineEnd = start - 1;
  }

  /** Goes to the labels of the next line. False at the end. */
  next(): boolean {
    const bytes = this.#bytes;
    let at = this.#lineEnd + 1;
    if (at >= this.#end) return false;
    while (bytes[at] !== braceOpen) at++;
    this.#at = at + 1;
    return true;
  }

  /** Writes the labels but for the special one, which comes last. False for a special one that is not a number. */
  writeLabels(writer: MessageWriter, special: 'le' | 'quantile' | null): boolean {
    const bytes = this.#bytes;
    let at = this.#at;
    this.hasSpecial = false;
    while (bytes[at] !== braceClose) {
      const nameStart = at;
      while (bytes[at] !== equals) at++;
      const nameEnd = at;
      const valueStart = at + 2;
      at = valueStart;
      let hasEscapes = false;
      while (bytes[at] !== quote) {
        if (bytes[at] === backslash) {
          hasEscapes = true;
          at++;
        }
        at++;
      }
      if (special !== null && this.#isSpecial(special, nameStart, nameEnd)) {
        if (!this.#readSpecial(valueStart, at)) return false;
      } else {
        writeLabel(writer, bytes, nameStart, nameEnd, valueStart, at, hasEscapes);
      }
      // Behind the closing quote stands a comma or the brace.
      at++;
      if (bytes[at] !== braceClose) at++;
    }
    this.#at = at + 2;
    return true;
  }

  /** Reads over the labels, but for the special one. */
  skipLabels(special: 'le' | 'quantile'): boolean {
    // The last brace of the line: label values may hold some, but the number behind it does not.
    const bytes = this.#bytes;
    let end = bytes.indexOf(lineFeed, this.#at) - 1;
    while (bytes[end] !== braceClose) end--;
    this.hasSpecial = false;
    let start = end - 1;
    if (bytes[start] === quote) {
      start--;
      while (bytes[start] !== quote) start--;
      // A quote inside of a label value is escaped; bounds have none, so what is found begins the last value of the line.
      const nameEnd = start - 1;
      const nameStart = nameEnd - special.length;
      const before = bytes[nameStart - 1];
      if ((before === 44 /* , */ || before === braceOpen) && bytes[nameEnd] === equals && this.#isSpecial(special, nameStart, nameEnd)) {
        if (!this.#readSpecial(start + 1, end - 1)) return false;
      }
    }
    this.#at = end + 2;
    return true;
  }

  /** The number at the end of the line. */
  readValue(): number {
    this.#lineEnd = this.#bytes.indexOf(lineFeed, this.#at);
    return readNumber(this.#bytes, this.#at, this.#lineEnd);
  }

  #isSpecial(special: string, start: number, end: number): boolean {
    if (end - start !== special.length) return false;
    for (let i = 0; i < special.length; i++) if (this.#bytes[start + i] !== special.charCodeAt(i)) return false;
    return true;
  }

  #readSpecial(start: number, end: number): boolean {
    this.hasSpecial = true;
    this.special = readNumber(this.#bytes, start, end);
    return !Number.isNaN(this.special);
  }
}

function writeLabel(
  writer: MessageWriter,
  bytes: Buffer,
  nameStart: number,
  nameEnd: number,
  valueStart: number,
  valueEnd: number,
  hasEscapes: boolean,
): void {
  const label = writer.begin(0x0a); // Metric.label = 1
  writer.bytesField(0x0a, bytes, nameStart, nameEnd); // name = 1
  if (hasEscapes) {
    const value = Buffer.from(
      bytes.toString('latin1', valueStart, valueEnd).replaceAll(/\\(.)/g, (_, letter: string) => (letter === 'n' ? '\n' : letter)),
      'latin1',
    );
    writer.bytesField(0x12, value, 0, value.length); // value = 2
  } else {
    writer.bytesField(0x12, bytes, valueStart, valueEnd); // value = 2
  }
  writer.end(label);
}

const exactPowersOfTen: readonly number[] = Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));

/** A number as we print it. */
function readNumber(bytes: Buffer, start: number, end: number): number {
  let at = start;
  const isNegative = bytes[at] === 45; /* - */
  if (isNegative) at++;
  // Fast path: up to fifteen digits and a power of ten are both exact, so one division gives the nearest double (Clinger 1990).
  if (end - at <= 16) {
    let mantissa = 0;
    let fractionStart = -1;
    for (; at < end; at++) {
      const digit = (bytes[at] as number) - 48; /* 0 */
      if (digit >= 0 && digit <= 9) mantissa = mantissa * 10 + digit;
      else if (digit === -2 /* . */ && fractionStart === -1) fractionStart = at + 1;
      else break;
    }
    if (at === end && (fractionStart !== -1 || end - start <= 15)) {
      const magnitude = fractionStart === -1 ? mantissa : mantissa / (exactPowersOfTen[end - fractionStart] as number);
      return isNegative ? -magnitude : magnitude;
    }
  }
  const text = bytes.toString('latin1', start, end);
  if (text === '+Inf') return Infinity;
  return text === '-Inf' ? -Infinity : Number(text);
}
