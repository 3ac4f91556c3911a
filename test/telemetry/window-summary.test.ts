import { expect, test } from 'vitest';
import { createWindowSummary } from '../../src/telemetry/window-summary.ts';

const minuteMs = 60_000;

test('one observation is shown as it is', () => {
  const f = (value: number): void => {
    const summary = createWindowSummary();
    summary.observe(value, 0);
    expect(summary.quantiles([0.1, 0.5, 0.9], 0)).toEqual([value, value, value]);
    expect([summary.count, summary.sum]).toEqual([1, value]);
  };
  f(134);
  f(0.00078419);
  f(0);
  f(1e-12);
  f(1e300);
});

test('quantiles are within 1.1 % of the value at their rank', () => {
  const f = (spread: (i: number) => number): void => {
    const summary = createWindowSummary();
    for (let i = 1; i <= 10_000; i++) summary.observe(spread(((i * 7919) % 10_000) + 1), 0);
    for (const [i, rank] of [0.1, 0.5, 0.9, 0.999].entries()) {
      const got = summary.quantiles([0.1, 0.5, 0.9, 0.999], 0)[i] ?? 0;
      const want = spread(rank * 10_000);
      expect(Math.abs(got / want - 1), `rank ${rank}`).toBeLessThanOrEqual(0.011);
    }
    expect(summary.quantiles([0, 1], 0)).toEqual([expect.closeTo(spread(1), 9), expect.closeTo(spread(10_000), 3)]);
  };
  f((i) => i);
  f((i) => i / 1e6);
  f((i) => 2 ** (i / 500));
});

test('an empty window shows NaN, as the reference does', () => {
  const summary = createWindowSummary();
  expect(summary.quantiles([0.5], 0)).toEqual([Number.NaN]);
});

test('quantiles forget what is older than ten minutes; count and sum do not', () => {
  const summary = createWindowSummary();
  summary.observe(100, 0);
  summary.observe(5, 5 * minuteMs);
  expect(summary.quantiles([1], 9 * minuteMs)).toEqual([100]);
  expect(summary.quantiles([1], 11 * minuteMs)).toEqual([5]);
  expect(summary.quantiles([1], 60 * minuteMs)).toEqual([Number.NaN]);
  summary.observe(7, 60 * minuteMs);
  expect(summary.quantiles([0, 1], 60 * minuteMs)).toEqual([7, 7]);
  expect([summary.count, summary.sum]).toEqual([3, 112]);
});
