// AssemblyScript: compiled by scripts/build-wasm.mjs, not by tsc. Writes deflate blocks (RFC 1951) for `GzipWriter`.
// Hot path, guarded by bench/rooms/gzip.mjs: seven to eight times the speed of zlib's level 1 on expositions, at about its size.
//
// One pass finds matches, writes them and counts symbols. It writes with codes that were made from the counts of the piece before, since an
// exposition goes on as it began: a pass of its own to count cost a third more. A piece for which they are no good is written once more.
// A piece knows nothing of the pieces before it, which costs 0.3 % of size.

/** Bytes that are compressed at once, one block. */
const pieceMax: usize = 128 * 1024;
/** What is gathered before it is taken out, in bytes. */
const gatheredMax: usize = 64 * 1024;
/** Bytes beyond an area that a whole vector or word may touch. */
const slack: usize = 64;

/** The farthest match (RFC 1951 §3.2.5), and the longest. */
const distanceMax: usize = 32768;
const lengthMax: usize = 258;

const literalSymbols: u32 = 286;
const distanceSymbols: u32 = 30;
const headerSymbols: u32 = 19;
const endOfBlock: u32 = 256;
const firstLength: u32 = 257;
/** In the header: the length before once more, 3 to 6 times. */
const repeatLength: u32 = 16;
/** Counted and coded for nothing where there are fewer literals than a step takes. Its code has no bits. */
const noLiteral: u32 = 287;

/** Bits of the longest code. Three literals and a length, or four literals, must go into the accumulator beside 7 bits. */
const literalBitsMax: u32 = 12;
const distanceBitsMax: u32 = 15;
const headerBitsMax: u32 = 7;

const stored: u32 = 0;
const fixedCodes: u32 = 1;
const dynamicCodes: u32 = 2;
const storedBytesMax: usize = 65535;

// The room, in bytes from its beginning. A code is a word: its bits, first bit lowest, and from bit 24 on how many they are.
const literalCounts: usize = 0;
const distanceCounts: usize = 288 * 4;
const headerCounts: usize = 320 * 4;
const literalCodes: usize = 352 * 4;
const distanceCodes: usize = 640 * 4;
const headerCodes: usize = 672 * 4;
/** By length of a match: the symbol, and from bit 8 on extra bits, from bit 16 on their value. Then the code with the extra bits. */
const lengthSymbols: usize = 704 * 4;
const lengthCodes: usize = 964 * 4;
/** What the header says: the lengths of all codes, as symbols with their extra bits from bit 8 on. */
const headerText: usize = 1224 * 4;
// Where codes are made.
const sorted: usize = 1544 * 4;
const weights: usize = 1832 * 4;
const leafParents: usize = 2120 * 4;
const nodeParents: usize = 2408 * 4;
const perLength: usize = 2696 * 4;
const nextCodes: usize = 2712 * 4;
/** Where six bytes were seen last, by their hash. */
const hashBits: u32 = 12;
const seen: usize = 2728 * 4;
const seenBytes: usize = 4 << hashBits;
const outputArea: usize = seen + seenBytes;
/** Codes that do not fit make 12 bits of a byte at worst, until that is seen and the piece is written otherwise. */
const input: usize = outputArea + gatheredMax + pieceMax + pieceMax / 2 + 1024 + slack;
const roomSize: usize = input + pieceMax + slack;

// Where the output ends, and the bits that are no whole byte yet.
let out: usize = 0;
let bits: u64 = 0;
let bitCount: u64 = 0;
let hasCodes: bool = false;

export function roomBytes(): usize {
  return roomSize;
}

export function pieceBytes(): usize {
  return pieceMax;
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
  out = room + outputArea;
}

/** Begins a new stream. */
export function start(room: usize): void {
  rewind(room);
  bits = 0;
  bitCount = 0;
  hasCodes = false;
  const codes = room + lengthSymbols;
  let length: u32 = 3;
  for (let symbol: u32 = 0; symbol < 28; symbol++) {
    const extra: u32 = symbol < 8 ? 0 : (symbol >> 2) - 1;
    for (let i: u32 = 0; i < <u32>1 << extra; i++) store<u32>(wordAt(codes, length + i), symbol | (extra << 8) | (i << 16));
    length += 1 << extra;
  }
  // The longest has a symbol of its own.
  store<u32>(wordAt(codes, <u32>lengthMax), 28);
}

/** Writes what lies in the input, `size` bytes of it: at least one, at most `pieceBytes`. There must be less than `gatheredMax` in the output. */
export function compress(room: usize, size: usize): void {
  const begin = out;
  const beginBits = bits;
  const beginCount = bitCount;
  if (!hasCodes) {
    memory.fill(room + literalCodes, 0, headerCodes - literalCodes);
    memory.fill(room + lengthCodes, 0, headerText - lengthCodes);
    writeSymbols(room, size);
    makeCodes(room);
    hasCodes = true;
    out = begin;
    bits = beginBits;
    bitCount = beginCount;
  }
  writeHeader(room);
  writeSymbols(room, size);
  const bitsAsWritten = countBits(room);
  makeCodes(room);
  const bitsAtBest = countBits(room);
  if (bitsAsWritten > bitsAtBest + bitsAtBest / 8) {
    out = begin;
    bits = beginBits;
    bitCount = beginCount;
    writeHeader(room);
    writeSymbols(room, size);
  }
  if (out - begin <= size) return;
  out = begin;
  bits = beginBits;
  bitCount = beginCount;
  writeStored(room + input, size);
}

/** Ends the stream, on a whole byte. */
export function finish(): void {
  put(1, 1);
  put(fixedCodes, 2);
  // The end of the block, in the fixed codes.
  put(0, 7);
  fillByte();
}

/** Matches and literals of the input, and the end of the block. Counts each symbol, beginning with one: all of them get a code. */
function writeSymbols(room: usize, size: usize): void {
  for (let s: u32 = 0; s < literalSymbols; s++) store<u32>(wordAt(room, s), 1);
  for (let s: u32 = 0; s < distanceSymbols; s++) store<u32>(wordAt(room + distanceCounts, s), 1);
  const table = room + seen;
  memory.fill(table, 0, seenBytes);
  const lineFeeds = i8x16.splat(10);
  const begin = room + input;
  const stop = begin + size;
  // So that eight bytes can be looked at.
  const last = stop - 8;
  let line: usize = 0;
  let distance: usize = 1;
  let anchor = begin;
  let at = begin + 1;
  let acc = bits;
  let n = bitCount;
  let to = out;
  let code: u32 = 0;
  while (at < last) {
    const text = load<u64>(at);
    let from = at - distance;
    if (load<u32>(from) !== <u32>text) {
      const slot = table + slotOf(text);
      from = load<u32>(slot);
      store<u32>(slot, at);
      // The line before is the best guess. 0 is too far away, since the input does not lie at the beginning of the memory.
      if (<u8>text === 10) {
        from = line;
        line = at;
      }
      if (at - from > distanceMax || !startSame(load<u64>(from), text)) {
        at += 1 + numberLength(at + 1);
        continue;
      }
      distance = at - from;
    }

    const vector = v128.load(at);
    let mask: u32 = differences(vector, v128.load(from));
    const lineEnds = <u32>i8x16.bitmask(i8x16.eq(vector, lineFeeds)) & (mask - 1) & ~mask;
    if (lineEnds !== 0) line = at + ctz(lineEnds);
    const limit = min(stop - at, lengthMax);
    let length: usize = 0;
    while (mask === 0) {
      length += 16;
      if (length >= limit) break;
      mask = differences(v128.load(at + length), v128.load(from + length));
    }
    // With no difference at all ctz is 32.
    length = min(length + (ctz(mask) & 15), limit);

    for (; anchor + 4 <= at; anchor += 4) {
      const four = load<u32>(anchor);
      code = codeOf(room, four & 255);
      acc |= bitsOf(code) << n;
      n += sizeOf(code);
      code = codeOf(room, (four >> 8) & 255);
      acc |= bitsOf(code) << n;
      n += sizeOf(code);
      code = codeOf(room, (four >> 16) & 255);
      acc |= bitsOf(code) << n;
      n += sizeOf(code);
      code = codeOf(room, four >> 24);
      acc |= bitsOf(code) << n;
      n += sizeOf(code);
      store<u64>(to, acc);
      to += <usize>(n >> 3);
      acc >>= n & 56;
      n &= 7;
    }
    if (anchor < at) {
      // One to three, without a jump for each, which would be guessed wrong often.
      const few = load<u32>(anchor);
      code = codeOf(room, few & 255);
      acc |= bitsOf(code) << n;
      n += sizeOf(code);
      code = codeOf(room, select<u32>((few >> 8) & 255, noLiteral, anchor + 1 < at));
      acc |= bitsOf(code) << n;
      n += sizeOf(code);
      code = codeOf(room, select<u32>((few >> 16) & 255, noLiteral, anchor + 2 < at));
      acc |= bitsOf(code) << n;
      n += sizeOf(code);
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
    acc |= <u64>(far & ((1 << extra) - 1)) << n;
    n += extra;
    store<u64>(to, acc);
    to += <usize>(n >> 3);
    acc >>= n & 56;
    n &= 7;
    at += length;
    anchor = at;
  }
  bits = acc;
  bitCount = n;
  out = to;
  for (; anchor < stop; anchor++) putCode(codeOf(room, load<u8>(anchor)));
  putCode(codeOf(room, endOfBlock));
}

/** Of the first six bytes. */
function slotOf(text: u64): usize {
  return <usize>(((text << 16) * 0x9e3779b185ebca87) >> (64 - hashBits)) << 2;
}

/** Whether the first six bytes are the same. Shorter matches cost more than literals. */
function startSame(one: u64, other: u64): bool {
  return (one ^ other) << 16 === 0;
}

/** How many of the next 16 bytes are of a number, or between numbers: from + to 9. Those are not worth a look for a match. */
function numberLength(at: usize): usize {
  const others = ~i8x16.bitmask(i8x16.lt_u(i8x16.sub(v128.load(at), i8x16.splat(43)), i8x16.splat(15)));
  return <usize>ctz(others & 0xffff | 0x10000);
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

function count(address: usize): void {
  store<u32>(address, load<u32>(address) + 1);
}

function bitsOf(code: u32): u64 {
  return <u64>(code & 0xffffff);
}

function sizeOf(code: u32): u64 {
  return <u64>(code >> 24);
}

function wordAt(address: usize, index: u32): usize {
  return address + ((<usize>index) << 2);
}

/** Of a distance less one. */
function distanceSymbol(far: u32): u32 {
  if (far < 2) return far;
  const high: u32 = 31 - clz(far);
  return (high << 1) | ((far >> (high - 1)) & 1);
}

function put(value: u32, size: u64): void {
  bits |= (<u64>value) << bitCount;
  bitCount += size;
  store<u64>(out, bits);
  out += <usize>(bitCount >> 3);
  bits >>= bitCount & 56;
  bitCount &= 7;
}

function putCode(code: u32): void {
  put(code & 0xffffff, sizeOf(code));
}

function fillByte(): void {
  if (bitCount > 0) put(0, 8 - bitCount);
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
    out += length;
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

/** From the counts. */
function makeCodes(room: usize): void {
  makeAlphabet(room, literalCounts, literalCodes, literalSymbols, literalBitsMax);
  makeAlphabet(room, distanceCounts, distanceCodes, distanceSymbols, distanceBitsMax);
  store<u32>(wordAt(room + literalCodes, noLiteral), 0);
  for (let length: usize = 3; length <= lengthMax; length++) {
    const address = room + (length << 2);
    const symbol = load<u32>(address, lengthSymbols);
    const code = load<u32>(wordAt(room + literalCodes, firstLength + (symbol & 255)));
    const size = code >> 24;
    const extra = (symbol >> 8) & 255;
    store<u32>(address, (code & 0xffffff) | ((symbol >> 16) << size) | ((size + extra) << 24), lengthCodes);
  }
}

/** The dynamic header (RFC 1951 §3.2.7). Every symbol has a code, so it never needs to say that one has none. */
function writeHeader(room: usize): void {
  put(0, 1);
  put(dynamicCodes, 2);
  put(literalSymbols - 257, 5);
  put(distanceSymbols - 1, 5);
  put(headerSymbols - 4, 4);
  const size = describeCodes(room);
  makeAlphabet(room, headerCounts, headerCodes, headerSymbols, headerBitsMax);
  for (let i: u32 = 0; i < headerSymbols; i++) put(load<u32>(wordAt(room + headerCodes, headerOrder(i))) >> 24, 3);
  for (let i: u32 = 0; i < size; i++) {
    const symbol = load<u32>(wordAt(room + headerText, i));
    putCode(load<u32>(wordAt(room + headerCodes, symbol & 255)));
    if ((symbol & 255) === repeatLength) put(symbol >> 8, 2);
  }
}

/** The lengths of all codes, with repetitions, as text of the header. Returns how many symbols that takes, and counts them. */
function describeCodes(room: usize): u32 {
  memory.fill(room + headerCounts, 0, literalCodes - headerCounts);
  let size: u32 = 0;
  let before: u32 = 0;
  let run: u32 = 0;
  // One more than there are, to end the last run.
  for (let s: u32 = 0; s <= literalSymbols + distanceSymbols; s++) {
    const codes = s < literalSymbols ? wordAt(room + literalCodes, s) : wordAt(room + distanceCodes, s - literalSymbols);
    const length: u32 = s === literalSymbols + distanceSymbols ? 0 : load<u32>(codes) >> 24;
    if (length === before) {
      run++;
      continue;
    }
    for (; run >= 3; run -= min<u32>(run, 6)) size = describe(room, size, repeatLength | ((min<u32>(run, 6) - 3) << 8));
    for (; run > 0; run--) size = describe(room, size, before);
    if (length !== 0) size = describe(room, size, length);
    before = length;
  }
  return size;
}

function describe(room: usize, size: u32, symbol: u32): u32 {
  store<u32>(wordAt(room + headerText, size), symbol);
  count(wordAt(room + headerCounts, symbol & 255));
  return size + 1;
}

/** 16, 17, 18, 0, 8, 7, 9, 6, 10, 5 ... 1, 15: lengths that are rare come last. */
function headerOrder(i: u32): u32 {
  if (i < 3) return repeatLength + i;
  if (i === 3) return 0;
  return (i & 1) === 0 ? 6 + (i >> 1) : 9 - ((i - 1) >> 1);
}

/** Codes of at most `limit` bits for the symbols that were counted, of which there must be two. */
function makeAlphabet(room: usize, counts: usize, codes: usize, size: u32, limit: u32): void {
  const used = sortSymbols(room, room + counts, size);
  joinNodes(room, used);
  countLengths(room, used, limit);
  giveLengths(room, room + codes, size, limit);
  giveCodes(room, room + codes, size, limit);
}

/** By count, the rarest first, as count and symbol in one word. Most were never seen, and are not moved past the others. */
function sortSymbols(room: usize, counts: usize, size: u32): u32 {
  const first = room + sorted;
  let used: u32 = 0;
  for (let s: u32 = 0; s < size; s++) {
    if (load<u32>(wordAt(counts, s)) !== 1) continue;
    store<u32>(wordAt(first, used), 512 | s);
    used++;
  }
  for (let s: u32 = 0; s < size; s++) {
    const times = load<u32>(wordAt(counts, s));
    if (times < 2) continue;
    const key = (times << 9) | s;
    let place = wordAt(first, used);
    for (; place > first && load<u32>(place - 4) > key; place -= 4) store<u32>(place, load<u32>(place - 4));
    store<u32>(place, key);
    used++;
  }
  return used;
}

/** Huffman's tree: the two lightest are joined, again and again. What is joined grows heavier each time, so both queues are in order. */
function joinNodes(room: usize, used: u32): void {
  let leaf: u32 = 0;
  let node: u32 = 0;
  for (let made: u32 = 0; made < used - 1; made++) {
    let weight: u32 = 0;
    for (let side = 0; side < 2; side++) {
      const leafWeight = leaf < used ? load<u32>(wordAt(room + sorted, leaf)) >> 9 : u32.MAX_VALUE;
      const nodeWeight = node < made ? load<u32>(wordAt(room + weights, node)) : u32.MAX_VALUE;
      if (leafWeight <= nodeWeight) store<u32>(wordAt(room + leafParents, leaf++), made);
      else store<u32>(wordAt(room + nodeParents, node++), made);
      weight += min(leafWeight, nodeWeight);
    }
    store<u32>(wordAt(room + weights, made), weight);
  }
}

/** How many codes there are of each length. Those too long are cut, and others made longer until there is room for all. */
function countLengths(room: usize, used: u32, limit: u32): void {
  // From here on the depth of a node stands where its weight stood.
  store<u32>(wordAt(room + weights, used - 2), 0);
  for (let node = <i32>used - 3; node >= 0; node--) {
    const parent = load<u32>(wordAt(room + nodeParents, node));
    store<u32>(wordAt(room + weights, node), load<u32>(wordAt(room + weights, parent)) + 1);
  }
  const lengths = room + perLength;
  memory.fill(lengths, 0, 16 * 4);
  // In units of the longest code.
  let taken: u32 = 0;
  for (let leaf: u32 = 0; leaf < used; leaf++) {
    const parent = load<u32>(wordAt(room + leafParents, leaf));
    const length = min<u32>(load<u32>(wordAt(room + weights, parent)) + 1, limit);
    count(wordAt(lengths, length));
    taken += 1 << (limit - length);
  }
  // A code becomes two of one bit more; the second is for one of the longest. That frees one unit.
  for (; taken > <u32>1 << limit; taken--) {
    let length = limit - 1;
    while (load<u32>(wordAt(lengths, length)) === 0) length--;
    const place = wordAt(lengths, length);
    store<u32>(place, load<u32>(place) - 1);
    store<u32>(place, load<u32>(place, 4) + 2, 4);
    const longest = wordAt(lengths, limit);
    store<u32>(longest, load<u32>(longest) - 1);
  }
}

/** The rarest get the longest. A length stands where a code is counted. */
function giveLengths(room: usize, codes: usize, size: u32, limit: u32): void {
  memory.fill(codes, 0, (<usize>size) << 2);
  let next = room + sorted;
  for (let length = limit; length > 0; length--) {
    for (let left = load<u32>(wordAt(room + perLength, length)); left > 0; left--) {
      store<u32>(wordAt(codes, load<u32>(next) & 511), length << 24);
      next += 4;
    }
  }
}

/** Codes of one length are numbers in a row, in the order of their symbols (RFC 1951 §3.2.2). */
function giveCodes(room: usize, codes: usize, size: u32, limit: u32): void {
  let next: u32 = 0;
  for (let length: u32 = 1; length <= limit; length++) {
    next = (next + load<u32>(wordAt(room + perLength, length - 1))) << 1;
    store<u32>(wordAt(room + nextCodes, length), next);
  }
  for (let s: u32 = 0; s < size; s++) {
    const length = load<u32>(wordAt(codes, s)) >> 24;
    if (length === 0) continue;
    const place = wordAt(room + nextCodes, length);
    store<u32>(wordAt(codes, s), reverse(load<u32>(place), length) | (length << 24));
    count(place);
  }
}

/** A code is written beginning with its highest bit. */
function reverse(code: u32, size: u32): u32 {
  code = ((code & 0x5555) << 1) | ((code >> 1) & 0x5555);
  code = ((code & 0x3333) << 2) | ((code >> 2) & 0x3333);
  code = ((code & 0x0f0f) << 4) | ((code >> 4) & 0x0f0f);
  code = ((code & 0xff) << 8) | (code >> 8);
  return code >> (16 - size);
}
