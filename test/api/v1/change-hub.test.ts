import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { ChangeHub } from '../../../src/api/v1/change-hub.ts';
import { eventGroupsMax, eventIntervalMs, heartbeatIntervalMs, listenerBytesMax, listenersMax } from '../../../src/api/limits.ts';
import type { ChangeEvent } from '../../../src/api/types.ts';

const clock = { nowMs: (): number => 1_000_000_000_000 };

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

/** Takes what a listener gets, one event or comment at a time. */
function readerOf(stream: AsyncIterable<Uint8Array>): { next: () => Promise<string | null>; leave: () => void } {
  const iterator = stream[Symbol.asyncIterator]();
  return {
    next: async () => {
      const result = (await iterator.next()) as IteratorResult<Uint8Array, undefined>;
      return result.done === true ? null : Buffer.from(result.value).toString();
    },
    leave: () => void iterator.return?.(),
  };
}

function parseEvent(text: string | null): ChangeEvent {
  expect(text).toMatch(/^event: change\ndata: .*\n\n$/);
  return JSON.parse((text ?? '').split('data: ')[1] ?? '') as ChangeEvent;
}

test('changes of half a second come as one event, each group once', async () => {
  const hub = new ChangeHub(clock);
  const reader = readerOf(hub.listen());
  expect(await reader.next()).toContain('retry: ');
  for (let i = 0; i < 50; i++) hub.note('a', 'pushed');
  hub.note('b', 'pushed');
  hub.note('b', 'deleted');
  hub.note('a', 'failed');
  const waiting = reader.next();
  vi.advanceTimersByTime(eventIntervalMs);
  const event = parseEvent(await waiting);
  expect(event).toMatchObject({ pushed: 51, failed: 1, deleted: 1, is_truncated: false, time: '2001-09-09T01:46:40Z' });
  expect(event.groups).toEqual([
    { id: 'Yg', kind: 'deleted' },
    { id: 'YQ', kind: 'failed' },
  ]);
  reader.leave();
});

test('an event names the latest groups alone, and says that there were more', async () => {
  const hub = new ChangeHub(clock);
  const reader = readerOf(hub.listen());
  await reader.next();
  for (let i = 0; i <= eventGroupsMax; i++) hub.note(`g${i}`, 'pushed');
  vi.advanceTimersByTime(eventIntervalMs);
  const event = parseEvent(await reader.next());
  expect([event.groups.length, event.pushed, event.is_truncated]).toEqual([eventGroupsMax, eventGroupsMax + 1, true]);
});

test('when nothing happens a comment keeps the connection alive', async () => {
  const hub = new ChangeHub(clock);
  const reader = readerOf(hub.listen());
  await reader.next();
  vi.advanceTimersByTime(heartbeatIntervalMs + eventIntervalMs);
  expect(await reader.next()).toBe(': alive\n\n');
});

test('no more clients listen than may, and one that leaves makes room', () => {
  const hub = new ChangeHub(clock);
  const readers = Array.from({ length: listenersMax }, () => readerOf(hub.listen()));
  expect(() => hub.listen()).toThrow(/100 clients listen already/);
  readers[0]?.leave();
  expect(hub.listenerCount).toBe(listenersMax - 1);
  hub.listen();
  expect(hub.listenerCount).toBe(listenersMax);
});

test('a client that does not keep up is let go', () => {
  const hub = new ChangeHub(clock);
  hub.listen();
  for (let sent = 0; sent < listenerBytesMax; sent += 10_000) {
    for (let i = 0; i < eventGroupsMax; i++) hub.note(`${i}${'x'.repeat(100)}`, 'pushed');
    vi.advanceTimersByTime(eventIntervalMs);
  }
  expect(hub.listenerCount).toBe(0);
});

test('closing ends all streams, and there are no new ones', async () => {
  const hub = new ChangeHub(clock);
  const reader = readerOf(hub.listen());
  await reader.next();
  const waiting = reader.next();
  hub.close();
  expect(await waiting).toBeNull();
  expect(vi.getTimerCount()).toBe(0);
  expect(() => hub.listen()).toThrow(/stopping/);
});
