// AssemblyScript: compiled by scripts/build-wasm.mjs, not by tsc. `BodyValues` says what it is for, and lays out what it reads.
// Hot path, guarded by the pushes of bench/ and by test/exposition/fast-text/segments.test.ts, which holds it to `writeNumber`.
import { decimalEnd, readDecimal } from './shared/decimal';
import { areEqual, lowBits } from './shared/equal-bytes';
import { writeGoFloat } from './shared/go-float';

const blank: u32 = 32;
const minus: u32 = 45;
const point: u32 = 46;
const zero: u32 = 48;
const lineFeed: u32 = 10;
const letterE: u32 = 101;
const plus: u32 = 43;

/** Longest number that is read here. */
const numberLengthMax: usize = 64;
/** Integers from here on may stand for several in a double. */
const unsafeInteger: f64 = 9_007_199_254_740_992;

let powers: usize = 0;

// Where `write` stopped: the value that it left to others, and where what was written ends.
let valueFrom: usize = 0;
let valueTo: usize = 0;
let written: usize = 0;

export function valueStart(): usize {
  return valueFrom;
}

export function valueEnd(): usize {
  return valueTo;
}

export function end(): usize {
  return written;
}

export function setUp(powersOfFive: usize): void {
  powers = powersOfFive;
}

/** Whether a body is the segments with values between them. Notes in `bounds` where each value begins and ends. */
export function match(segments: usize, body: usize, length: usize, bounds: usize): bool {
  const count: usize = load<u32>(segments);
  const last = segments + 4 + (count << 2);
  const bodyEnd = body + length;
  let text = last + 4;
  let at = body;
  let bound = bounds;
  for (let next = segments + 4; next < last; next += 4) {
    const segmentLength: usize = load<u32>(next);
    if (segmentLength > bodyEnd - at || !areEqual(text, at, segmentLength)) return false;
    text += segmentLength;
    at += segmentLength;
    store<u32>(bound, at);
    at = findBlank(at, bodyEnd);
    store<u32>(bound, at, 4);
    bound += 8;
  }
  const lastLength: usize = load<u32>(last);
  return lastLength === bodyEnd - at && areEqual(text, at, lastLength);
}

/**
 * Writes values as Go prints them, each with a line feed, from the `from`th of the plan on, and where each begins. Stops at one that is not
 * written in a common way, and answers its place; `count` at the end.
 */
export function write(plan: usize, from: u32, count: u32, bounds: usize, output: usize, starts: usize): u32 {
  let at = output;
  for (let i = from; i < count; i++) {
    const place = load<u32>(plan + ((<usize>i) << 2));
    const bound = bounds + ((<usize>(place >> 1)) << 3);
    const start: usize = load<u32>(bound);
    const valueEnd: usize = load<u32>(bound, 4);
    store<u32>(starts + ((<usize>i) << 2), at);
    const isCount = (place & 1) === 1;
    const next = writeNumber(start, valueEnd, isCount, at) || writeRead(start, valueEnd, isCount, at);
    if (next === 0) {
      valueFrom = start;
      valueTo = valueEnd;
      written = at;
      return i;
    }
    store<u8>(next, lineFeed);
    at = next + 1;
  }
  written = at;
  return count;
}

/** The first byte that is no part of a value. */
function findBlank(start: usize, limit: usize): usize {
  const blanks = i8x16.splat(<i8>blank);
  for (let at = start; at < limit; at += 16) {
    const mask = i8x16.bitmask(i8x16.le_u(v128.load(at), blanks));
    if (mask !== 0) return min(at + ctz(mask), limit);
  }
  return limit;
}

/** Returns where the number ends; 0 if it is not written in a common way. */
function writeNumber(from: usize, end: usize, isCount: bool, to: usize): usize {
  const isNegative = from < end && load<u8>(from) === minus;
  const start = from + (isNegative ? 1 : 0);
  const length = end - start;
  if (length === 0 || length > 16 || (isCount && isNegative)) return 0;
  const text = v128.load(start);
  const others = ~i8x16.bitmask(i8x16.lt_u(i8x16.sub(text, i8x16.splat(<i8>zero)), i8x16.splat(10))) & lowBits(length);
  const isZero = load<u8>(start) === zero;
  if (others === 0 && length > 6) return isZero || isNegative || length > 15 ? 0 : writeLargeInteger(start, length, to);
  const integerDigits: usize = others === 0 ? length : ctz(others);
  if (integerDigits === 0 || integerDigits > 6 || (isZero && integerDigits > 1)) return 0;
  if (others === 0) {
    if (isZero && isNegative) return 0;
  } else if (!isShortFraction(start, end, integerDigits, others) || isCount) return 0;
  let at = to;
  if (isNegative) store<u8>(at++, minus);
  v128.store(at, text);
  return at + length;
}

/** As `writeNumber`, for a number that must be read; what does not end in a digit is left to others. */
function writeRead(from: usize, end: usize, isCount: bool, to: usize): usize {
  const length = end - from;
  if (length === 0 || length > numberLengthMax || load<u8>(end - 1) - zero > 9) return 0;
  const value = readDecimal(from, powers);
  if (decimalEnd !== end || !(abs(value) < Infinity)) return 0;
  if (value === 0 ? reinterpret<u64>(value) !== 0 : isCount && (value < 0 || value >= unsafeInteger || trunc(value) !== value)) return 0;
  return writeGoFloat(value, to, powers);
}

/** Whether digits and a point are the shortest that there are for their double: no needless zeros, nothing below 1e-4. */
function isShortFraction(start: usize, end: usize, integerDigits: usize, others: i32): bool {
  const fraction = start + integerDigits + 1;
  if ((others & (others - 1)) !== 0 || load<u8>(fraction - 1) !== point || fraction === end || load<u8>(end - 1) === zero) return false;
  return load<u8>(start) !== zero || end - fraction < 4 || load<u32>(fraction) !== 0x30303030;
}

/** A positive integer of seven to fifteen digits, where Go prints an exponent. */
function writeLargeInteger(start: usize, length: usize, to: usize): usize {
  let digits = length;
  while (load<u8>(start + digits - 1) === zero) digits--;
  let at = to;
  store<u8>(at++, load<u8>(start));
  if (digits > 1) {
    store<u8>(at++, point);
    v128.store(at, v128.load(start + 1));
    at += digits - 1;
  }
  store<u8>(at, letterE);
  store<u8>(at, plus, 1);
  store<u8>(at, zero + (length > 10 ? 1 : 0), 2);
  store<u8>(at, zero + <u32>((length - 1) % 10), 3);
  return at + 4;
}
