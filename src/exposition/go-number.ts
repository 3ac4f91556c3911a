/** Go prints an exponent from here on (SPEC §6); JavaScript only from 1e21 on. */
const exponentFrom = 1e6;
/** Go prints an exponent below this; JavaScript only below 1e-6. */
const exponentBelow = 1e-4;

/** Every power of ten that a double holds exactly. */
const exactPowersOfTen: readonly number[] = Array.from({ length: 23 }, (_, exponent) => Number(`1e${exponent}`));
/** Integers of this many digits are always exact doubles. */
const exactDigitsMax = 15;

/**
 * A number as Go's text exposition prints it: shortest digits that read back to the same double, an exponent of at least two
 * digits below 1e-4 and from 1e6 on, `NaN`, `+Inf`, `-Inf`; negative zero is `0` (SPEC §6).
 */
export function formatGoFloat(value: number): string {
  // Hot path: small integers, of which V8 keeps the strings.
  if (value === (value | 0) && value < exponentFrom && value > -exponentFrom) return `${value | 0}`;
  return formatOther(value);
}

/** As `formatGoFloat`, but negative zero is `-0`: Go's `fmt.Sprint`, which the query API uses (SPEC §7). */
export function formatGoFloatSigned(value: number): string {
  return Object.is(value, -0) ? '-0' : formatGoFloat(value);
}

/**
 * Reads a number as Go's text parser does (SPEC §5.2), or answers `null` where it refuses: hexadecimal, underscores, a signed
 * `NaN`, an overflow, anything around the number. Underflow gives 0.
 */
export function parseGoFloat(text: string): number | null {
  const first = text.charCodeAt(0);
  const isNegative = first === 45; /* - */
  let at = isNegative || first === 43 /* + */ ? 1 : 0;
  let mantissa = 0;
  let digits = 0;
  let fractionDigits = 0;
  let code = text.charCodeAt(at);
  for (; code >= 48 /* 0 */ && code <= 57 /* 9 */; code = text.charCodeAt(++at), digits++) mantissa = mantissa * 10 + (code - 48);
  if (code === 46 /* . */) {
    code = text.charCodeAt(++at);
    for (; code >= 48 && code <= 57; code = text.charCodeAt(++at), fractionDigits++) mantissa = mantissa * 10 + (code - 48);
  }
  digits += fractionDigits;
  if (digits === 0) return parseSpecial(text);
  // Fast path: a mantissa and a power of ten that are both exact give the nearest double in one division (Clinger 1990).
  if (at === text.length && digits <= exactDigitsMax) {
    const value = fractionDigits === 0 ? mantissa : mantissa / (exactPowersOfTen[fractionDigits] ?? 1);
    return isNegative ? -value : value;
  }
  if (at < text.length && !isExponent(text, at)) return null;
  // Slow path: JavaScript reads the same decimal forms as Go, to the same double.
  const value = Number(text);
  return Number.isFinite(value) ? value : null;
}

function formatOther(value: number): string {
  const magnitude = Math.abs(value);
  if (magnitude >= exponentBelow && magnitude < exponentFrom) return `${value}`;
  if (value === 0) return '0';
  if (Number.isNaN(value)) return 'NaN';
  if (magnitude === Infinity) return value > 0 ? '+Inf' : '-Inf';
  const text = value.toExponential();
  const hasOneExponentDigit = text.charCodeAt(text.length - 2) < 48; /* + or - */
  return hasOneExponentDigit ? `${text.slice(0, -1)}0${text.slice(-1)}` : text;
}

/** Whether the text from `at` on is `e` or `E`, an optional sign, and digits to the end. */
function isExponent(text: string, at: number): boolean {
  const letter = text.charCodeAt(at);
  if (letter !== 101 /* e */ && letter !== 69 /* E */) return false;
  const sign = text.charCodeAt(at + 1);
  const start = sign === 43 /* + */ || sign === 45 /* - */ ? at + 2 : at + 1;
  for (let i = start; i < text.length; i++) {
    const code = text.charCodeAt(i);
    if (code < 48 || code > 57) return false;
  }
  return start < text.length;
}

function parseSpecial(text: string): number | null {
  // No number word is longer than this; the text may be as long as a body.
  if (text.length > '+infinity'.length) return null;
  switch (text.toLowerCase()) {
    case 'nan':
      return NaN;
    case 'inf':
    case '+inf':
    case 'infinity':
    case '+infinity':
      return Infinity;
    case '-inf':
    case '-infinity':
      return -Infinity;
    default:
      return null;
  }
}
