import { badSelector } from '../errors.ts';

const namedEscapes: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
  '"': '"',
  "'": "'",
};

const codePointMax = 0x10ffff;

/**
 * The text of a PromQL string with its quotes: `"…"` and `'…'` with Go's escapes, `` `…` `` as it stands (Prometheus, util/strutil). Byte escapes
 * (`\xff`, `\377`) stand for bytes of UTF-8. Throws `PG_SELECTOR` for an escape that is none.
 */
export function readPromqlString(quoted: string): string {
  const inner = quoted.slice(1, -1);
  if (quoted.startsWith('`') || !inner.includes('\\')) return inner;
  const bytes: Buffer[] = [];
  let start = 0;
  for (const match of inner.matchAll(/\\(?:x([0-9a-fA-F]{2})|([0-7]{3})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([^]?))/g)) {
    const [whole, hex, octal, short, long, letter] = match;
    bytes.push(Buffer.from(inner.slice(start, match.index)));
    start = match.index + whole.length;
    if (letter !== undefined) bytes.push(Buffer.from(namedEscapes[letter] ?? refuse(quoted, whole)));
    else if (hex !== undefined) bytes.push(Buffer.of(parseInt(hex, 16)));
    else if (octal !== undefined) bytes.push(Buffer.of(parseByte(quoted, whole, octal)));
    else bytes.push(Buffer.from(parseCodePoint(quoted, whole, short ?? long ?? '')));
  }
  return Buffer.concat([...bytes, Buffer.from(inner.slice(start))]).toString();
}

function parseByte(quoted: string, escape: string, octal: string): number {
  const byte = parseInt(octal, 8);
  return byte <= 0xff ? byte : refuse(quoted, escape);
}

function parseCodePoint(quoted: string, escape: string, hex: string): string {
  const codePoint = parseInt(hex, 16);
  const isSurrogate = codePoint >= 0xd800 && codePoint <= 0xdfff;
  return codePoint <= codePointMax && !isSurrogate ? String.fromCodePoint(codePoint) : refuse(quoted, escape);
}

function refuse(quoted: string, escape: string): never {
  throw badSelector(`cannot read the string ${quoted} of the selector: ${escape} is not an escape`);
}
