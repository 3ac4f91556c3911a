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
  const value = text.length > numberLengthMax ? null : parseGoFloat(text);
  if (value === null || Object.is(value, -0)) return null;
  if (use === 'count' && (!Number.isSafeInteger(value) || value < 0)) return null;
  return formatGoFloat(value);
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
