// Writes doubles as Go prints them: the shortest digits that read back to the same double, of these the nearest. `formatGoFloat` is the same in
// JavaScript; test/wasm/wire-values.test.ts holds it to that. Digits that are not found by a division come from R. Giulietti, "The Schubfach way to
// render doubles" (2020).
import { multiplyHigh } from './multiply-high';

const minus: u32 = 45;
const plus: u32 = 43;
const point: u32 = 46;
const zero: u32 = 48;
const letterE: u32 = 101;
/** Behind the numbers of eight digits. */
const eightDigitsEnd: u64 = 100_000_000;
/** A bit in the last of eight digits. */
const lastDigit: u64 = 0x0100_0000_0000_0000;
const eightZeros: u64 = 0x3030_3030_3030_3030;
/** `0.000`, from its begin in the lowest byte. */
const zeroFraction: u64 = 0x30_3030_2e30;

/** Decimals of so many digits are told apart by doubles, so one that reads back is the shortest one, however it was found. */
const fifteenDigits: f64 = 1e15;
/** Ten to the number of digits behind the point that are found without more ado. */
const fractionScale: f64 = 1e9;

/** Go prints an exponent from here on. */
const exponentFrom: f64 = 1e6;
/** Of 10^-9: Go prints an exponent for less. */
const smallFraction: u32 = 100_000;
/** Go prints an exponent from so many digits before the point on, and from so many zeros behind it. */
const integerDigitsMax: i32 = 6;
const fractionZerosMax: i32 = 3;

const smallestPower: i32 = -342;
/** Powers of five between these two are there as they are, those just below one rounded up, all others rounded down. */
const firstExactPower: i32 = -27;
const lastExactPower: i32 = 55;

/** Of the number at hand: ten to this times its digits. */
let exponent: i32 = 0;

/**
 * Writes a number, and answers where it ends. `powers`: see `placePowersOfFive`. Up to `valueRoomBytes` behind `to` may be touched. Negative zero is
 * written as zero.
 */
export function writeGoFloat(value: f64, to: usize, powers: usize): usize {
  const magnitude = abs(value);
  if (!(magnitude < Infinity)) return writeWord(value, to);
  let at = to;
  if (value < 0) store<u8>(at++, minus);
  if (magnitude < exponentFrom) {
    const end = writeShort(magnitude, at);
    if (end !== 0) return end;
  }
  return writeDigits(findDigits(magnitude, powers), at);
}

/** Writes a number of at most nine digits behind the point, if it takes no exponent, and answers where it ends; 0 for any other. */
function writeShort(magnitude: f64, to: usize): usize {
  const scaled = nearest(magnitude * fractionScale);
  if (scaled / fractionScale !== magnitude) return 0;
  const integer = <u32>magnitude;
  const fraction = <u32>(scaled - <f64>integer * fractionScale);
  const integerDigits = eightDigits(integer);
  const blanks = ctz(integerDigits | lastDigit) >> 3;
  store<u64>(to, (integerDigits | eightZeros) >>> (blanks << 3));
  const integerEnd = to + 8 - <usize>blanks;
  if (fraction === 0) return integerEnd;
  if (integer === 0 && fraction < smallFraction) return 0;
  const lead = fraction / <u32>eightDigitsEnd;
  const rest = eightDigits(fraction - lead * <u32>eightDigitsEnd);
  store<u8>(integerEnd, point);
  store<u8>(integerEnd, zero + lead, 1);
  store<u64>(integerEnd, rest | eightZeros, 2);
  const end = integerEnd + 10 - <usize>(clz(rest) >>> 3);
  return rest === 0 ? integerEnd + 2 : end;
}

/** `NaN`, `+Inf`, `-Inf`. */
function writeWord(value: f64, to: usize): usize {
  if (value !== value) {
    store<u32>(to, 0x4e_614e);
    return to + 3;
  }
  store<u32>(to, 0x666e_4900 | (value > 0 ? plus : minus));
  return to + 4;
}

/** The shortest digits of a number, perhaps with zeros behind them. */
function findDigits(magnitude: f64, powers: usize): u64 {
  if (magnitude < fifteenDigits) {
    exponent = 0;
    if (trunc(magnitude) === magnitude) return <u64>magnitude;
  }
  return findShortest(reinterpret<u64>(magnitude), powers);
}

/** Schubfach: of the multiples of a power of ten that read back to the number, the shortest; of several of these the nearest. */
function findShortest(bits: u64, powers: usize): u64 {
  const fraction = bits & 0xf_ffff_ffff_ffff;
  const biased = <i32>(bits >>> 52);
  const mantissa = biased === 0 ? fraction : fraction | 0x10_0000_0000_0000;
  const binary = max(biased, 1) - 1075;
  // The next smaller double is half as far away as the next larger one.
  const isLowerNear = fraction === 0 && biased > 1;
  // 1262611 / 2^22 is the decimal logarithm of two, 524031 / 2^22 that of 4/3. 1741647 / 2^19 is the binary logarithm of ten.
  exponent = (binary * 1262611 - (isLowerNear ? 524031 : 0)) >> 22;
  const shift = <u64>(binary + ((-exponent * 1741647) >> 19) + 1);
  const power = powers + ((<usize>(-exponent - smallestPower)) << 4);
  const high = load<u64>(power);
  const low = load<u64>(power, 8) + (-exponent < firstExactPower || -exponent > lastExactPower ? 1 : 0);
  // All are four times what they stand for. An interval of an odd mantissa does not hold its ends.
  const odd = mantissa & 1;
  const four = mantissa << 2;
  const lower = scale(high, low, (four - 2 + (isLowerNear ? 1 : 0)) << shift) + odd;
  const exact = scale(high, low, four << shift);
  const upper = scale(high, low, (four + 2) << shift) - odd;
  const digits = exact >>> 2;
  if (digits >= 10) {
    const shorter = digits / 10;
    const isBelowIn = lower <= 40 * shorter;
    const isAboveIn = 40 * shorter + 40 <= upper;
    if (isBelowIn !== isAboveIn) {
      exponent++;
      return shorter + (isAboveIn ? 1 : 0);
    }
  }
  const isBelowIn = lower <= 4 * digits;
  const isAboveIn = 4 * digits + 4 <= upper;
  if (isBelowIn !== isAboveIn) return digits + (isAboveIn ? 1 : 0);
  const middle = 4 * digits + 2;
  return digits + (exact > middle || (exact === middle && (digits & 1) === 1) ? 1 : 0);
}

/** The upper 64 bits of a product with 128 bits; the lowest of them is set if bits behind them are. */
function scale(high: u64, low: u64, factor: u64): u64 {
  const carried = multiplyHigh(low, factor);
  const rest = high * factor + carried;
  return (multiplyHigh(high, factor) + (rest < carried ? 1 : 0)) | (rest > 1 ? 1 : 0);
}

/** Writes at most seventeen digits, with point and exponent. */
function writeDigits(digits: u64, to: usize): usize {
  // All seventeen, with zeros in front, behind where what is written can end.
  const text = to + 32;
  let lead: u32 = 0;
  let middle: u64 = 0;
  let rest = <u32>digits;
  if (digits >= eightDigitsEnd) {
    const upper = <u32>(digits / eightDigitsEnd);
    rest = <u32>(digits - <u64>upper * eightDigitsEnd);
    lead = upper / <u32>eightDigitsEnd;
    middle = eightDigits(upper - lead * <u32>eightDigitsEnd);
  }
  const last = eightDigits(rest);
  store<u8>(text, zero + lead);
  store<u64>(text, middle | eightZeros, 1);
  store<u64>(text, last | eightZeros, 9);
  const first: i32 = lead !== 0 ? 0 : middle !== 0 ? 1 + ((<i32>ctz(middle)) >> 3) : 9 + ((<i32>ctz(last)) >> 3);
  const end: i32 = last !== 0 ? 17 - ((<i32>clz(last)) >> 3) : middle !== 0 ? 9 - ((<i32>clz(middle)) >> 3) : 1;
  const integerDigits = 17 - first + exponent;
  const from = text + first;
  const count = end - first;
  if (integerDigits > integerDigitsMax || integerDigits < -fractionZerosMax) return writeExponent(from, count, integerDigits - 1, to);
  if (integerDigits <= 0) {
    store<u64>(to, zeroFraction);
    const start = to + 2 - integerDigits;
    v128.store(start, v128.load(from));
    store<u8>(start + 16, load<u8>(from + 16));
    return start + count;
  }
  v128.store(to, v128.load(from));
  const integerEnd = to + integerDigits;
  if (count <= integerDigits) return integerEnd;
  store<u8>(integerEnd, point);
  v128.store(integerEnd + 1, v128.load(from + integerDigits));
  return to + count + 1;
}

/** One digit before the point, and an exponent of at least two digits. */
function writeExponent(from: usize, count: i32, power: i32, to: usize): usize {
  let at = to;
  store<u8>(at++, load<u8>(from));
  if (count > 1) {
    store<u8>(at, point);
    v128.store(at + 1, v128.load(from + 1));
    at += count;
  }
  store<u8>(at, letterE);
  store<u8>(at, power < 0 ? minus : plus, 1);
  at += 2;
  let left: u32 = abs(power);
  if (left >= 100) {
    store<u8>(at++, zero + left / 100);
    left %= 100;
  }
  store<u8>(at, zero + left / 10);
  store<u8>(at, zero + (left % 10), 1);
  return at + 2;
}

/** The digits of a number below 10^8, the first in the lowest byte: halves, quarters, eighths at once. */
function eightDigits(number: u32): u64 {
  const upperHalf = number / 10_000;
  const halves = (<u64>upperHalf) | ((<u64>(number - upperHalf * 10_000)) << 32);
  const hundreds = ((halves * 10_486) >>> 20) & 0x0000_007f_0000_007f;
  const quarters = hundreds | ((halves - hundreds * 100) << 16);
  const tens = ((quarters * 103) >>> 10) & 0x000f_000f_000f_000f;
  return tens | ((quarters - tens * 10) << 8);
}
