import { expect, test } from 'vitest';
import { collectClassicBars, collectNativeBars, computeMean } from '../../../src/ui/group/distribution.ts';

test('bars of a classic histogram are the differences of its cumulative counts', () => {
  const bars = collectClassicBars([
    ['0.1', '3'],
    ['0.5', '10'],
    ['+Inf', '11'],
  ]);
  expect(bars).toEqual([
    { range: '(-Inf, 0.1]', label: '0.1', count: 3 },
    { range: '(0.1, 0.5]', label: '0.5', count: 7 },
    { range: '(0.5, +Inf)', label: '+Inf', count: 1 },
  ]);
});

test('bars of a native histogram say which of their bounds belong to them', () => {
  const bucket = { lower: '-1', upper: '1', is_lower_inclusive: true, is_upper_inclusive: false, count: '2.5' };
  expect(collectNativeBars({ schema: 0, zero_threshold: '1', buckets: [bucket] })).toEqual([{ range: '[-1, 1)', label: '1', count: 2.5 }]);
});

test('there is no mean of nothing', () => {
  expect(computeMean({ labels: {}, count: '4', sum: '10' })).toBe(2.5);
  expect(computeMean({ labels: {}, count: '0', sum: '0' })).toBeUndefined();
  expect(computeMean({ labels: {} })).toBeUndefined();
});
