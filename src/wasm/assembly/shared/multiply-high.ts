/** The upper half of a product. */
export function multiplyHigh(a: u64, b: u64): u64 {
  const aLow = a & 0xffff_ffff;
  const aHigh = a >>> 32;
  const bLow = b & 0xffff_ffff;
  const bHigh = b >>> 32;
  const middle = aHigh * bLow + ((aLow * bLow) >>> 32);
  return aHigh * bHigh + (middle >>> 32) + ((aLow * bHigh + (middle & 0xffff_ffff)) >>> 32);
}
