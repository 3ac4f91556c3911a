import { expect, test } from 'vitest';
import { silentLogger, type LogFields, type Logger } from '../../src/base/logger.ts';
import { createRateLimitedLog, type RateLimitedLog } from '../../src/base/rate-limited-log.ts';

interface Setup {
  readonly log: RateLimitedLog;
  readonly lines: [LogFields, string][];
  readonly clock: { timeMs: number; nowMs(): number };
}

function setUp(intervalMs: number): Setup {
  const lines: [LogFields, string][] = [];
  const logger: Logger = { ...silentLogger, warn: (fields, message) => lines.push([fields, message]) };
  const clock = {
    timeMs: 1000,
    nowMs(): number {
      return this.timeMs;
    },
  };
  return { log: createRateLimitedLog(logger, clock, intervalMs), lines, clock };
}

test('the first line of a key is printed as it is', () => {
  const { log, lines } = setUp(10);
  log.warn('a', { family: 'x' }, 'conflict');
  expect(lines).toEqual([[{ family: 'x' }, 'conflict']]);
});

test('repeats are held back until the interval has passed, then counted', () => {
  const { log, lines, clock } = setUp(10);
  for (let i = 0; i < 5; i++) log.warn('a', { i }, 'conflict');
  clock.timeMs += 9;
  log.warn('a', {}, 'conflict');
  expect(lines).toHaveLength(1);
  clock.timeMs += 1;
  log.warn('a', { last: true }, 'conflict');
  expect(lines[1]).toEqual([{ last: true, suppressed: 5 }, 'conflict']);
  clock.timeMs += 10;
  log.warn('a', {}, 'conflict');
  expect(lines[2]).toEqual([{}, 'conflict']);
});

test('keys do not hold each other back', () => {
  const { log, lines } = setUp(10);
  log.warn('a', {}, 'one');
  log.warn('b', {}, 'two');
  expect(lines).toHaveLength(2);
});

test('a clock that is set back does not silence a key', () => {
  const { log, lines, clock } = setUp(10);
  log.warn('a', {}, 'one');
  clock.timeMs -= 1000;
  log.warn('a', {}, 'two');
  expect(lines).toHaveLength(2);
});

test('a flood of keys forgets the oldest, not the newest', () => {
  const { log, lines } = setUp(10);
  for (let i = 0; i <= 1000; i++) log.warn(`key ${i}`, {}, 'line');
  expect(lines).toHaveLength(1001);
  log.warn('key 1000', {}, 'line');
  expect(lines).toHaveLength(1001);
  log.warn('key 0', {}, 'line');
  expect(lines).toHaveLength(1002);
});
