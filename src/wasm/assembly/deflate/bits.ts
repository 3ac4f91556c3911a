import { sizeOf } from './room';

// What is written: whole bytes up to `out`, and the bits that are no whole byte yet.
export let out: usize = 0;
export let bits: u64 = 0;
export let bitCount: u64 = 0;

let markedOut: usize = 0;
let markedBits: u64 = 0;
let markedCount: u64 = 0;

/** Says where the writing ends, for those who write by themselves. */
export function setEnd(address: usize, rest: u64, restCount: u64): void {
  out = address;
  bits = rest;
  bitCount = restCount;
}

/** To take back what is written from here on. */
export function mark(): void {
  markedOut = out;
  markedBits = bits;
  markedCount = bitCount;
}

export function goBack(): void {
  setEnd(markedOut, markedBits, markedCount);
}

/** Whole bytes since the mark. */
export function bytesSinceMark(): usize {
  return out - markedOut;
}

/** Writes eight bytes whole, so room must be there. */
export function put(value: u32, size: u64): void {
  bits |= (<u64>value) << bitCount;
  bitCount += size;
  store<u64>(out, bits);
  out += <usize>(bitCount >> 3);
  bits >>= bitCount & 56;
  bitCount &= 7;
}

export function putCode(code: u32): void {
  put(code & 0xffffff, sizeOf(code));
}

export function fillByte(): void {
  if (bitCount > 0) put(0, 8 - bitCount);
}
