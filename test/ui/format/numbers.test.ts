import { expect, test } from 'vitest';
import {
  formatBytes,
  formatCount,
  formatDifference,
  formatGoFloat,
  formatPlural,
  formatShort,
  parseSampleValue,
} from '../../../src/ui/format/numbers.ts';

test('counts have separators, nouns their plural', () => {
  expect(formatCount(100_000)).toBe('100,000');
  expect(formatPlural(1, 'group')).toBe('1 group');
  expect(formatPlural(2000, 'group')).toBe('2,000 groups');
  expect(formatPlural(0, 'family', 'families')).toBe('0 families');
});

test('bytes are told in binary units', () => {
  const f = (bytes: number, want: string): void => expect(formatBytes(bytes)).toBe(want);
  f(0, '0 B');
  f(1023, '1023 B');
  f(1024, '1 KiB');
  f(1536, '1.5 KiB');
  f(24_000_000, '23 MiB');
  f(7_340_032_000, '6.8 GiB');
  f(-2048, '-2 KiB');
});

test('sample values are read in every spelling of Prometheus', () => {
  const f = (text: string, want: number): void => expect(parseSampleValue(text)).toBe(want);
  f('1e+06', 1_000_000);
  f('-0.5', -0.5);
  f('+Inf', Infinity);
  f('Inf', Infinity);
  f('-Inf', -Infinity);
  f('NaN', NaN);
});

test('numbers of an axis are short', () => {
  const f = (value: number, want: string): void => expect(formatShort(value)).toBe(want);
  f(0, '0');
  f(0.25, '0.25');
  f(9999, '9999');
  f(12_345, '12.3k');
  f(4_500_000, '4.5M');
  f(2e9, '2G');
  f(3e12, '3T');
  f(1.2e-7, '1.2e-7');
  f(Infinity, '+Inf');
  f(-Infinity, '-Inf');
  f(NaN, 'NaN');
});

test('a difference has its sign, and is left out where it says nothing', () => {
  const f = (now: number, before: number, want: string | undefined): void => expect(formatDifference(now, before)).toBe(want);
  f(15, 3, '+12');
  f(2.5, 3, '-0.5');
  f(0.3, 0.1, '+0.2');
  f(1795374478.189, 1795374478.164, '+0.025');
  f(1e6, 2e6, '-1000000');
  f(7, 7, '±0');
  f(NaN, 1, undefined);
  f(Infinity, 1, undefined);
});

test('numbers of a scrape line are written as Go writes them', () => {
  const f = (value: number, want: string): void => expect(formatGoFloat(value)).toBe(want);
  f(0, '0');
  f(999_999, '999999');
  f(1_000_000, '1e+06');
  f(1795375418.125, '1.795375418125e+09');
  f(0.00001, '1e-05');
  f(-0.5, '-0.5');
});
