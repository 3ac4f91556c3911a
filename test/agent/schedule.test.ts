import { afterEach, expect, test, vi } from 'vitest';
import { Schedule } from '../../src/agent/schedule.ts';

afterEach(() => vi.useRealTimers());

test('calls come at whole intervals from the first one, however long they take', () => {
  vi.useFakeTimers();
  const begun = performance.now();
  const at: number[] = [];
  const schedule = new Schedule(30, 100, () => at.push(performance.now() - begun));
  vi.advanceTimersByTime(29);
  expect(at).toEqual([]);
  vi.advanceTimersByTime(401);
  expect(at).toEqual([30, 130, 230, 330, 430]);
  schedule.stop();
  vi.advanceTimersByTime(1000);
  expect(at).toHaveLength(5);
});

test('what was missed while the machine slept is left out, and the beat stays', () => {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
  let nowMs = 0;
  vi.spyOn(performance, 'now').mockImplementation(() => nowMs);
  const waits = vi.spyOn(globalThis, 'setTimeout');
  let calls = 0;
  const schedule = new Schedule(0, 100, () => calls++);
  nowMs = 730;
  vi.advanceTimersByTime(0);
  expect(calls).toBe(1);
  // The next whole interval.
  expect(waits.mock.lastCall?.[1]).toBe(70);
  schedule.stop();
  vi.restoreAllMocks();
});
