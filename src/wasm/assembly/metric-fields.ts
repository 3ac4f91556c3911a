// AssemblyScript: compiled by scripts/build-wasm.mjs, not by tsc. `MetricFields` says what it is for.
// Hot path, guarded by bench/ ('scrape large protobuf') and by test/exposition/page/field-page.test.ts, which holds it to the long way.
import { decimalEnd, readDecimal } from './shared/decimal';

const lineFeed: u32 = 10;
const blank: u32 = 32;
const quote: u32 = 34;
const comma: u32 = 44;
const backslash: u32 = 92;
const underscore: u32 = 95;
const letterB: u32 = 98;
const letterN: u32 = 110;
const letterS: u32 = 115;
const braceOpen: u32 = 123;
const braceClose: u32 = 125;

/** Tags of protobuf, number and wire type of a field. */
const metricTag: u32 = 0x22; // MetricFamily.metric = 4
const labelTag: u32 = 0x0a; // Metric.label = 1
const nameTag: u32 = 0x0a; // LabelPair.name = 1
const valueTag: u32 = 0x12; // LabelPair.value = 2
const summaryTag: u32 = 0x22; // Metric.summary = 4
const histogramTag: u32 = 0x3a; // Metric.histogram = 7
const memberTag: u32 = 0x1a; // Summary.quantile = 3, Histogram.bucket = 3
/** Of the first field of a message, and of the second. */
const firstCountTag: u32 = 0x08;
const firstDoubleTag: u32 = 0x09;
const secondDoubleTag: u32 = 0x11;

/** `le=`, and `quantile`. */
const bucketLabel: u32 = 0x3d656c;
const quantileLabel: u64 = 0x656c_6974_6e61_7571;

/** Integers up to this one a double tells from their neighbours. */
const countMax: f64 = 9007199254740991;

/** Where powers of five lie, and where there is room for bounds and values of the members of a metric, and for how many. */
let powers: usize = 0;
let members: usize = 0;
let membersMax: u32 = 0;

// Where the reading and the writing stand.
let source: usize = 0;
let limit: usize = 0;
let target: usize = 0;
/** Bytes of the length of the last metric: the next one is mostly as long. */
let lengthBytes: usize = 1;

export function setUp(powersAt: usize, membersAt: usize, memberCountMax: u32): void {
  powers = powersAt;
  members = membersAt;
  membersMax = memberCountMax;
}

/** Behind the last metric that was written. */
export function end(): usize {
  return target;
}

/** Behind the last line of it. */
export function position(): usize {
  return source;
}

/** Writes the metrics of the lines at `from`, up to the last one that is whole. False for what it does not know. */
export function write(tag: u32, nameLength: usize, from: usize, to: usize, output: usize): bool {
  source = from;
  limit = to;
  target = output;
  return tag === summaryTag || tag === histogramTag ? writeComplex(tag, nameLength) : writePlain(tag, nameLength);
}

function writePlain(tag: u32, nameLength: usize): bool {
  while (source < limit) {
    const metric = target;
    const behindName = load<u8>(source + nameLength);
    source += nameLength + 1;
    target += 1 + lengthBytes;
    if (behindName === braceOpen) {
      if (!writeLabels(0) || load<u8>(source) !== braceClose) return false;
      source += 2;
    } else if (behindName !== blank) {
      return false;
    }
    const value = readDecimal(source, powers);
    if (load<u8>(decimalEnd) !== lineFeed) return false;
    source = decimalEnd + 1;
    store<u16>(target, tag | (9 << 8));
    storeDouble(target + 2, firstDoubleTag, value);
    target += 11;
    closeMetric(metric);
  }
  return true;
}

/** The lines of a metric: buckets or quantiles, then sum, then count. The labels are written with the first one. */
function writeComplex(tag: u32, nameLength: usize): bool {
  const special: u32 = tag === histogramTag ? 2 : 8;
  while (source < limit) {
    const metric = target;
    const firstLine = source;
    if (!enterLine(nameLength)) return false;
    const labels = source;
    target += 1 + lengthBytes;
    if (!writeLabels(special)) return false;
    const labelsLength = source - labels;
    let count: u32 = 0;
    for (; load<u8>(source) === comma; count++) {
      // Behind the comma, the name and `="`.
      const bound = readDecimal(source + special + 3, powers);
      if (load<u8>(decimalEnd) !== quote || bound !== bound || count === membersMax) return false;
      const value = readDecimal(decimalEnd + 3, powers);
      if (load<u8>(decimalEnd) !== lineFeed) return false;
      storeMember(count, bound, value);
      source = decimalEnd + 1;
      if (source >= limit) return leaveOut(firstLine, metric);
      if (!enterLine(nameLength)) return false;
      source += labelsLength;
      if (load<u8>(source) === comma && !isSpecial(source + 1, special)) return false;
    }
    const sum = readLast();
    if (decimalEnd === 0) return false;
    if (source >= limit) return leaveOut(firstLine, metric);
    if (!enterLine(nameLength)) return false;
    source += labelsLength;
    const total = readLast();
    if (decimalEnd === 0 || !isCount(total)) return false;
    if (!writeMembers(tag, total, sum, count)) return false;
    closeMetric(metric);
  }
  return true;
}

/** The rest of a metric comes with the next page. */
function leaveOut(firstLine: usize, metric: usize): bool {
  source = firstLine;
  target = metric;
  return true;
}

/** Goes to the labels of a line of a summary or histogram. */
function enterLine(nameLength: usize): bool {
  source += nameLength;
  if (load<u8>(source) === underscore) {
    const letter = load<u8>(source, 1);
    // `_bucket`, `_sum`, `_count`
    source += letter === letterB ? 7 : letter === letterS ? 4 : 6;
  }
  return load<u8>(source++) === braceOpen;
}

/** The number behind the labels, to the end of the line. */
function readLast(): f64 {
  const value = readDecimal(source + 2, powers);
  if (load<u8>(source) !== braceClose || load<u8>(decimalEnd) !== lineFeed) decimalEnd = 0;
  source = decimalEnd + 1;
  return value;
}

/** Whether the label at `at` has the name of that length which bounds or quantiles have. */
function isSpecial(at: usize, length: u32): bool {
  if (length === 2) return (load<u32>(at) & 0xff_ffff) === bucketLabel;
  return load<u64>(at) === quantileLabel && load<u16>(at, 8) === 0x223d; /* =" */
}

/**
 * Writes the labels at `source`, up to the closing brace; up to the comma before the special one, if its name has a length. Names and values
 * go over as whole vectors while their ends are looked for.
 */
function writeLabels(special: u32): bool {
  const quotes = i8x16.splat(34);
  const backslashes = i8x16.splat(92);
  let at = source;
  let to = target;
  for (;;) {
    // Four bytes stand before the name, and two before the value, if both are short.
    const name = at;
    const nameTo = to + 4;
    let text = v128.load(at);
    v128.store(nameTo, text);
    let found = i8x16.bitmask(i8x16.eq(text, quotes));
    while (found === 0) {
      at += 16;
      if (at >= limit) return false;
      text = v128.load(at);
      v128.store(nameTo + (at - name), text);
      found = i8x16.bitmask(i8x16.eq(text, quotes));
    }
    at += ctz(found);
    const nameLength = at - name - 1;
    at++;
    const valueTo = nameTo + nameLength + 2;
    let valueEnd = valueTo;
    for (;;) {
      text = v128.load(at);
      v128.store(valueEnd, text);
      found = i8x16.bitmask(v128.or(i8x16.eq(text, quotes), i8x16.eq(text, backslashes)));
      if (found !== 0) break;
      at += 16;
      valueEnd += 16;
      if (at >= limit) return false;
    }
    const step = ctz(found);
    at += step;
    valueEnd += step;
    if (load<u8>(at) === backslash) {
      valueEnd = unescape(at, valueEnd);
      at = source;
    }
    const valueLength = valueEnd - valueTo;
    const pairLength = nameLength + valueLength + 4;
    if (pairLength < 0x80) {
      store<u32>(to, labelTag | ((<u32>pairLength) << 8) | (nameTag << 16) | ((<u32>nameLength) << 24));
      store<u16>(valueTo - 2, valueTag | ((<u32>valueLength) << 8));
      to = valueEnd;
    } else {
      to = closeLongLabel(to, nameTo, nameLength, valueTo, valueLength);
    }
    at++;
    if (load<u8>(at) !== comma || (special !== 0 && isSpecial(at + 1, special))) break;
    at++;
  }
  source = at;
  target = to;
  return true;
}

/** Copies the rest of a label value without its escapes, from the first one on. Leaves `source` at the closing quote. */
function unescape(from: usize, to: usize): usize {
  let at = from;
  let end = to;
  for (let byte: u32 = load<u8>(at); byte !== quote && at < limit; byte = load<u8>(++at)) {
    if (byte === backslash) {
      byte = load<u8>(++at);
      if (byte === letterN) byte = lineFeed;
    }
    store<u8>(end++, byte);
  }
  source = at;
  return end;
}

/** Makes room for lengths of more than a byte. */
function closeLongLabel(start: usize, nameFrom: usize, nameLength: usize, valueFrom: usize, valueLength: usize): usize {
  const nameHead: usize = 1 + varintBytes(nameLength);
  const valueHead: usize = 1 + varintBytes(valueLength);
  const pairLength = nameHead + nameLength + valueHead + valueLength;
  const name = start + 1 + varintBytes(pairLength) + nameHead;
  const value = name + nameLength + valueHead;
  memory.copy(value, valueFrom, valueLength);
  memory.copy(name, nameFrom, nameLength);
  storeCount(storeCount(start, labelTag, pairLength), nameTag, nameLength);
  storeCount(name + nameLength, valueTag, valueLength);
  return value + valueLength;
}

/** Writes count, sum and members of a summary or histogram. False for counts that are none. */
function writeMembers(tag: u32, total: f64, sum: f64, count: u32): bool {
  let length: usize = 1 + varintBytes(<u64>total) + 9;
  const isHistogram = tag === histogramTag;
  for (let i: u32 = 0; i < count; i++) {
    const value = memberValue(i);
    if (isHistogram && !isCount(value)) return false;
    length += isHistogram ? 12 + varintBytes(<u64>value) : 20;
  }
  target = storeCount(target, tag, length);
  target = storeCount(target, firstCountTag, <u64>total);
  storeDouble(target, secondDoubleTag, sum);
  target += 9;
  for (let i: u32 = 0; i < count; i++) {
    store<u8>(target, memberTag);
    const member = target + 2;
    if (isHistogram) {
      target = storeCount(member, firstCountTag, <u64>memberValue(i));
      storeDouble(target, secondDoubleTag, memberBound(i));
      target += 9;
    } else {
      storeDouble(member, firstDoubleTag, memberBound(i));
      storeDouble(member + 9, secondDoubleTag, memberValue(i));
      target = member + 18;
    }
    store<u8>(member - 1, <u32>(target - member));
  }
  return true;
}

/** Fills in what stands before a metric that ends at `target`. */
function closeMetric(metric: usize): void {
  const start = metric + 1 + lengthBytes;
  const length = target - start;
  const needed = varintBytes(length);
  if (needed !== lengthBytes) {
    memory.copy(metric + 1 + needed, start, length);
    target += needed - lengthBytes;
    lengthBytes = needed;
  }
  storeCount(metric, metricTag, length);
}

function storeMember(index: u32, bound: f64, value: f64): void {
  const member = members + ((<usize>index) << 4);
  store<f64>(member, bound);
  store<f64>(member, value, 8);
}

function memberBound(index: u32): f64 {
  return load<f64>(members + ((<usize>index) << 4));
}

function memberValue(index: u32): f64 {
  return load<f64>(members + ((<usize>index) << 4), 8);
}

function isCount(value: f64): bool {
  return value >= 0 && value <= countMax && f64.trunc(value) === value;
}

function storeDouble(at: usize, tag: u32, value: f64): void {
  store<u8>(at, tag);
  store<f64>(at, value, 1);
}

/** A tag, and a number or length behind it. Answers where that ends. */
function storeCount(at: usize, tag: u32, value: u64): usize {
  store<u8>(at, tag);
  let end = at + 1;
  let rest = value;
  for (; rest >= 0x80; rest >>>= 7) store<u8>(end++, (<u32>rest) | 0x80);
  store<u8>(end, <u32>rest);
  return end + 1;
}

function varintBytes(value: u64): usize {
  return (70 - <usize>clz(value | 1)) / 7;
}
