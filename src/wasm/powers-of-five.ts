import type { LinearMemory } from './linear-memory.ts';

const smallestPower = -342;
/** To write the smallest double, one needs more than to read the largest. */
const largestPower = 324;
const halfBits = 64n;
const powerBits = 128n;
const powerBytes = 16;
/** From this one on the reciprocals are rounded down, as the proof for doubles wants it. */
const roundedUpMin = -27;

/**
 * Lays out 128 bits of each power of five that `assembly/shared/` may need, the first of them set: of 5^-342 first, of 5^324 last. Those
 * below one are reciprocals.
 */
export function placePowersOfFive(memory: LinearMemory): number {
  powersOfFive ??= encodePowersOfFive();
  const address = memory.allocate(powersOfFive.length);
  memory.bytes.set(powersOfFive, address);
  return address;
}

/** Worked out when they are first asked for, which takes a millisecond. */
let powersOfFive: Uint8Array | null = null;

function encodePowersOfFive(): Uint8Array {
  const bytes = new Uint8Array((largestPower - smallestPower + 1) * powerBytes);
  const view = new DataView(bytes.buffer);
  const put = (exponent: number, bits: bigint): void => {
    const at = (exponent - smallestPower) * powerBytes;
    view.setBigUint64(at, bits >> halfBits, true);
    view.setBigUint64(at + 8, BigInt.asUintN(64, bits), true);
  };
  let power = 1n;
  for (let exponent = 0; exponent <= -smallestPower; exponent++, power *= 5n) {
    const length = BigInt(power.toString(2).length);
    if (exponent <= largestPower) put(exponent, length > powerBits ? power >> (length - powerBits) : power << (powerBits - length));
    if (exponent > 0) put(-exponent, (1n << (powerBits - 1n + length)) / power + (-exponent >= roundedUpMin ? 1n : 0n));
  }
  return bytes;
}
