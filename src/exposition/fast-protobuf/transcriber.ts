import { countHole, doubleHole, endHole, lengthHole } from '../../wasm/wire-values.ts';
import { metricTypes } from '../protobuf/metric-types.ts';
import { Transcript } from './transcript.ts';
import { readVarint, varintEnd, WireHoles } from './wire-layout.ts';

/**
 * The field of a metric that holds its value, by the type of the family as it stands on the wire (metrics.proto). A gauge histogram has none
 * here: its type is no word of the text format.
 */
const valueTags: readonly (number | undefined)[] = [0x1a, 0x12, 0x22, 0x2a, 0x3a];
const histogramTag = 0x3a;
const summaryTag = 0x22;
/** The field of a counter, summary or histogram that says since when it counts. */
const createdTags: ReadonlyMap<number, number> = new Map([
  [0x1a, 0x1a],
  [summaryTag, 0x22],
  [histogramTag, 0x7a],
]);

/** A protobuf body as text. */
export interface TranscribedBody {
  readonly text: Buffer;
  readonly lineCount: number;
  readonly holes: WireHoles;
  /** Of each family with created timestamps, which text does not tell: the span of the value of its first metric. */
  readonly firstSpans: ReadonlyMap<string, number>;
}

/**
 * Writes a protobuf push as the text that says the same, and finds out where the values lie on the wire. Takes what clients write: each field
 * of a message once, values of the type of their family, all that text tells, and created timestamps. Answers null for what else text does not
 * tell (timestamps, exemplars, native histograms, unknown fields) and for what is malformed. Whether the text is well-formed is left to its reader.
 */
export function transcribe(body: Buffer): TranscribedBody | null {
  return new Transcriber(body).transcribe();
}

class Transcriber {
  readonly #body: Buffer;
  readonly #view: DataView;
  readonly #holes = new WireHoles();
  readonly #transcript = new Transcript();
  /** What is read next, and where the message at hand ends. */
  #at = 0;
  #limit = 0;
  /** Of the family at hand: its name, what holds the values, and how many of them have a created timestamp. */
  #name = '';
  #valueTag = 0;
  #createdCount = 0;
  readonly #firstSpans = new Map<string, number>();
  /** The spans so far: values of families with created timestamps. */
  #spanCount = 0;

  constructor(body: Buffer) {
    this.#body = body;
    this.#view = new DataView(body.buffer, body.byteOffset, body.length);
  }

  transcribe(): TranscribedBody | null {
    while (this.#at < this.#body.length) {
      this.#limit = this.#body.length;
      if (!this.#readFamily()) return null;
    }
    const { text, lineCount } = this.#transcript;
    return { text, lineCount, holes: this.#holes, firstSpans: this.#firstSpans };
  }

  #readFamily(): boolean {
    const start = this.#at;
    const end = this.#enter();
    const fieldsStart = this.#at;
    if (end === -1 || !this.#readHead(end)) return false;
    const firstSpan = this.#spanCount;
    const firstHole = this.#holes.add(lengthHole, start, fieldsStart);
    this.#createdCount = 0;
    if (!this.#readMetrics(fieldsStart, end)) return false;
    this.#holes.add(endHole, end, end);
    if (this.#createdCount > 0) {
      this.#firstSpans.set(this.#name, firstSpan);
    } else {
      this.#holes.forgetSpans(firstHole);
      this.#spanCount = firstSpan;
    }
    return true;
  }

  #readMetrics(start: number, end: number): boolean {
    this.#at = start;
    while (this.#at < end) {
      this.#limit = end;
      const tag = this.#body[this.#at++];
      // What else there is was read with the head.
      if (tag === 0x18 /* type = 3 */) this.#at++;
      else if (tag !== 0x22 /* metric = 4 */) this.#at = this.#readLength();
      else if (!this.#readMetric()) return false;
    }
    return true;
  }

  /** All of a family but what is in its metrics. False for one without any: text does not tell it. */
  #readHead(end: number): boolean {
    let name: Buffer | null = null;
    let help: Buffer | null = null;
    let type = -1;
    let hasMetrics = false;
    while (this.#at < end) {
      const tag = this.#body[this.#at++];
      if (tag === 0x18 /* type = 3 */) {
        if (type !== -1 || this.#at === end) return false;
        type = this.#body[this.#at++] as number;
        continue;
      }
      const fieldEnd = this.#readLength();
      if (fieldEnd === -1) return false;
      if (tag === 0x22 /* metric = 4 */) hasMetrics = true;
      else if (tag === 0x0a /* name = 1 */ && name === null) name = this.#body.subarray(this.#at, fieldEnd);
      else if (tag === 0x12 /* help = 2 */ && help === null) help = this.#body.subarray(this.#at, fieldEnd);
      else return false;
      this.#at = fieldEnd;
    }
    const number = type === -1 ? 0 : type;
    const valueTag = valueTags[number];
    if (name === null || valueTag === undefined || !hasMetrics) return false;
    this.#valueTag = valueTag;
    this.#name = name.toString('latin1');
    return this.#transcript.beginFamily(name, help, metricTypes[number] as string);
  }

  #readMetric(): boolean {
    const start = this.#at;
    const end = this.#enter();
    if (end === -1) return false;
    this.#holes.add(lengthHole, start, this.#at);
    this.#transcript.beginMetric();
    let valueAt = -1;
    while (this.#at < end) {
      this.#limit = end;
      const tag = this.#body[this.#at++];
      if (tag === 0x0a /* label = 1 */) {
        if (!this.#readLabel()) return false;
      } else {
        if (tag !== this.#valueTag || valueAt !== -1) return false;
        valueAt = this.#at;
        const valueEnd = this.#readLength();
        if (valueEnd === -1) return false;
        this.#at = valueEnd;
      }
    }
    if (valueAt === -1) return false;
    // Labels have no holes, so those of the value are in order wherever it stands.
    this.#at = valueAt;
    this.#limit = end;
    if (!this.#readValue()) return false;
    this.#holes.add(endHole, end, end);
    this.#at = end;
    return true;
  }

  #readLabel(): boolean {
    const end = this.#enter();
    if (end === -1) return false;
    let nameStart = -1;
    let nameEnd = -1;
    let valueStart = -1;
    let valueEnd = -1;
    while (this.#at < end) {
      const tag = this.#body[this.#at++];
      const fieldEnd = this.#readLength();
      if (fieldEnd === -1) return false;
      if (tag === 0x0a /* name = 1 */ && nameStart === -1) {
        nameStart = this.#at;
        nameEnd = fieldEnd;
      } else if (tag === 0x12 /* value = 2 */ && valueStart === -1) {
        valueStart = this.#at;
        valueEnd = fieldEnd;
      } else {
        return false;
      }
      this.#at = fieldEnd;
    }
    return this.#transcript.addLabel(this.#body, nameStart, nameEnd, valueStart, valueEnd);
  }

  #readValue(): boolean {
    const start = this.#at;
    const end = this.#enter();
    const span = this.#spanCount++;
    this.#holes.add(lengthHole, start, this.#at, span);
    const hasParts = this.#valueTag === histogramTag || this.#valueTag === summaryTag;
    if (!(hasParts ? this.#readParts(end) : this.#readNumber(end))) return false;
    this.#holes.add(endHole, end, end, span);
    return true;
  }

  /** A gauge, counter or untyped message, with its value even if that is 0. */
  #readNumber(end: number): boolean {
    let value = -1;
    while (this.#at < end) {
      this.#limit = end;
      const tag = this.#body[this.#at++] as number;
      if (tag === 0x09 /* value = 1 */ && value === -1) {
        value = this.#readDouble();
        if (value === -1) return false;
      } else if (!this.#readCreated(tag)) {
        return false;
      }
    }
    return this.#addLine('', '', 0, value);
  }

  /** A histogram or summary message. */
  #readParts(end: number): boolean {
    let count = -1;
    let sum = -1;
    while (this.#at < end) {
      this.#limit = end;
      const tag = this.#body[this.#at++] as number;
      if (tag === 0x08 /* sample_count = 1 */ && count === -1) {
        count = this.#readCount();
        if (count === -1) return false;
      } else if (tag === 0x11 /* sample_sum = 2 */ && sum === -1) {
        sum = this.#readDouble();
        if (sum === -1) return false;
      } else if (tag === 0x1a /* bucket = 3 of the one, quantile = 3 of the other */) {
        if (!(this.#valueTag === histogramTag ? this.#readBucket() : this.#readQuantile())) return false;
      } else if (!this.#readCreated(tag)) {
        return false;
      }
    }
    return this.#addLine('_sum', '', 0, sum) && this.#addLine('_count', '', 0, count);
  }

  /** A created timestamp, if that is what the tag stands for in a value of this type. */
  #readCreated(tag: number): boolean {
    if (tag !== createdTags.get(this.#valueTag)) return false;
    const start = this.#at;
    const end = this.#enter();
    if (end === -1) return false;
    this.#holes.add(lengthHole, start, this.#at);
    // Each is left out when it is 0.
    if (this.#at < end && this.#body[this.#at] === 0x08 /* seconds = 1 */ && !this.#readPart()) return false;
    if (this.#at < end && this.#body[this.#at] === 0x10 /* nanos = 2 */ && !this.#readPart()) return false;
    if (this.#at !== end) return false;
    this.#holes.add(endHole, end, end);
    this.#createdCount++;
    return true;
  }

  /** The tag and value of a part of a timestamp. */
  #readPart(): boolean {
    this.#at++;
    return this.#readCount() !== -1;
  }

  #readBucket(): boolean {
    const start = this.#at;
    const end = this.#enter();
    if (end === -1) return false;
    this.#holes.add(lengthHole, start, this.#at);
    let count = -1;
    let boundAt = -1;
    while (this.#at < end) {
      const tag = this.#body[this.#at++];
      if (tag === 0x08 /* cumulative_count = 1 */ && count === -1) {
        count = this.#readCount();
        if (count === -1) return false;
      } else if (tag === 0x11 /* upper_bound = 2 */ && boundAt === -1 && this.#at + 8 <= end) {
        boundAt = this.#at;
        this.#at += 8;
      } else {
        return false;
      }
    }
    this.#holes.add(endHole, end, end);
    return boundAt !== -1 && this.#addLine('_bucket', 'le', this.#view.getFloat64(boundAt, true), count);
  }

  /** Its length never changes: two numbers of eight bytes, in either order. */
  #readQuantile(): boolean {
    const end = this.#enter();
    if (this.#at + 18 !== end) return false;
    const isUsual = this.#body[this.#at] === 0x09 /* quantile = 1 */ && this.#body[this.#at + 9] === 0x11; /* value = 2 */
    const isReversed = this.#body[this.#at] === 0x11 && this.#body[this.#at + 9] === 0x09;
    if (!isUsual && !isReversed) return false;
    const quantile = this.#view.getFloat64(this.#at + (isUsual ? 1 : 10), true);
    this.#at += isUsual ? 10 : 1;
    const value = this.#readDouble();
    this.#at = end;
    return this.#addLine('', 'quantile', quantile, value);
  }

  /** Adds a line with the value of a hole. False without a value, among others. */
  #addLine(suffix: string, special: 'le' | 'quantile' | '', bound: number, hole: number): boolean {
    if (hole === -1) return false;
    const start = this.#holes.starts[hole] as number;
    const isDouble = this.#holes.kinds[hole] === doubleHole;
    const value = isDouble ? this.#view.getFloat64(start, true) : readVarint(this.#body, start);
    this.#holes.slots[hole] = this.#transcript.lineCount;
    return this.#transcript.addLine(suffix, special, bound, value);
  }

  /** Reads a count; answers its hole, or -1. */
  #readCount(): number {
    const start = this.#at;
    if (readVarint(this.#body, start) === -1 || varintEnd > this.#limit) return -1;
    this.#at = varintEnd;
    return this.#holes.add(countHole, start, this.#at);
  }

  /** Reads a number of eight bytes; answers its hole, or -1. */
  #readDouble(): number {
    const start = this.#at;
    if (start + 8 > this.#limit) return -1;
    this.#at = start + 8;
    return this.#holes.add(doubleHole, start, this.#at);
  }

  /** Makes what follows the message at hand; answers where it ends, or -1. */
  #enter(): number {
    const end = this.#readLength();
    if (end !== -1) this.#limit = end;
    return end;
  }

  /** Reads a length; answers where what it is of ends, or -1. */
  #readLength(): number {
    const length = readVarint(this.#body, this.#at);
    if (length === -1) return -1;
    const end = varintEnd + length;
    this.#at = varintEnd;
    return end > this.#limit ? -1 : end;
  }
}
