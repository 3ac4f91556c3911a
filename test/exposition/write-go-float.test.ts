import fc from 'fast-check';
import { expect, test } from 'vitest';
import { writeGoFloat } from '../../src/exposition/write-go-float.ts';
import { formatGoFloat } from '../../src/exposition/go-number.ts';

const target = Buffer.alloc(64);

function write(value: number): string {
  return target.toString('latin1', 3, writeGoFloat(value, target, 3));
}

test('numbers at the bounds of every short way are written as Go prints them', () => {
  for (const magnitude of [
    0,
    1,
    9,
    10,
    999_999,
    1e6,
    1_000_001,
    12_345_678,
    1e9,
    2 ** 31,
    2 ** 53,
    999_999_999_999_999,
    1e15,
    1e15 + 2,
    1e21,
    1e300,
    Infinity,
    NaN,
    5e-324,
    0.1,
    0.5,
    0.25,
    1 / 3,
    1e-4,
    0.00012,
    0.000099999,
    1e-9,
    1e-10,
    0.123456789,
    0.1234567891,
    999_999.999999999,
    123_456.789,
    1_234_567.5,
    0.1 + 0.2,
  ]) {
    for (const value of [magnitude, -magnitude]) expect(write(value)).toBe(formatGoFloat(value));
  }
});

test('any number is written as Go prints it', () => {
  const decimal = fc
    .tuple(fc.bigInt(-(10n ** 17n), 10n ** 17n), fc.integer({ min: 0, max: 12 }))
    .map(([digits, places]) => Number(digits) / 10 ** places);
  fc.assert(
    fc.property(fc.oneof(fc.double(), decimal, fc.integer()), (value) => {
      expect(write(value)).toBe(formatGoFloat(value));
    }),
    { numRuns: 20_000 },
  );
});
