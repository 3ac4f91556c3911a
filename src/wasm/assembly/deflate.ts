// AssemblyScript: compiled by scripts/build-wasm.mjs, not by tsc. Writes deflate blocks (RFC 1951) for `GzipWriter`.
// Hot path, guarded by bench/rooms/gzip.mjs: with the CRC-32 four times as fast as zlib's level 1 on the text of a scrape, and a tenth smaller.
//
// One pass finds matches, writes them and counts symbols. It writes with codes that were made from the counts of the piece before, since an
// exposition goes on as it began: a pass of its own to count cost a third more. A piece for which they are no good is written once more.
// A piece knows nothing of the pieces before it, which costs 0.3 % of size.
import { bitCount, bits, bytesSinceMark, fillByte, goBack, mark, out, put, putCode, setEnd } from './deflate/bits';
import { makeCodes, writeHeader } from './deflate/codes';
import {
  bitsOf,
  count,
  distanceCodes,
  distanceCounts,
  distanceMax,
  distanceSymbols,
  endOfBlock,
  firstLength,
  fixedCodes,
  gatheredMax,
  hashBits,
  headerCodes,
  headerText,
  input,
  lengthCodes,
  lengthMax,
  lengthSymbols,
  literalCodes,
  literalSymbols,
  noLiteral,
  outputArea,
  pieceMax,
  roomSize,
  seen,
  seenBytes,
  sizeOf,
  stored,
  storedBytesMax,
  wordAt,
} from './deflate/room';

let hasCodes: bool = false;

export function roomBytes(): usize {
  return roomSize;
}

export function pieceBytes(): usize {
  return pieceMax;
}

export function gatheredBytes(): usize {
  return gatheredMax;
}

export function inputOf(room: usize): usize {
  return room + input;
}

export function outputOf(room: usize): usize {
  return room + outputArea;
}

/** Behind what was written. */
export function end(): usize {
  return out;
}

/** To write from the beginning of the output again, in the middle of a byte maybe. */
export function rewind(room: usize): void {
  setEnd(room + outputArea, bits, bitCount);
}

/** Begins a new stream, with the header of gzip (RFC 1952 §2.3): deflate, no name, no time, compressed fast, on Unix. */
export function start(room: usize): void {
  setEnd(room + outputArea, 0, 0);
  put(0x00088b1f, 32);
  put(0, 32);
  put(0x0304, 16);
  hasCodes = false;
  const codes = room + lengthSymbols;
  let length: u32 = 3;
  for (let symbol: u32 = 0; symbol < 28; symbol++) {
    const extra: u32 = symbol < 8 ? 0 : (symbol >> 2) - 1;
    for (let i: u32 = 0; i < (<u32>1) << extra; i++) store<u32>(wordAt(codes, length + i), symbol | (extra << 8) | (i << 16));
    length += 1 << extra;
  }
  // The longest has a symbol of its own.
  store<u32>(wordAt(codes, <u32>lengthMax), 28);
}

/** Writes what lies in the input, `size` bytes of it: at least one, at most `pieceBytes`. There must be less than `gatheredMax` in the output. */
export function compress(room: usize, size: usize): void {
  mark();
  if (!hasCodes) {
    memory.fill(room + literalCodes, 0, headerCodes - literalCodes);
    memory.fill(room + lengthCodes, 0, headerText - lengthCodes);
    writeSymbols(room, size);
    makeCodes(room);
    hasCodes = true;
    goBack();
  }
  writeHeader(room);
  writeSymbols(room, size);
  const bitsAsWritten = countBits(room);
  makeCodes(room);
  const bitsAtBest = countBits(room);
  if (bitsAsWritten > bitsAtBest + bitsAtBest / 4) {
    goBack();
    writeHeader(room);
    writeSymbols(room, size);
  }
  if (bytesSinceMark() <= size) return;
  goBack();
  writeStored(room + input, size);
}

/** Ends the stream, with the CRC-32 and the size of all that was compressed. */
export function finish(crc: u32, size: u32): void {
  put(1, 1);
  put(fixedCodes, 2);
  // The end of the block, in the fixed codes.
  put(0, 7);
  fillByte();
  put(crc, 32);
  put(size, 32);
}

/** Matches and literals of the input, and the end of the block. Counts each symbol, beginning with one: all of them get a code. */
function writeSymbols(room: usize, size: usize): void {
  for (let s: u32 = 0; s < literalSymbols; s++) store<u32>(wordAt(room, s), 1);
  for (let s: u32 = 0; s < distanceSymbols; s++) store<u32>(wordAt(room + distanceCounts, s), 1);
  const table = room + seen;
  memory.fill(table, 0, seenBytes);
  const begin = room + input;
  const stop = begin + size;
  // So that eight bytes can be looked at.
  const last = stop - 8;
  let line: usize = 0;
  let anchor = begin;
  let at = begin + 1;
  let acc = bits;
  let n = bitCount;
  let to = out;
  let code: u32 = 0;
  while (at < last) {
    const text = load<u64>(at);
    const slot = table + slotOf(text);
    let from: usize = load<u32>(slot);
    store<u32>(slot, at);
    // The line before is the best guess. 0 is too far away, since the input does not lie at the beginning of the memory.
    if (<u8>text === 10) {
      from = line;
      line = at;
    }
    const distance = at - from;
    if (distance > distanceMax || !startSame(load<u64>(from), text)) {
      at += 1 + numberLength(at + 1);
      continue;
    }

    const length = matchLength(at, from, min(stop - at, lengthMax));
    const lineEnd = lineEndAt(at, length);
    if (lineEnd !== 0) line = lineEnd;

    // Four at a time, without a jump for each, which would be guessed wrong often.
    for (; anchor < at; anchor += 4) {
      const four = load<u32>(anchor);
      code = codeOf(room, four & 255);
      acc |= bitsOf(code) << n;
      n += sizeOf(code);
      code = codeOf(room, select<u32>((four >> 8) & 255, noLiteral, anchor + 1 < at));
      acc |= bitsOf(code) << n;
      n += sizeOf(code);
      code = codeOf(room, select<u32>((four >> 16) & 255, noLiteral, anchor + 2 < at));
      acc |= bitsOf(code) << n;
      n += sizeOf(code);
      code = codeOf(room, select<u32>(four >> 24, noLiteral, anchor + 3 < at));
      acc |= bitsOf(code) << n;
      n += sizeOf(code);
      store<u64>(to, acc);
      to += <usize>(n >> 3);
      acc >>= n & 56;
      n &= 7;
    }
    count(wordAt(room, firstLength + <u32>load<u8>(room + (length << 2), lengthSymbols)));
    code = load<u32>(room + (length << 2), lengthCodes);
    acc |= bitsOf(code) << n;
    n += sizeOf(code);
    store<u64>(to, acc);
    to += <usize>(n >> 3);
    acc >>= n & 56;
    n &= 7;
    const far = <u32>distance - 1;
    const symbol = distanceSymbol(far);
    const farCode = wordAt(room, symbol);
    count(farCode + distanceCounts);
    code = load<u32>(farCode, distanceCodes);
    acc |= bitsOf(code) << n;
    n += sizeOf(code);
    const extra: u32 = select<u32>((symbol >> 1) - 1, 0, symbol > 3);
    acc |= (<u64>(far & ((1 << extra) - 1))) << n;
    n += extra;
    store<u64>(to, acc);
    to += <usize>(n >> 3);
    acc >>= n & 56;
    n &= 7;
    at += length;
    anchor = at;
  }
  setEnd(to, acc, n);
  for (; anchor < stop; anchor++) putCode(codeOf(room, load<u8>(anchor)));
  putCode(codeOf(room, endOfBlock));
}

/** By the first five bytes. */
function slotOf(text: u64): usize {
  return (<usize>(((text << 24) * 0x9e3779b185ebca87) >> (64 - hashBits))) << 2;
}

/** Whether the first five bytes are the same. Shorter matches save little, and cost as much time as long ones. */
function startSame(one: u64, other: u64): bool {
  return (one ^ other) << 24 === 0;
}

/** How many of the next 16 bytes are of a number, or between numbers: from + to 9. Those are not worth a look for a match. */
function numberLength(at: usize): usize {
  const others = ~i8x16.bitmask(i8x16.lt_u(i8x16.sub(v128.load(at), i8x16.splat(43)), i8x16.splat(15)));
  return <usize>ctz((others & 0xffff) | 0x10000);
}

/** How many bytes are the same, at most `limit`. */
function matchLength(at: usize, from: usize, limit: usize): usize {
  let length: usize = 0;
  for (; length < limit; length += 16) {
    const mask = differences(v128.load(at + length), v128.load(from + length));
    if (mask !== 0) return min(length + ctz(mask), limit);
  }
  return limit;
}

/** The first line feed in the first 16 bytes of a match; 0 if there is none. */
function lineEndAt(at: usize, length: usize): usize {
  const mask = <u32>i8x16.bitmask(i8x16.eq(v128.load(at), i8x16.splat(10)));
  const first = <usize>ctz(mask);
  return mask !== 0 && first < length ? at + first : 0;
}

/** A bit for each of 16 bytes. */
function differences(one: v128, other: v128): u32 {
  return ~i8x16.bitmask(i8x16.eq(one, other)) & 0xffff;
}

/** The code of a literal, which is counted. */
function codeOf(room: usize, symbol: u32): u32 {
  const address = wordAt(room, symbol);
  count(address);
  return load<u32>(address, literalCodes);
}

/** Of a distance less one. */
function distanceSymbol(far: u32): u32 {
  if (far < 2) return far;
  const high: u32 = 31 - clz(far);
  return (high << 1) | ((far >> (high - 1)) & 1);
}

/** What does not get smaller, as it is. */
function writeStored(from: usize, size: usize): void {
  while (size > 0) {
    const length = min(size, storedBytesMax);
    put(0, 1);
    put(stored, 2);
    fillByte();
    put(<u32>length, 16);
    put(~(<u32>length) & 0xffff, 16);
    memory.copy(out, from, length);
    setEnd(out + length, 0, 0);
    from += length;
    size -= length;
  }
}

/** Bits of all that was counted, in the codes of now, without extra bits. */
function countBits(room: usize): u32 {
  let sum: u32 = 0;
  for (let s: u32 = 0; s < literalSymbols; s++) {
    const address = wordAt(room, s);
    sum += load<u32>(address) * (load<u32>(address, literalCodes) >> 24);
  }
  for (let s: u32 = 0; s < distanceSymbols; s++) {
    const address = wordAt(room, s);
    sum += load<u32>(address, distanceCounts) * (load<u32>(address, distanceCodes) >> 24);
  }
  return sum;
}
