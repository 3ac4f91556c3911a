import { count, leafParents, nextCodes, nodeParents, perLength, seen, sorted, weights, wordAt } from './room';

/** Codes of at most `limit` bits for the symbols that were counted, of which there must be two. */
export function makeAlphabet(room: usize, counts: usize, codes: usize, size: u32, limit: u32): void {
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
  for (; taken > (<u32>1) << limit; taken--) {
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
