import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatGoFloat, formatGoFloatSigned, parseGoFloat } from '../../src/exposition/go-number.ts';

test('numbers are printed as Go prints them', () => {
  const f = (value: number, want: string): void => expect(formatGoFloat(value)).toBe(want);
  f(0, '0');
  f(-0, '0');
  f(1, '1');
  f(-17, '-17');
  f(999999, '999999');
  f(-999999, '-999999');
  f(1000000, '1e+06');
  f(-1000000, '-1e+06');
  f(999999.5, '999999.5');
  f(123456.789, '123456.789');
  f(1234567.89, '1.23456789e+06');
  f(0.0001, '0.0001');
  f(0.00009999, '9.999e-05');
  f(0.00001, '1e-05');
  f(1.23e-7, '1.23e-07');
  f(4.5e100, '4.5e+100');
  f(1e21, '1e+21');
  f(9007199254740993, '9.007199254740992e+15');
  f(2147483648, '2.147483648e+09');
  f(5e-324, '5e-324');
  f(1.7976931348623157e308, '1.7976931348623157e+308');
  f(NaN, 'NaN');
  f(Infinity, '+Inf');
  f(-Infinity, '-Inf');
});

test('the query API shows the sign of negative zero', () => {
  expect(formatGoFloatSigned(-0)).toBe('-0');
  expect(formatGoFloatSigned(0)).toBe('0');
  expect(formatGoFloatSigned(-1.5)).toBe('-1.5');
});

test('numbers are read as Go reads them', () => {
  const f = (text: string, want: number): void => expect(parseGoFloat(text), text).toBe(want);
  f('1', 1);
  f('+1', 1);
  f('-0', -0);
  f('08', 8);
  f('.5', 0.5);
  f('5.', 5);
  f('-1.25', -1.25);
  f('1e5', 1e5);
  f('1E-5', 1e-5);
  f('1.5e+3', 1500);
  f('0.1', 0.1);
  f('123456789012345', 123456789012345);
  f('9007199254740993', 9007199254740992);
  // Just below and just above the middle between two doubles.
  f('0.3000000000000000166533453693', 0.3);
  f('0.3000000000000000166533453694', 0.30000000000000004);
  f('2.2250738585072011e-308', 2.225073858507201e-308);
  f('1e-400', 0);
  f('0e999999999999', 0);
  f('1.7976931348623157e308', Number.MAX_VALUE);
  f('00000000000000000000000000000001', 1);
  f('nan', NaN);
  f('NaN', NaN);
  f('inf', Infinity);
  f('+Inf', Infinity);
  f('-INFINITY', -Infinity);
});

test('what Go refuses is refused', () => {
  const f = (text: string): void => expect(parseGoFloat(text), JSON.stringify(text)).toBeNull();
  f('');
  f('-');
  f('+');
  f('.');
  f('-.');
  f('e5');
  f('.e5');
  f('1e');
  f('1e+');
  f('1e5.');
  f('1.2.3');
  f('--1');
  f('+-1');
  f('1_000');
  f('0x1F');
  f('0x1p-2');
  f('0o17');
  f('0b11');
  f('1,5');
  f('1f');
  f('1 ');
  f(' 1');
  f('1\r');
  f('1\0');
  f('1e309');
  f('-1e309');
  f('9'.repeat(400));
  f('+nan');
  f('-NaN');
  f('infi');
  f('infinityy');
  f('١');
  f('true');
});

test('every double comes back from what is printed', () => {
  fc.assert(
    fc.property(fc.double(), (value) => {
      expect(parseGoFloat(formatGoFloatSigned(value))).toBe(value);
    }),
  );
});

test('short decimals are read to the nearest double', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 10 ** 9 }), fc.integer({ min: 0, max: 9 }), (mantissa, decimals) => {
      const text = (mantissa / 10 ** decimals).toFixed(decimals);
      expect(parseGoFloat(text)).toBe(Number(text));
      expect(parseGoFloat(`-${text}`)).toBe(-Number(text));
    }),
  );
});
