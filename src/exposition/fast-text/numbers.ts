import { parseGoFloat } from '../go-number.ts';
import { writeGoFloat } from '../write-go-float.ts';
import { isDigit } from './bytes.ts';

/** Longest number that is read here. */
const numberLengthMax = 64;
/** Characters that a number may take once it is written as Go prints it. */
export const renderedNumberLengthMax = 32;

/** What a number is used for: counts must be integers that a double holds exactly. */
export type NumberUse = 'value' | 'count';

const minus = 45;
const point = 46;
const zero = 48;

/**
 * Writes the number at `start` to `end` of `source` to `target` from `at` on, as Go prints it, and returns where it ends there; -1 if it is
 * none for the fast path: among them negative zero, which text shows as 0, and counts that text cannot tell.
 */
export function writeNumber(source: Uint8Array, start: number, end: number, use: NumberUse, target: Buffer, at: number): number {
  // Fast path: the digits are the shortest ones already.
  const copied = copyCanonicalNumber(source, start, end, use, target, at);
  if (copied !== -1) return copied;
  const written = writeLargeInteger(source, start, end, target, at);
  if (written !== -1) return written;
  return writeOtherNumber(latin1Of(source, start, Math.min(end, start + numberLengthMax + 1)), use, target, at);
}

/** As `writeNumber`, for a number that is written in another way than most. */
export function writeOtherNumber(text: string, use: NumberUse, target: Buffer, at: number): number {
  const value = text.length > numberLengthMax ? null : parseGoFloat(text);
  if (value === null || Object.is(value, -0)) return -1;
  if (use === 'count' && (!Number.isSafeInteger(value) || value < 0)) return -1;
  return writeGoFloat(value, target, at);
}

/**
 * Copies a number that is written as Go would print it, else returns -1: at most six digits before the point and fifteen in all (any such
 * decimal is the shortest one of its double), no needless zeros, nothing below 1e-4, no exponent; a count without sign and fraction.
 */
function copyCanonicalNumber(source: Uint8Array, start: number, end: number, use: NumberUse, target: Uint8Array, at: number): number {
  let from = start;
  let to = at;
  if (source[from] === minus) {
    if (use === 'count') return -1;
    target[to++] = source[from++] as number;
  }
  const first = from;
  if (end - first > 16) return -1;
  while (from < end && isDigit(source[from] as number)) target[to++] = source[from++] as number;
  const integerDigits = from - first;
  if (integerDigits === 0 || integerDigits > 6) return -1;
  const isZero = source[first] === zero;
  if (isZero && integerDigits > 1) return -1;
  if (from === end) return isZero && first !== start ? -1 : to;
  if (use === 'count' || source[from] !== point) return -1;
  target[to++] = source[from++] as number;
  const fraction = from;
  while (from < end && isDigit(source[from] as number)) target[to++] = source[from++] as number;
  if (from !== end || from === fraction || source[end - 1] === zero) return -1;
  return isZero && beginsWithFourZeros(source, fraction, end) ? -1 : to;
}

function beginsWithFourZeros(source: Uint8Array, start: number, end: number): boolean {
  return (
    end - start >= 4 && source[start] === zero && source[start + 1] === zero && source[start + 2] === zero && source[start + 3] === zero
  );
}

/**
 * Writes a positive integer of seven to fifteen digits, from 1e6 on, where Go prints an exponent; -1 for anything else. The digits are kept,
 * so it need not become a double and back.
 */
function writeLargeInteger(source: Uint8Array, start: number, end: number, target: Uint8Array, at: number): number {
  const length = end - start;
  if (length < 7 || length > 15 || source[start] === zero) return -1;
  for (let from = start; from < end; from++) if (!isDigit(source[from] as number)) return -1;
  let digitsEnd = end;
  while (source[digitsEnd - 1] === zero) digitsEnd--;
  let to = at;
  target[to++] = source[start] as number;
  if (digitsEnd > start + 1) target[to++] = point;
  for (let from = start + 1; from < digitsEnd; from++) target[to++] = source[from] as number;
  target[to++] = 101; /* e */
  target[to++] = 43; /* + */
  target[to++] = zero + (length > 10 ? 1 : 0);
  target[to++] = zero + ((length - 1) % 10);
  return to;
}

function latin1Of(source: Uint8Array, start: number, end: number): string {
  return Buffer.from(source.buffer, source.byteOffset + start, end - start).toString('latin1');
}
