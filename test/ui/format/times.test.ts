import { expect, test } from 'vitest';
import { formatDuration, formatExact, formatRelative, formatUptime } from '../../../src/ui/format/times.ts';

const nowMs = Date.UTC(2026, 10, 22, 18, 33, 37, 120);
const [second, minute, hour, day] = [1000, 60_000, 3_600_000, 86_400_000];

test('a moment is told in its largest unit, rounded down', () => {
  const f = (agoMs: number, want: string): void => expect(formatRelative(nowMs - agoMs, nowMs)).toBe(want);
  f(0, 'now');
  f(999, 'now');
  f(second, '1 s ago');
  f(minute - 1, '59 s ago');
  f(minute, '1 min ago');
  f(hour - 1, '59 min ago');
  f(hour, '1 h ago');
  f(47 * hour, '47 h ago');
  f(2 * day, '2 d ago');
  f(400 * day, '400 d ago');
});

test('a moment ahead of the own clock is told as such', () => {
  expect(formatRelative(nowMs + 5 * second, nowMs)).toBe('in 5 s');
});

test('an exact time carries its zone', () => {
  expect(formatExact(nowMs, 'utc')).toBe('2026-11-22 18:33:37.120 UTC');
  expect(formatExact(nowMs, 'local')).toMatch(/^2026-11-2[123] \d\d:\d\d:37\.120 [+-]\d\d:\d\d$/);
  expect(formatExact(NaN, 'utc')).toBe('not a time');
});

test('an exact local time is the same moment as the one it was made of', () => {
  const text = formatExact(nowMs, 'local');
  expect(Date.parse(text.replace(' ', 'T').replace(' ', ''))).toBe(nowMs);
});

test('a long stretch of time has two units, a short one has one', () => {
  const f = (ms: number, want: string): void => expect(formatUptime(ms)).toBe(want);
  f(8 * second, '8 s');
  f(12 * minute + 5 * second, '12 min 5 s');
  f(3 * hour, '3 h');
  f(3 * day + 4 * hour + minute, '3 d 4 h');
  f(0, '0 s');
});

test('a duration keeps three digits', () => {
  const f = (seconds: number, want: string): void => expect(formatDuration(seconds)).toBe(want);
  f(0.000351234, '0.351 ms');
  f(0.012, '12 ms');
  f(1.25, '1.25 s');
  f(119, '119 s');
  f(3600, '1 h');
});
