import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Budget } from '../../src/http/budget.ts';
import { bodyWaitMsMax } from '../../src/http/limits.ts';

const [a, b, c] = [{ name: 'a' }, { name: 'b' }, { name: 'c' }];

/** What has been given of what was asked for. */
async function settled(...asked: readonly (Promise<void> | null)[]): Promise<string> {
  const states = asked.map(() => 'waits');
  asked.forEach((one, i) => {
    if (one === null) states[i] = 'taken';
    else
      one.then(
        () => (states[i] = 'given'),
        () => (states[i] = 'refused'),
      );
  });
  for (let i = 0; i < 5; i++) await Promise.resolve();
  return states.join(' ');
}

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

describe('a budget', () => {
  test('gives at once what is there, and more in the order of asking when some comes back', async () => {
    const budget = new Budget(10, false);
    const asked = [budget.take(a, 6), budget.take(b, 6), budget.take(c, 1)];
    expect(await settled(...asked)).toBe('taken waits waits');
    budget.give(1);
    expect(await settled(...asked)).toBe('taken waits waits');
    budget.give(5);
    expect(await settled(...asked)).toBe('taken given given');
  });

  test('refuses with 503 who waited too long, and lets those behind come', async () => {
    const budget = new Budget(10, false);
    const asked = [budget.take(a, 6), budget.take(b, 6)];
    await vi.advanceTimersByTimeAsync(bodyWaitMsMax - 1);
    asked.push(budget.take(c, 4));
    expect(await settled(...asked)).toBe('taken waits waits');
    const refused = expect(asked[1]).rejects.toMatchObject({ code: 'PG_BODIES_BUSY', status: 503 });
    await vi.advanceTimersByTimeAsync(1);
    await refused;
    expect(await settled(...asked)).toBe('taken refused given');
    expect(vi.getTimerCount()).toBe(0);
  });

  test('that may be overdrawn gives one owner whatever it needs, and then the next', async () => {
    const budget = new Budget(10, true);
    const asked = [budget.take(a, 20), budget.take(a, 5), budget.take(b, 1), budget.take(c, 30)];
    expect(await settled(...asked)).toBe('taken taken waits waits');
    expect(budget.isOverdrawnBy(a)).toBe(true);
    budget.settle(a, 25);
    expect(await settled(...asked)).toBe('taken taken given given');
    expect(budget.isOverdrawnBy(c)).toBe(true);
  });

  test('that may be overdrawn never leaves all of them waiting', async () => {
    const budget = new Budget(10, true);
    const asked = [budget.take(a, 5), budget.take(b, 5), budget.take(a, 5), budget.take(b, 5)];
    expect(await settled(...asked)).toBe('taken taken taken waits');
    budget.settle(a, 10);
    expect(await settled(...asked)).toBe('taken taken taken given');
  });
});
