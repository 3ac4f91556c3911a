import { formatGoFloat, parseGoFloat } from '../go-number.ts';
import { isDigit } from './bytes.ts';
import type { ReadyLines } from './ready-lines.ts';

/** Longest number that is read here. */
const numberLengthMax = 64;
/** Bytes that a number may take once it is written as Go prints it. */
export const writtenNumberLengthMax = 32;

/** What a number is used for: counts must be integers that a double holds exactly. */
export type NumberUse = 'value' | 'count';

/**
 * Writes the number at `start` to `end` of the body as Go prints it. False: it is none for the fast path, among them negative zero, which
 * text shows as 0, and counts that text cannot tell.
 */
export function writeNumber(lines: ReadyLines, body: Buffer, start: number, end: number, use: NumberUse): boolean {
  // Fast path: the digits are the shortest ones already. Only a count must not have a fraction or a sign.
  if (isCanonicalNumber(body, start, end, use)) {
    lines.append(body, start, end);
    return true;
  }
  const value = end - start > numberLengthMax ? null : parseGoFloat(body.toString('latin1', start, end));
  if (value === null || Object.is(value, -0)) return false;
  if (use === 'count' && (!Number.isSafeInteger(value) || value < 0)) return false;
  lines.appendAscii(formatGoFloat(value));
  return true;
}

/**
 * Whether a number is written as Go would print it, so that its digits can be copied: at most six digits before the point and fifteen in
 * all (any such decimal is the shortest one of its double), no needless zeros, nothing below 1e-4, no exponent.
 */
function isCanonicalNumber(bytes: Uint8Array, start: number, end: number, use: NumberUse): boolean {
  let at = start;
  if (bytes[at] === 45 /* - */) {
    if (use === 'count') return false;
    at++;
  }
  const first = at;
  while (isDigit(bytes[at] as number) && at < end) at++;
  const integerDigits = at - first;
  if (integerDigits === 0 || integerDigits > 6 || end - first > 16) return false;
  const isZero = bytes[first] === 48; /* 0 */
  if (isZero && integerDigits > 1) return false;
  if (at === end) return !isZero || first === start;
  if (use === 'count' || bytes[at] !== 46 /* . */) return false;
  const fraction = ++at;
  while (at < end && isDigit(bytes[at] as number)) at++;
  if (at !== end || at === fraction || bytes[end - 1] === 48) return false;
  return !isZero || bytes[fraction] !== 48 || bytes[fraction + 1] !== 48 || bytes[fraction + 2] !== 48 || bytes[fraction + 3] !== 48;
}
