import { internedStringsMax } from './limits.ts';

/**
 * Label names and values repeat from metric to metric and from push to push: finding the string that was made last time is
 * several times faster than making it again. A table of fixed size, in which a newcomer takes the place of what hashes alike.
 */
const table: (string | undefined)[] = new Array<string | undefined>(internedStringsMax).fill(undefined);

/**
 * The string of `bytes[start, end)`, which must be short; `undefined` if it is not all ASCII. Hot path: guarded by the bench of
 * the room.
 */
export function readAsciiString(bytes: Buffer, start: number, end: number): string | undefined {
  let hash = 0x811c9dc5;
  let seen = 0;
  for (let i = start; i < end; i++) {
    const byte = bytes[i] as number;
    seen |= byte;
    hash = Math.imul(hash ^ byte, 0x01000193);
  }
  if (seen > 0x7f) return undefined;
  const slot = (hash ^ (hash >>> 15)) & (internedStringsMax - 1);
  const known = table[slot];
  if (known !== undefined && equalsAscii(known, bytes, start, end)) return known;
  const made = bytes.toString('latin1', start, end);
  table[slot] = made;
  return made;
}

function equalsAscii(text: string, bytes: Buffer, start: number, end: number): boolean {
  if (text.length !== end - start) return false;
  for (let i = 0; i < text.length; i++) {
    if (text.charCodeAt(i) !== bytes[start + i]) return false;
  }
  return true;
}
