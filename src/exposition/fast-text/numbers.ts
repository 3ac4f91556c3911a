import { formatGoFloat, parseGoFloat } from '../go-number.ts';
import { isDigit } from './bytes.ts';

/** Longest number that is read here. */
const numberLengthMax = 64;
/** Characters that a number may take once it is written as Go prints it. */
export const renderedNumberLengthMax = 32;

/** What a number is used for: counts must be integers that a double holds exactly. */
export type NumberUse = 'value' | 'count';

/**
 * A pushed number as Go prints it, or null if it is none for the fast path: among them negative zero, which text shows as 0, and counts
 * that text cannot tell.
 */
export function renderNumber(text: string, use: NumberUse): string | null {
  // Fast path: the digits are the shortest ones already.
  if (isCanonicalNumber(text, use)) return text;
  const integer = renderLargeInteger(text);
  if (integer !== null) return integer;
  const value = text.length > numberLengthMax ? null : parseGoFloat(text);
  if (value === null || Object.is(value, -0)) return null;
  if (use === 'count' && (!Number.isSafeInteger(value) || value < 0)) return null;
  return formatGoFloat(value);
}

/**
 * A positive integer of seven to fifteen digits, from 1e6 on, where Go prints an exponent; null for anything else. The digits are kept, so
 * it need not become a double and back (0.05 us instead of 0.15).
 */
function renderLargeInteger(text: string): string | null {
  const length = text.length;
  const first = text.charCodeAt(0);
  if (length < 7 || length > 15 || first === 48 /* 0 */) return null;
  for (let at = 0; at < length; at++) if (!isDigit(text.charCodeAt(at))) return null;
  let end = length;
  while (text.charCodeAt(end - 1) === 48) end--;
  const exponent = length - 1;
  const power = exponent < 10 ? `e+0${exponent}` : `e+${exponent}`;
  return end === 1 ? text.charAt(0) + power : `${text.charAt(0)}.${text.slice(1, end)}${power}`;
}

/**
 * Whether a number is written as Go would print it: at most six digits before the point and fifteen in all (any such decimal is the
 * shortest one of its double), no needless zeros, nothing below 1e-4, no exponent; a count without sign and fraction.
 */
function isCanonicalNumber(text: string, use: NumberUse): boolean {
  const end = text.length;
  let at = 0;
  if (text.charCodeAt(0) === 45 /* - */) {
    if (use === 'count') return false;
    at++;
  }
  const first = at;
  while (at < end && isDigit(text.charCodeAt(at))) at++;
  const integerDigits = at - first;
  if (integerDigits === 0 || integerDigits > 6 || end - first > 16) return false;
  const isZero = text.charCodeAt(first) === 48; /* 0 */
  if (isZero && integerDigits > 1) return false;
  if (at === end) return !isZero || first === 0;
  if (use === 'count' || text.charCodeAt(at) !== 46 /* . */) return false;
  const fraction = ++at;
  while (at < end && isDigit(text.charCodeAt(at))) at++;
  if (at !== end || at === fraction || text.charCodeAt(end - 1) === 48) return false;
  return !isZero || !text.startsWith('0000', fraction);
}
