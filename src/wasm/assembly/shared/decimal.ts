// Reads numbers as Go prints them, always to the nearest double: D. Lemire, "Number Parsing at a Gigabyte per Second" (2021), and N. Mushtak,
// D. Lemire, "Fast Number Parsing Without Fallback" (2022).
import { multiplyHigh } from './multiply-high';

const minus: u32 = 45;
const plus: u32 = 43;
const point: u32 = 46;
const zero: u32 = 48;
const letterE: u32 = 101;
const letterN: u32 = 78;

/** So many digits fit into 64 bits. */
const digitsMax: usize = 19;

/** Powers of five from this one up to `largestPower`, 128 bits of each, the lower half behind the upper one. */
const smallestPower: i32 = -342;
const largestPower: i32 = 308;

/** Behind what was read last; 0 if that was no number as Go prints one. */
export let decimalEnd: usize = 0;

/** Reads the number at `start`. `powers`: see `placePowersOfFive`. */
export function readDecimal(start: usize, powers: usize): f64 {
  let at = start;
  let byte: u32 = load<u8>(at);
  const isNegative = byte === minus;
  if (isNegative) byte = load<u8>(++at);
  const first = at;
  let mantissa: u64 = 0;
  for (let digit = byte - zero; digit < 10; digit = byte - zero) {
    mantissa = mantissa * 10 + digit;
    byte = load<u8>(++at);
  }
  let exponent: i32 = 0;
  let digits = at - first;
  if (byte === point) {
    const fraction = ++at;
    byte = load<u8>(at);
    for (let digit = byte - zero; digit < 10; digit = byte - zero) {
      mantissa = mantissa * 10 + digit;
      byte = load<u8>(++at);
    }
    digits += at - fraction;
    exponent = -(<i32>(at - fraction));
  }
  if (digits === 0) return readWord(start, isNegative);
  if (digits > digitsMax && digits - countLeadingZeros(first) > digitsMax) return refuse();
  if (byte === letterE) {
    byte = load<u8>(++at);
    const isBelowOne = byte === minus;
    if (isBelowOne || byte === plus) byte = load<u8>(++at);
    let scale: i32 = 0;
    for (let digit = byte - zero; digit < 10 && scale < 10_000; digit = byte - zero) {
      scale = scale * 10 + digit;
      byte = load<u8>(++at);
    }
    exponent += isBelowOne ? -scale : scale;
  }
  decimalEnd = at;
  // A conversion rounds to the nearest by itself.
  const magnitude = exponent === 0 ? <f64>mantissa : scaleByTen(mantissa, exponent, powers);
  return isNegative ? -magnitude : magnitude;
}

/** `NaN`, `+Inf`, `-Inf`. */
function readWord(start: usize, isNegative: bool): f64 {
  decimalEnd = start + 3;
  if (load<u8>(start) === letterN) return load<u16>(start, 1) === 0x4e61 ? NaN : refuse();
  decimalEnd++;
  return load<u32>(start) >>> 8 === 0x666e49 && (isNegative || load<u8>(start) === plus) ? (isNegative ? -Infinity : Infinity) : refuse();
}

function refuse(): f64 {
  decimalEnd = 0;
  return 0;
}

/** Of a number, before its first digit that counts. */
function countLeadingZeros(first: usize): usize {
  let at = first;
  let points: usize = 0;
  for (let byte: u32 = load<u8>(at); byte === zero || byte === point; byte = load<u8>(++at)) if (byte === point) points++;
  return at - first - points;
}

/** The double nearest to `mantissa` times ten to the `exponent`. */
function scaleByTen(mantissa: u64, exponent: i32, powers: usize): f64 {
  if (mantissa === 0 || exponent < smallestPower) return 0;
  if (exponent > largestPower) return Infinity;
  const lead = clz(mantissa);
  const factor = mantissa << lead;
  const power = powers + ((<usize>(exponent - smallestPower)) << 4);
  const upper = load<u64>(power);
  let high = multiplyHigh(factor, upper);
  let low = factor * upper;
  if ((high & 0x1ff) === 0x1ff) {
    // The rest of the power may carry into the bits that count.
    const rest = multiplyHigh(factor, load<u64>(power, 8));
    low += rest;
    if (low < rest) high++;
  }
  const isLong = high >>> 63;
  const shift = isLong + 9;
  let bits = high >>> shift;
  // 217706 / 2^16 is the binary logarithm of ten.
  let binary = <i64>((217706 * exponent) >> 16) + 63 + <i64>isLong - <i64>lead + 1023;
  if (binary <= 0) return roundSmall(bits, binary);
  // Just between two doubles, and nothing behind: to the even one.
  if (low <= 1 && exponent >= -4 && exponent <= 23 && (bits & 3) === 1 && bits << shift === high) bits &= ~1;
  bits = (bits + (bits & 1)) >>> 1;
  if (bits >>> 53 !== 0) {
    bits >>>= 1;
    binary++;
  }
  if (binary >= 2047) return Infinity;
  return reinterpret<f64>((bits & 0x000f_ffff_ffff_ffff) | ((<u64>binary) << 52));
}

/** A double below the smallest normal one. */
function roundSmall(bits: u64, binary: i64): f64 {
  const shift = 1 - binary;
  if (shift >= 64) return 0;
  const shifted = bits >>> shift;
  return reinterpret<f64>((shifted + (shifted & 1)) >>> 1);
}
