import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatGoFloat } from '../../src/exposition/go-number.ts';
import { readAheadBytes, valueRoomBytes } from '../../src/wasm/limits.ts';
import { LinearMemory } from '../../src/wasm/linear-memory.ts';
import { placePowersOfFive } from '../../src/wasm/powers-of-five.ts';
import { createWireValues, doubleHole, encodeWireLayout } from '../../src/wasm/wire-values.ts';
import { anyDoubles, edgeDoubles } from './doubles.ts';
import { arbitraryParts, encodeParts, matchPlainly, planHoles, type Slot, type WirePlan } from './wire-plans.ts';

const areaBytes = 64 * 1024;
const valuesMax = 2000;
/** Of a number as Go prints it, with its line feed. */
const lineLengthMax = 26;
const memory = new LinearMemory();
const values = createWireValues(memory, placePowersOfFive(memory));
const [layoutAt, bodyAt, slotsAt, planAt, startsAt] = Array.from({ length: 5 }, () => memory.allocate(areaBytes)) as [
  number,
  number,
  number,
  number,
  number,
];
const outputAt = memory.allocate(valuesMax * lineLengthMax + valueRoomBytes);

/** What is written of these numbers; null: one of them is none for this way. */
function write(numbers: readonly number[]): string[] | null {
  const doubles = new Float64Array(numbers);
  memory.bytes.set(new Uint8Array(doubles.buffer), slotsAt);
  memory.words.set(
    Uint32Array.from(numbers, (_, slot) => 2 * slot),
    planAt / 4,
  );
  const end = values.write(planAt, numbers.length, slotsAt, outputAt, startsAt);
  if (end === 0) return null;
  const lines = memory.bytes.toString('latin1', outputAt, end).split('\n');
  expect(lines.pop()).toBe('');
  let start = outputAt;
  expect([...memory.words.subarray(startsAt / 4, startsAt / 4 + lines.length)]).toEqual(
    lines.map(({ length }) => (start += length + 1) - length - 1),
  );
  return lines;
}

/** The slots of a body, null if it is laid out in another way. Behind it lies what a longer body might have left. */
function match({ holes, slotCount }: WirePlan, behind: Uint8Array, body: Buffer, left: Uint8Array): Map<number, Slot> | null {
  memory.bytes.set(encodeWireLayout(holes, behind), layoutAt);
  memory.bytes.set(Buffer.concat([body, left]), bodyAt);
  if (values.match(layoutAt, bodyAt, body.length, slotsAt) !== 1) return null;
  const slots = new Map<number, Slot>();
  expect(slotsAt + 8 * slotCount).toBeLessThan(slotsAt + areaBytes);
  for (const { kind, slot } of holes) {
    const at = slotsAt + 8 * slot;
    slots.set(slot, kind < 2 ? memory.bytes.readDoubleLE(at) : [memory.bytes.readUInt32LE(at), memory.bytes.readUInt32LE(at + 4)]);
  }
  return slots;
}

test('numbers at every edge of the doubles are written as Go prints them', () => {
  const edges = edgeDoubles();
  expect(edges.length).toBeGreaterThan(20_000);
  for (let from = 0; from < edges.length; from += valuesMax) {
    const numbers = edges.slice(from, from + valuesMax);
    expect(write(numbers)).toEqual(numbers.map(formatGoFloat));
  }
});

test('any number is written as Go prints it', () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const numbers = anyDoubles(seed, valuesMax);
      expect(write(numbers)).toEqual(numbers.map(formatGoFloat));
    }),
    { numRuns: 100 },
  );
});

test('negative zero is left to others, zero and what lies beside it are not', () => {
  expect(write([1, -0, 2])).toBeNull();
  expect(write([0, -5e-324, 5e-324])).toEqual(['0', '-5e-324', '5e-324']);
});

test('numbers are written in the order of the plan, each as often as it is asked for', () => {
  memory.bytes.set(new Uint8Array(Float64Array.of(1.5, -2, 3e9).buffer), slotsAt);
  memory.words.set([2 * 2, 2 * 0 + 1, 2 * 1, 2 * 0], planAt / 4);
  const end = values.write(planAt, 4, slotsAt, outputAt, startsAt);
  expect(memory.bytes.toString('latin1', outputAt, end)).toBe('3e+09\n1.5\n-2\n1.5\n');
});

test('a body, and one with other bytes in it or less of them, is read as the plain way reads it', () => {
  const outcomes = { taken: 0, changedAndTaken: 0, refused: 0 };
  const change = fc.record({ at: fc.nat(), flip: fc.integer({ min: 1, max: 255 }) });
  const arguments_ = [arbitraryParts, fc.uint8Array({ maxLength: 40 }), fc.uint8Array({ maxLength: 40 }), fc.array(change)] as const;
  fc.assert(
    fc.property(...arguments_, (parts, behind, left, changes) => {
      const plan = planHoles(parts);
      const body = Buffer.concat([encodeParts(parts), behind]);
      const plain = matchPlainly(plan, behind, body);
      expect(match(plan, behind, body, left)).toEqual(plain);
      if (plain === null) outcomes.refused++;
      else outcomes.taken++;
      for (const { at, flip } of body.length === 0 ? [] : changes) {
        const place = at % body.length;
        const changed = Buffer.from(body);
        changed[place] = (changed[place] as number) ^ flip;
        for (const other of [changed, body.subarray(0, place), Buffer.concat([body.subarray(0, place), body.subarray(place + 1)])]) {
          const expected = matchPlainly(plan, behind, other);
          expect(match(plan, behind, other, left)).toEqual(expected);
          if (expected === null) outcomes.refused++;
          else outcomes.changedAndTaken++;
        }
      }
    }),
    { numRuns: 2000 },
  );
  for (const [outcome, times] of Object.entries(outcomes)) expect(times, outcome).toBeGreaterThan(500);
});

test('a body that ends where the memory ends is not read beyond it', () => {
  const small = new LinearMemory();
  const { match: matches } = createWireValues(small, placePowersOfFive(small));
  const zeros = new Uint8Array(256 * 1024);
  const encoded = encodeWireLayout([{ before: zeros, kind: doubleHole, slot: 0 }], zeros);
  const layout = small.allocate(encoded.length);
  const slots = small.allocate(8);
  // All bytes behind the body are the ones of the layout.
  const body = small.allocate(small.bytes.length - small.size - readAheadBytes);
  small.bytes.set(encoded, layout);
  const end = small.size;
  expect(end + readAheadBytes).toBe(small.bytes.length);
  expect(matches(layout, body, end - body, slots)).toBe(0);
  for (const length of [0, 1, 16, 200]) expect(matches(layout, end - length, length, slots)).toBe(0);
});
