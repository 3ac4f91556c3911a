import {
  backslash,
  blank,
  braceClose,
  braceOpen,
  comma,
  equals,
  labelNameBytes,
  lineFeed,
  metricNameBytes,
  quote,
} from '../fast-text/bytes.ts';
import { renderedNumberLengthMax } from '../fast-text/numbers.ts';
import { transcriptBytesMax } from '../limits.ts';
import { writeGoFloat } from '../write-go-float.ts';

/** Text around the names, labels and numbers of one line or one pair of comments, and then some. */
const framingLengthMax = 64;

/**
 * The text of a push that came as protobuf. It is written without grouping labels and read like a text push, so a name that is none, a help
 * text of several lines, or too much of anything is answered with false: nothing of a body may become syntax. Whether strings are UTF-8 is
 * left to whoever reads the text.
 */
export class Transcript {
  #bytes: Buffer = Buffer.allocUnsafeSlow(16 * 1024);
  #length = 0;
  lineCount = 0;
  /** Of the family at hand. */
  #name: Uint8Array = new Uint8Array(0);
  /** The labels of the metric at hand, as they stand between the braces. */
  #labels: Buffer = Buffer.allocUnsafeSlow(1024);
  #labelsLength = 0;

  /** What was written so far. */
  get text(): Buffer {
    return this.#bytes.subarray(0, this.#length);
  }

  beginFamily(name: Uint8Array, help: Uint8Array | null, type: string): boolean {
    if (!areAll(metricNameBytes, name) || !this.#reserve(2 * name.length + (help?.length ?? 0))) return false;
    this.#name = name;
    if (help !== null) {
      if (help.includes(lineFeed) || help.includes(backslash)) return false;
      this.#ascii('# HELP ');
      this.#copy(name);
      this.#bytes[this.#length++] = blank;
      this.#copy(help);
      this.#bytes[this.#length++] = lineFeed;
    }
    this.#ascii('# TYPE ');
    this.#copy(name);
    this.#bytes[this.#length++] = blank;
    this.#ascii(type);
    this.#bytes[this.#length++] = lineFeed;
    return true;
  }

  beginMetric(): void {
    this.#labelsLength = 0;
  }

  /** Adds a label, `body[nameStart, nameEnd)` and the same of the value, to the metric at hand. */
  addLabel(body: Uint8Array, nameStart: number, nameEnd: number, valueStart: number, valueEnd: number): boolean {
    // Every byte of a value may need a backslash.
    const needed = this.#labelsLength + nameEnd - nameStart + 2 * (valueEnd - valueStart) + framingLengthMax;
    if (needed > transcriptBytesMax) return false;
    if (needed > this.#labels.length) this.#labels = grow(this.#labels, this.#labelsLength, needed);
    const labels = this.#labels;
    let length = this.#labelsLength;
    if (length > 0) labels[length++] = comma;
    for (let at = nameStart; at < nameEnd; at++) {
      const byte = body[at] as number;
      if (labelNameBytes[byte] !== 1) return false;
      labels[length++] = byte;
    }
    labels[length++] = equals;
    labels[length++] = quote;
    for (let at = valueStart; at < valueEnd; at++) {
      const byte = body[at] as number;
      if (byte === quote || byte === backslash || byte === lineFeed) labels[length++] = backslash;
      labels[length++] = byte === lineFeed ? 110 /* n */ : byte;
    }
    labels[length++] = quote;
    this.#labelsLength = length;
    return true;
  }

  /** Adds a line of the metric at hand, with a label `special` that holds `bound` if that is not empty. Negative zero is none for text. */
  addLine(suffix: string, special: 'le' | 'quantile' | '', bound: number, value: number): boolean {
    if (Object.is(value, -0) || Object.is(bound, -0) || Number.isNaN(bound)) return false;
    if (!this.#reserve(this.#name.length + this.#labelsLength + 2 * renderedNumberLengthMax)) return false;
    const bytes = this.#bytes;
    this.#copy(this.#name);
    this.#ascii(suffix);
    bytes[this.#length++] = braceOpen;
    const labels = this.#labels;
    let length = this.#length;
    for (let i = 0; i < this.#labelsLength; i++) bytes[length++] = labels[i] as number;
    this.#length = length;
    if (special !== '') {
      if (this.#labelsLength > 0) bytes[this.#length++] = comma;
      this.#ascii(special);
      this.#ascii('="');
      this.#length = writeGoFloat(bound, bytes, this.#length);
      bytes[this.#length++] = quote;
    }
    bytes[this.#length++] = braceClose;
    bytes[this.#length++] = blank;
    this.#length = writeGoFloat(value, bytes, this.#length);
    bytes[this.#length++] = lineFeed;
    this.lineCount++;
    return true;
  }

  #reserve(count: number): boolean {
    const needed = this.#length + count + framingLengthMax;
    if (needed > transcriptBytesMax) return false;
    if (needed > this.#bytes.length) this.#bytes = grow(this.#bytes, this.#length, needed);
    return true;
  }

  #ascii(text: string): void {
    for (let i = 0; i < text.length; i++) this.#bytes[this.#length++] = text.charCodeAt(i);
  }

  #copy(source: Uint8Array): void {
    for (let i = 0; i < source.length; i++) this.#bytes[this.#length++] = source[i] as number;
  }
}

function grow(from: Buffer, length: number, needed: number): Buffer {
  const grown = Buffer.allocUnsafeSlow(Math.max(from.length * 2, needed));
  grown.set(from.subarray(0, length));
  return grown;
}

function areAll(allowed: Uint8Array, bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i++) if (allowed[bytes[i] as number] !== 1) return false;
  return bytes.length > 0;
}
