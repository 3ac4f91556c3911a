import { assert } from '../base/assert.ts';
import type { MetricType } from '../model/metric-family.ts';
import type { StoredFamily } from '../model/stored-family.ts';
import type { JsonChunks } from './json-chunks.ts';
import { MemberOrder } from './member-order.ts';

// Hot path: guarded by bench/ ('list small') and by test/exposition/metrics-json-writer.test.ts, which holds it to familyToJson.

const lineFeed = 10;
const blank = 32;
const quote = 34;
const comma = 44;
const point = 46;
const colon = 58;
const equals = 61;
const backslash = 92;
const underscore = 95;
const letterB = 98;
const letterC = 99;
const braceClose = 125;

const labelsHead = Buffer.from('{"labels":{');
const valueHead = Buffer.from('},"value":"');
const memberMiddle = Buffer.from('":"');
const countHead = Buffer.from('},"count":"');
const sumHead = Buffer.from('","sum":"');
const metricTail = Buffer.from('"}');

/** How JSON shows the control characters, which stand below the blank. */
const controlEscapes: readonly Buffer[] = Array.from({ length: blank }, (_, code) =>
  Buffer.from(JSON.stringify(String.fromCharCode(code)).slice(1, -1)),
);

/** How a metric of a summary or histogram lies in the text, and how it is shown. */
interface ComplexForm {
  readonly isHistogram: boolean;
  /** The label that says which quantile or bucket a line is, the last of its line. */
  readonly special: Buffer;
  /** Characters from the family's name to the labels, in a line that has it. */
  readonly suffixLength: number;
  readonly membersHead: Buffer;
  readonly order: MemberOrder;
}

/**
 * Whether `writeMetrics` takes a family: its text says all of it, and no name stands in quotes. Gauge histograms are rare, and shown without
 * their values.
 */
export function isToldToJson({ protobuf, flaw, hasLegacyNames, type }: StoredFamily): boolean {
  return protobuf === null && flaw === null && hasLegacyNames && isTypeToldToJson(type);
}

export function isTypeToldToJson(type: MetricType): boolean {
  return type !== 'gaugehistogram';
}

type MetricsText = Pick<StoredFamily, 'name' | 'type' | 'order' | 'metricCount' | 'home'>;

/**
 * Writes metrics as the JSON that `familyToJson` makes of them, straight from the ready text: labels and most numbers are copied byte by byte,
 * since their escapes and forms are the same. The text is ours, so its form is not checked.
 */
export class ReadyTextJson {
  readonly #out: JsonChunks;
  readonly #summary: ComplexForm = {
    isHistogram: false,
    special: Buffer.from(',quantile="'),
    suffixLength: '{'.length,
    membersHead: Buffer.from('},"quantiles":{'),
    order: new MemberOrder(),
  };
  readonly #histogram: ComplexForm = {
    isHistogram: true,
    special: Buffer.from(',le="'),
    suffixLength: '_bucket{'.length,
    membersHead: Buffer.from('},"buckets":{'),
    order: new MemberOrder(),
  };

  // The family at hand.
  #source: Buffer = Buffer.alloc(0);
  #nameLength = 0;
  #form: ComplexForm | null = null;

  // The metric at hand: where its quantiles or bounds lie, and the values behind them; behind the last value the count.
  readonly #boundStarts: number[] = [];
  readonly #boundEnds: number[] = [];
  readonly #valueStarts: number[] = [];
  readonly #valueEnds: number[] = [];

  constructor(out: JsonChunks) {
    this.#out = out;
  }

  /** Writes the metrics of a family that `isToldToJson`, in the order in which they were pushed, with commas between; yields what is full. */
  *writeMetrics({ name, type, order, metricCount, home }: MetricsText): Generator<Buffer> {
    const { bytes, start, end } = home;
    this.#source = bytes;
    this.#nameLength = name.length;
    this.#form = type === 'summary' ? this.#summary : type === 'histogram' ? this.#histogram : null;
    const starts = order === null ? null : this.#findStarts(start, order);
    const out = this.#out;
    out.flush();
    let next = start;
    for (let metric = 0; metric < metricCount; metric++) {
      next = this.#writeMetric(starts === null ? next : (starts[metric] as number), metric > 0);
      if (out.isFull) yield out.take();
    }
    assert(starts !== null || next === end, `the text of ${name} ends elsewhere than its metrics`);
  }

  /** Where each metric begins, in the order in which they were pushed. */
  #findStarts(start: number, order: Uint32Array): Float64Array {
    const starts = new Float64Array(order.length);
    let line = start;
    for (const place of order) {
      starts[place] = line;
      // The last line of a summary or histogram is its count.
      while (this.#form !== null && !this.#isCountLine(line)) line = this.#source.indexOf(lineFeed, line) + 1;
      line = this.#source.indexOf(lineFeed, line) + 1;
    }
    return starts;
  }

  /** Writes the metric that begins at `start`; returns where the next one does. One that did not fit is written again. */
  #writeMetric(start: number, hasPrevious: boolean): number {
    const out = this.#out;
    const before = out.length;
    for (;;) {
      if (hasPrevious) out.bytes[out.length++] = comma;
      const next = this.#form === null ? this.#writePlain(start) : this.#writeComplex(start, this.#form);
      if (!out.isCut) return next;
      const size = out.length - before;
      out.length = before;
      out.reserve(size);
    }
  }

  #writePlain(start: number): number {
    const value = this.#writeLabels(start + this.#nameLength + '{'.length, null) + '} '.length;
    this.#putText(valueHead);
    const end = this.#putLine(value);
    this.#putText(metricTail);
    return end + 1;
  }

  /** Quantiles or buckets, if any, then sum, then count. */
  #writeComplex(start: number, form: ComplexForm): number {
    const labels = start + this.#nameLength + (this.#isSpecialLine(start, form) ? form.suffixLength : '_sum{'.length);
    const labelsEnd = this.#writeLabels(labels, form.special);
    let line = start;
    let count = 0;
    for (const boundAt = labelsEnd - start + form.special.length; this.#isSpecialLine(line, form); count++) {
      line = this.#readSpecialLine(line + boundAt, count) + 1;
    }
    // The labels are the same in all lines of a metric.
    const sum = line + this.#nameLength + '_sum{'.length + (labelsEnd - labels) + '} '.length;
    const sumEnd = this.#lineEnd(sum);
    const total = sumEnd + 1 + (sum - line) + ('_count'.length - '_sum'.length);
    const totalEnd = this.#lineEnd(total);
    this.#valueStarts[count] = total;
    this.#valueEnds[count] = totalEnd;
    this.#writeMembers(form, count);
    this.#putText(sumHead);
    this.#out.put(this.#source, sum, sumEnd);
    this.#putText(metricTail);
    return totalEnd + 1;
  }

  /** Writes so many quantiles or buckets, and the count of all. */
  #writeMembers({ membersHead, order, isHistogram }: ComplexForm, count: number): void {
    const out = this.#out;
    const source = this.#source;
    const areIntegers = isHistogram && this.#haveOnlyIntegers(count + 1);
    this.#putText(membersHead);
    let mark = 0;
    for (const member of order.find(source, this.#boundStarts, this.#boundEnds, count)) {
      if (mark !== 0) out.bytes[out.length++] = mark;
      mark = comma;
      out.bytes[out.length++] = quote;
      out.put(source, this.#boundStarts[member] as number, this.#boundEnds[member] as number);
      this.#putText(memberMiddle);
      this.#putValue(member, areIntegers);
      out.bytes[out.length++] = quote;
    }
    this.#putText(countHead);
    this.#putValue(count, areIntegers || !isHistogram);
  }

  /** Notes the bound or quantile at `start` and the value behind it as member `index`; returns the end of the line. */
  #readSpecialLine(start: number, index: number): number {
    const source = this.#source;
    let at = start;
    while (source[at] !== quote) at++;
    this.#boundStarts[index] = start;
    this.#boundEnds[index] = at;
    at += '"} '.length;
    this.#valueStarts[index] = at;
    return (this.#valueEnds[index] = this.#lineEnd(at));
  }

  /** Whether a line of a summary or histogram has a quantile or bound. */
  #isSpecialLine(line: number, { isHistogram }: ComplexForm): boolean {
    const suffix = line + this.#nameLength;
    return isHistogram ? this.#source[suffix + 1] === letterB : this.#source[suffix] !== underscore;
  }

  #isCountLine(line: number): boolean {
    const suffix = line + this.#nameLength;
    return this.#source[suffix] === underscore && this.#source[suffix + 1] === letterC;
  }

  /** Writes `{"labels":{` and the labels from `start` to the special one or to the brace, and returns where that stands. */
  #writeLabels(start: number, special: Buffer | null): number {
    this.#putText(labelsHead);
    const source = this.#source;
    const { bytes } = this.#out;
    let to = this.#out.length;
    for (let at = start; ; at++) {
      let byte: number;
      bytes[to++] = quote;
      while ((byte = source[at++] as number) !== equals) bytes[to++] = byte;
      bytes[to++] = quote;
      bytes[to++] = colon;
      bytes[to++] = quote;
      at++;
      while ((byte = source[at++] as number) !== quote) {
        if (byte < blank) {
          for (const part of controlEscapes[byte] as Buffer) bytes[to++] = part;
          continue;
        }
        bytes[to++] = byte;
        if (byte === backslash) bytes[to++] = source[at++] as number;
      }
      bytes[to++] = quote;
      if (source[at] === braceClose || (special !== null && holds(source, at, special))) {
        this.#out.length = to;
        return at;
      }
      bytes[to++] = comma;
    }
  }

  /** Whether all of so many values are integers: if one of a histogram is not, all of its counts are floats (SPEC §5.3). */
  #haveOnlyIntegers(count: number): boolean {
    for (let i = 0; i < count; i++) {
      if (this.#isInDigits(i)) continue;
      if (!Number.isInteger(this.#readValue(i))) return false;
    }
    return true;
  }

  /** Writes a value as it stands there, or an integer without an exponent. */
  #putValue(index: number, isInteger: boolean): void {
    if (isInteger && !this.#isInDigits(index)) {
      const text = `${this.#readValue(index)}`;
      for (let i = 0; i < text.length; i++) this.#out.bytes[this.#out.length++] = text.charCodeAt(i);
    } else {
      this.#out.put(this.#source, this.#valueStarts[index] as number, this.#valueEnds[index] as number);
    }
  }

  #isInDigits(index: number): boolean {
    const end = this.#valueEnds[index] as number;
    for (let at = this.#valueStarts[index] as number; at < end; at++) {
      const byte = this.#source[at] as number;
      if (byte === point || byte >= colon) return false;
    }
    return true;
  }

  #readValue(index: number): number {
    return Number(this.#source.toString('latin1', this.#valueStarts[index], this.#valueEnds[index]));
  }

  #lineEnd(start: number): number {
    const source = this.#source;
    let at = start;
    while (source[at] !== lineFeed) at++;
    return at;
  }

  /** Copies the rest of the line; returns its end. */
  #putLine(start: number): number {
    const source = this.#source;
    const { bytes } = this.#out;
    let to = this.#out.length;
    let at = start;
    for (let byte: number; (byte = source[at] as number) !== lineFeed; at++) bytes[to++] = byte;
    this.#out.length = to;
    return at;
  }

  #putText(text: Buffer): void {
    this.#out.put(text, 0, text.length);
  }
}

function holds(bytes: Buffer, start: number, text: Buffer): boolean {
  for (let i = 0; i < text.length; i++) if (bytes[start + i] !== text[i]) return false;
  return true;
}
