import { formatGoFloat } from './go-number.ts';

// Hot path: guarded by bench/rooms/exposition.mjs and by test/exposition/write-go-float.test.ts.

const minus = 45;
const point = 46;
const zero = 48;

/** Go prints an exponent from here on. */
const exponentFrom = 1e6;
/** Integers up to here have fifteen digits, and a decimal of so many is the shortest one of its double. */
const fifteenDigits = 1e15;
const fractionDigits = 9;
const fractionScale = 1e9;
/** A fraction below 1e-4, for which Go prints an exponent. */
const smallFraction = 1e5;

/**
 * Writes a number as `formatGoFloat` prints it to `target` from `at` on, and returns where it ends there. Integers of up to fifteen digits, and
 * decimals of up to nine digits behind the point, need no string: about 30 ns instead of 70 to 170 ns (Node 20). A decimal of fifteen
 * digits at most that is the same double is the shortest one of it, however it was found.
 */
export function writeGoFloat(value: number, target: Uint8Array, at: number): number {
  const magnitude = Math.abs(value);
  if (!(magnitude < fifteenDigits)) return writeString(formatGoFloat(value), target, at);
  const integer = Math.floor(magnitude);
  let scaledFraction = 0;
  if (integer !== magnitude) {
    const scaled = Math.round(magnitude * fractionScale);
    if (scaled >= fifteenDigits || scaled / fractionScale !== magnitude) return writeString(formatGoFloat(value), target, at);
    scaledFraction = scaled - integer * fractionScale;
    if (integer === 0 && scaledFraction < smallFraction) return writeString(formatGoFloat(value), target, at);
  }
  let end = at;
  if (value < 0) target[end++] = minus;
  if (integer >= exponentFrom) return writeLargeInteger(integer, target, end);
  end = writeDigits(integer, target, end);
  return scaledFraction === 0 ? end : writeFraction(scaledFraction, target, end);
}

/** An integer of seven to fifteen digits: its first digit, the others behind a point, and how many these are. */
function writeLargeInteger(integer: number, target: Uint8Array, at: number): number {
  // Two halves that are small integers of the engine.
  const high = Math.floor(integer / 1e6);
  let end = writeDigits(high, target, at + 1);
  end = writePadded(integer - high * 1e6, 6, target, end);
  const exponent = end - at - 2;
  target[at] = target[at + 1] as number;
  target[at + 1] = point;
  end = trimZeros(target, end);
  if (end === at + 2) end--;
  target[end++] = 101; /* e */
  target[end++] = 43; /* + */
  return writePadded(exponent, 2, target, end);
}

function writeFraction(scaled: number, target: Uint8Array, at: number): number {
  target[at] = point;
  return trimZeros(target, writePadded(scaled, fractionDigits, target, at + 1));
}

function writeDigits(integer: number, target: Uint8Array, at: number): number {
  let length = 1;
  for (let limit = 10; integer >= limit; limit *= 10) length++;
  return writePadded(integer, length, target, at);
}

/** Below 2^31, with zeros in front. */
function writePadded(integer: number, length: number, target: Uint8Array, at: number): number {
  let left = integer | 0;
  for (let place = at + length - 1; place >= at; place--) {
    const rest = (left / 10) | 0;
    target[place] = zero + left - rest * 10;
    left = rest;
  }
  return at + length;
}

function trimZeros(target: Uint8Array, end: number): number {
  let last = end;
  while (target[last - 1] === zero) last--;
  return last;
}

function writeString(text: string, target: Uint8Array, at: number): number {
  for (let i = 0; i < text.length; i++) target[at + i] = text.charCodeAt(i);
  return at + text.length;
}
