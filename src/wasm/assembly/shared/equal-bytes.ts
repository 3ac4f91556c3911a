/** Whether as many bytes are the same at both places. Reads whole vectors. */
export function areEqual(a: usize, b: usize, length: usize): bool {
  let i: usize = 0;
  for (; i + 16 <= length; i += 16) if (v128.any_true(v128.xor(v128.load(a + i), v128.load(b + i)))) return false;
  const differing = ~i8x16.bitmask(i8x16.eq(v128.load(a + i), v128.load(b + i)));
  return (differing & lowBits(length - i)) === 0;
}

/** As many bits set, up to sixteen. */
export function lowBits(count: usize): i32 {
  return count > 15 ? 0xffff : (1 << (<i32>count)) - 1;
}
