// AssemblyScript: compiled by scripts/build-wasm.mjs, not by tsc. `WireValues` says what it is for, and lays out what it reads.
// Hot path, guarded by the protobuf pushes of bench/, by test/wasm/wire-values.test.ts and by test/exposition/fast-protobuf/.
import { areEqual } from './shared/equal-bytes';
import { writeGoFloat } from './shared/go-float';

const doubleHole: u32 = 0;
const countHole: u32 = 1;
const endHole: u32 = 3;
const lineFeed: u32 = 10;
const negativeZero: u64 = 0x8000_0000_0000_0000;

/** A varint of so many bytes has 49 bits, which a double holds exactly. */
const varintBytesMax: usize = 7;

let powers: usize = 0;

/** Behind the varint that was read last; 0 if that is longer than we take, or does not end. */
let varintEnd: usize = 0;

export function setUp(powersOfFive: usize): void {
  powers = powersOfFive;
}

/** Whether a body is laid out so. Notes in `slots` what its holes hold. */
export function match(layout: usize, body: usize, length: usize, slots: usize): bool {
  const bodyEnd = body + length;
  const holesEnd = layout + 8 + ((<usize>load<u32>(layout)) << 3);
  let text = holesEnd;
  let at = body;
  for (let hole = layout + 8; hole < holesEnd; hole += 8) {
    const word = load<u32>(hole);
    const slot = slots + ((<usize>load<u32>(hole, 4)) << 3);
    const gap: usize = word >>> 2;
    const kind = word & 3;
    if (gap > bodyEnd - at || !areEqual(text, at, gap)) return false;
    text += gap;
    at += gap;
    if (kind === doubleHole) {
      if (bodyEnd - at < 8) return false;
      store<u64>(slot, load<u64>(at));
      at += 8;
    } else if (kind === endHole) {
      if (load<u32>(slot, 4) !== at - body) return false;
    } else {
      const value = readVarint(at, bodyEnd);
      if (varintEnd === 0) return false;
      if (kind === countHole) {
        store<f64>(slot, <f64>value);
      } else {
        if (value > bodyEnd - varintEnd) return false;
        store<u32>(slot, at - body);
        store<u32>(slot, varintEnd - body + <usize>value, 4);
      }
      at = varintEnd;
    }
  }
  const rest: usize = load<u32>(layout, 4);
  return rest === bodyEnd - at && areEqual(text, at, rest);
}

/**
 * Writes the values of a body that matched as Go prints them, each with a line feed, in the order of the plan, and where each begins. Answers
 * where the last one ends; 0 if one of them is negative zero.
 */
export function write(plan: usize, count: u32, slots: usize, output: usize, starts: usize): usize {
  let at = output;
  let start = starts;
  const planEnd = plan + ((<usize>count) << 2);
  for (let next = plan; next < planEnd; next += 4) {
    const slot = slots + ((<usize>(load<u32>(next) >>> 1)) << 3);
    if (load<u64>(slot) === negativeZero) return 0;
    store<u32>(start, at);
    start += 4;
    at = writeGoFloat(load<f64>(slot), at, powers);
    store<u8>(at++, lineFeed);
  }
  return at;
}

function readVarint(start: usize, limit: usize): u64 {
  const last = min(start + varintBytesMax, limit);
  let value: u64 = 0;
  let shift: u64 = 0;
  for (let at = start; at < last; at++) {
    const byte: u64 = load<u8>(at);
    value |= (byte & 0x7f) << shift;
    if (byte < 0x80) {
      varintEnd = at + 1;
      return value;
    }
    shift += 7;
  }
  varintEnd = 0;
  return 0;
}
