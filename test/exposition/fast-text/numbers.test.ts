import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type NumberUse, writeNumber } from '../../../src/exposition/fast-text/numbers.ts';
import { formatGoFloat, parseGoFloat } from '../../../src/exposition/go-number.ts';

/** What is written of a number that stands between others, or null. */
function renderNumber(text: string, use: NumberUse): string | null {
  const source = Buffer.from(`7${text}7`);
  const target = Buffer.alloc(64, '#');
  const end = writeNumber(source, 1, source.length - 1, use, target, 2);
  return end === -1 ? null : target.toString('latin1', 2, end);
}

test.each([
  ['0', '0'],
  ['999999', '999999'],
  ['1000000', '1e+06'],
  ['1234567', '1.234567e+06'],
  ['1200000', '1.2e+06'],
  ['9999999999', '9.999999999e+09'],
  ['10000000000', '1e+10'],
  ['999999999999999', '9.99999999999999e+14'],
  ['9007199254740993', '9.007199254740992e+15'],
  ['01234567', '1.234567e+06'],
  ['-1234567', '-1.234567e+06'],
  ['+1234567', '1.234567e+06'],
  ['1234567.5', '1.2345675e+06'],
])('a value of %s is written %s', (text, want) => {
  expect(renderNumber(text, 'value')).toBe(want);
});

test.each(['1234567x', '12345 67', '0x1234567', '-0', ''])('%j is not for the fast path', (text) => {
  expect(renderNumber(text, 'value')).toBe(null);
});

test('whatever integer is pushed, it is written as Go prints the double of it', () => {
  const integers = fc.array(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 18 }).map((digits) => digits.join(''));
  fc.assert(
    fc.property(integers, (text) => renderNumber(text, 'value') === formatGoFloat(parseGoFloat(text) as number)),
    { numRuns: 2000 },
  );
});
