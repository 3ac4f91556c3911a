import { isUtf8 } from 'node:buffer';
import { quotedBytesMax } from './limits.ts';

const shortEscapes: ReadonlyMap<string, string> = new Map([
  ['\u0007', '\\a'],
  ['\b', '\\b'],
  ['\f', '\\f'],
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['\v', '\\v'],
  ['\\', '\\\\'],
]);

/** What Go's `unicode.IsPrint` takes: letters, marks, numbers, punctuation, symbols and the ASCII space. */
const printable = /^[\p{L}\p{M}\p{N}\p{P}\p{S} ]$/u;

/**
 * Bytes in double quotes as Go's `%q` writes them, for error texts that must be the reference's. More than `quotedBytesMax`
 * bytes are cut off, followed by `...`, so that an error is never as long as a body.
 */
export function quoteGoBytes(bytes: Uint8Array): string {
  const shown = Buffer.from(bytes.buffer, bytes.byteOffset, Math.min(bytes.length, quotedBytesMax));
  const content = isUtf8(shown) ? quoteCharacters(shown.toString('utf8'), '"') : quoteInvalidUtf8(shown);
  return `"${content}"${bytes.length > quotedBytesMax ? '...' : ''}`;
}

/** One byte in single quotes as Go's `%q` writes it: as the character of that number. */
export function quoteGoByte(byte: number): string {
  return `'${quoteCharacters(String.fromCharCode(byte), "'")}'`;
}

function quoteCharacters(text: string, quote: string): string {
  let quoted = '';
  for (const character of text) {
    if (character === quote) quoted += `\\${character}`;
    else quoted += shortEscapes.get(character) ?? (printable.test(character) ? character : escapeCodePoint(character));
  }
  return quoted;
}

function escapeCodePoint(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  if (code < 0x20 || code === 0x7f) return escapeByte(code);
  if (code < 0x10000) return `\\u${code.toString(16).padStart(4, '0')}`;
  return `\\U${code.toString(16).padStart(8, '0')}`;
}

/** Every byte that is not part of a valid sequence is written by its number, as Go does. */
function quoteInvalidUtf8(bytes: Buffer): string {
  let quoted = '';
  for (let at = 0; at < bytes.length;) {
    const length = utf8SequenceLength(bytes, at);
    quoted += length === 0 ? escapeByte(bytes[at] ?? 0) : quoteCharacters(bytes.toString('utf8', at, at + length), '"');
    at += Math.max(length, 1);
  }
  return quoted;
}

/** Bytes of the valid sequence at `at`; 0 if there is none. */
function utf8SequenceLength(bytes: Buffer, at: number): number {
  for (let length = 1; length <= 4 && at + length <= bytes.length; length++) {
    if (isUtf8(bytes.subarray(at, at + length))) return length;
  }
  return 0;
}

function escapeByte(byte: number): string {
  return `\\x${byte.toString(16).padStart(2, '0')}`;
}
