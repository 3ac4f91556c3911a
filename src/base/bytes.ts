/** Bytes in pieces; those that never have to wait come without promises. Each is good until the next one is asked for. */
export type ByteChunks = Iterable<Uint8Array> | AsyncIterable<Uint8Array>;

/**
 * Orders two strings as their UTF-8 bytes would be ordered, which is how Go compares strings.
 * JavaScript's `<` compares UTF-16 units and puts astral characters before U+E000–U+FFFF.
 */
export function compareAsBytes(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const unitA = a.charCodeAt(i);
    const unitB = b.charCodeAt(i);
    if (unitA === unitB) continue;
    const isSurrogateA = unitA >= 0xd800 && unitA <= 0xdfff;
    const isSurrogateB = unitB >= 0xd800 && unitB <= 0xdfff;
    // A surrogate stands for a code point above U+FFFF, so it comes after every other unit.
    if (isSurrogateA !== isSurrogateB) return isSurrogateA ? 1 : -1;
    return unitA - unitB;
  }
  return a.length - b.length;
}
