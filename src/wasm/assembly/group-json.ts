// AssemblyScript: compiled by scripts/build-wasm.mjs, not by tsc. `GroupJson` says what it is for, and lays out what it reads.
// Hot path, guarded by bench/ ('list small') and by test/exposition/page/json-page.test.ts, which holds it to the long way.

const zero: u32 = 48;
const letterE: u32 = 101;

/** A vector is copied whole, and no value is longer than two. */
const room: usize = 64;

/** Writes where each value begins, and where the last one ends. */
function indexValues(values: usize, count: u32, starts: usize): void {
  const lineFeeds = i8x16.splat(10);
  store<u32>(starts, values);
  let next = starts + 4;
  const end = starts + ((<usize>count) << 2);
  for (let at = values; next <= end; at += 16) {
    let mask = i8x16.bitmask(i8x16.eq(v128.load(at), lineFeeds));
    for (; mask !== 0 && next <= end; mask &= mask - 1) {
      store<u32>(next, at + ctz(mask) + 1);
      next += 4;
    }
  }
}

/** Writes the constants of a form, and behind each of them a text or a value. Answers where that ends; 0 where there is no room. */
export function write(program: usize, texts: usize, values: usize, count: u32, starts: usize, output: usize, limit: usize): usize {
  indexValues(values, count, starts);
  const lastHole: usize = load<u32>(program, 8);
  let at = output;
  for (let hole: usize = load<u32>(program, 4); hole < lastHole; hole += 12) {
    const constantLength: usize = load<u32>(hole, 4);
    const kind = load<i32>(hole, 8);
    if (kind >= 0) {
      const text = texts + ((<usize>kind) << 3);
      const length: usize = load<u32>(text, 4);
      if (at + constantLength + length + room > limit) return 0;
      copy(at, load<u32>(hole), constantLength);
      at += constantLength;
      copy(at, load<u32>(text), length);
      at += length;
    } else {
      if (at + constantLength + room > limit) return 0;
      copy(at, load<u32>(hole), constantLength);
      at += constantLength;
      // Of a value that is an integer, the bit below the place is set.
      const place = ~kind;
      const start = starts + ((<usize>(place >> 1)) << 2);
      const value: usize = load<u32>(start);
      const length: usize = load<u32>(start, 4) - value - 1;
      at = (place & 1) === 1 ? copyInteger(at, value, length) : copyValue(at, value, length);
    }
  }
  return at;
}

function copyValue(to: usize, from: usize, length: usize): usize {
  v128.store(to, v128.load(from));
  v128.store(to, v128.load(from, 16), 16);
  return to + length;
}

/** Copies digits; what stands there as `1.25e+07` without point and exponent. */
function copyInteger(to: usize, from: usize, length: usize): usize {
  if (length < 5 || load<u8>(from + length - 4) !== letterE) return copyValue(to, from, length);
  const exponent = (load<u8>(from + length - 2) - zero) * 10 + (load<u8>(from + length - 1) - zero);
  const digits = from + length - 4;
  let at = to;
  store<u8>(at++, load<u8>(from));
  // Behind the first digit stands the point, if there are others.
  for (let next = from + 2; next < digits; next++) store<u8>(at++, load<u8>(next));
  const end = to + exponent + 1;
  while (at < end) store<u8>(at++, zero);
  return at;
}

/** Copies whole vectors, so up to 15 bytes more than asked. */
function copy(to: usize, from: usize, length: usize): void {
  v128.store(to, v128.load(from));
  for (let i: usize = 16; i < length; i += 16) v128.store(to + i, v128.load(from + i));
}
