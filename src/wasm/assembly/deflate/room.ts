// What a compressor works with, and where it lies. All of it has its place and its size: nothing grows.

/** Bytes that are compressed at once, one block. */
export const pieceMax: usize = 128 * 1024;
/** Bytes of output that are gathered, as much as is worth a write. */
export const gatheredMax: usize = 64 * 1024;
/** Bytes beyond an area that a whole vector or word may touch. */
export const slack: usize = 64;

/** The farthest match (RFC 1951 §3.2.5), and the longest. */
export const distanceMax: usize = 32768;
export const lengthMax: usize = 258;

export const literalSymbols: u32 = 286;
export const distanceSymbols: u32 = 30;
export const headerSymbols: u32 = 19;
export const endOfBlock: u32 = 256;
export const firstLength: u32 = 257;
/** In the header: the length before once more, 3 to 6 times. */
export const repeatLength: u32 = 16;
/** Counted and coded for nothing where there are fewer literals than a step takes. Its code has no bits. */
export const noLiteral: u32 = 287;

/** Bits of the longest code. Four literals must go into the accumulator beside 7 bits. */
export const literalBitsMax: u32 = 12;
export const distanceBitsMax: u32 = 15;
export const headerBitsMax: u32 = 7;

export const stored: u32 = 0;
export const fixedCodes: u32 = 1;
export const dynamicCodes: u32 = 2;
export const storedBytesMax: usize = 65535;

// The room, in bytes from its beginning. A code is a word: its bits, first bit lowest, and from bit 24 on how many they are.
export const literalCounts: usize = 0;
export const distanceCounts: usize = 288 * 4;
export const headerCounts: usize = 320 * 4;
export const literalCodes: usize = 352 * 4;
export const distanceCodes: usize = 640 * 4;
export const headerCodes: usize = 672 * 4;
/** By length of a match: the symbol, and from bit 8 on extra bits, from bit 16 on their value. Then the code with the extra bits. */
export const lengthSymbols: usize = 704 * 4;
export const lengthCodes: usize = 964 * 4;
/** What the header says: the lengths of all codes, as symbols with their extra bits from bit 8 on. */
export const headerText: usize = 1224 * 4;
// Where codes are made.
export const sorted: usize = 1544 * 4;
export const weights: usize = 1832 * 4;
export const leafParents: usize = 2120 * 4;
export const nodeParents: usize = 2408 * 4;
export const perLength: usize = 2696 * 4;
export const nextCodes: usize = 2712 * 4;
/** Where five bytes were seen last, by their hash. */
export const hashBits: u32 = 12;
export const seen: usize = 2728 * 4;
export const seenBytes: usize = 4 << hashBits;
export const outputArea: usize = seen + seenBytes;
/** Codes that do not fit make 12 bits of a byte at worst, until that is seen and the piece is written otherwise. */
export const input: usize = outputArea + gatheredMax + pieceMax + pieceMax / 2 + 1024 + slack;
export const roomSize: usize = input + pieceMax + slack;

export function count(address: usize): void {
  store<u32>(address, load<u32>(address) + 1);
}

export function bitsOf(code: u32): u64 {
  return <u64>(code & 0xffffff);
}

export function sizeOf(code: u32): u64 {
  return <u64>(code >> 24);
}

export function wordAt(address: usize, index: u32): usize {
  return address + ((<usize>index) << 2);
}
