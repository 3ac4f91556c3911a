import { expect, test } from 'vitest';
import { formatGoDuration, parseGoDuration, parsePrometheusDuration } from '../../src/base/durations.ts';
import { Refusal } from '../../src/base/errors.ts';

test('durations are read as Go reads them, in milliseconds', () => {
  const f = (input: string, want: number): void => expect(parseGoDuration(input), input).toBe(want);
  f('0', 0);
  f('-0', 0);
  f('+0', 0);
  f('0s', 0);
  f('5m', 300_000);
  f('1m30s', 90_000);
  f('30s1m', 90_000);
  f('200ms', 200);
  f('1.5h', 5_400_000);
  f('.5s', 500);
  f('5.s', 5_000);
  f('-3s', -3_000);
  f('+3s', 3_000);
  f('1us', 0.001);
  f('1µs', 0.001);
  f('1μs', 0.001);
  f('1ns', 0.000001);
  f('1.9ns', 0.000001);
  f('0.3333333333333333333h', 1_199_999.999999);
  f('10h20m30s400ms', 37_230_400);
  f('2562047h47m16.854775807s', 9_223_372_036_854.775807);
});

test('a text that Go refuses is refused with its words', () => {
  const f = (input: string, want: string): void => {
    expect(() => parseGoDuration(input), input).toThrow(Refusal);
    expect(() => parseGoDuration(input), input).toThrow(want);
  };
  f('', 'time: invalid duration ""');
  f('soon', 'time: invalid duration "soon"');
  f('-', 'time: invalid duration "-"');
  f('.s', 'time: invalid duration ".s"');
  f(' 5m', 'time: invalid duration " 5m"');
  f('--5m', 'time: invalid duration "--5m"');
  f('1..2s', 'time: missing unit in duration "1..2s"');
  f('5', 'time: missing unit in duration "5"');
  f('1m30', 'time: missing unit in duration "1m30"');
  f('5d', 'time: unknown unit "d" in duration "5d"');
  f('5 m', 'time: unknown unit " m" in duration "5 m"');
  f('1e3s', 'time: unknown unit "e" in duration "1e3s"');
  f('2562047h47m16.854775808s', 'time: invalid duration');
  f(`${'9'.repeat(400)}h`, 'time: invalid duration');
});

test('durations are written as Go writes them', () => {
  const f = (input: number, want: string): void => expect(formatGoDuration(input), String(input)).toBe(want);
  f(0, '0s');
  f(-0, '0s');
  f(300_000, '5m0s');
  f(90_000, '1m30s');
  f(1_500, '1.5s');
  f(200, '200ms');
  f(1.5, '1.5ms');
  f(0.0011, '1.1µs');
  f(0.000001, '1ns');
  f(3_600_000, '1h0m0s');
  f(5_400_000, '1h30m0s');
  f(90_061_001, '25h1m1.001s');
  f(59_999.999999, '59.999999999s');
  f(-90_000, '-1m30s');
});

test('what is written reads back to the same duration', () => {
  for (const text of ['1ns', '1.5µs', '2ms', '59.999s', '5m0s', '1h0m0.1s', '100h59m59s']) {
    expect(formatGoDuration(parseGoDuration(text)), text).toBe(text);
  }
});

test("Prometheus' durations are read, largest unit first", () => {
  const f = (text: string, want: number): void => expect(parsePrometheusDuration(text), text).toBe(want);
  f('0', 0);
  f('500ms', 500);
  f('10s', 10_000);
  f('1m30s', 90_000);
  f('1y2w3d4h5m6s7ms', 31_536_000_000 + 1_209_600_000 + 259_200_000 + 14_400_000 + 306_007);
  for (const bad of ['', '10', '1.5s', '-1s', '30s1m', 's', '1 s', '1h ']) {
    expect(() => parsePrometheusDuration(bad), bad).toThrow(/is not a duration: write it like 30s/);
  }
});
