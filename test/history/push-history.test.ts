import { expect, test } from 'vitest';
import { PushHistory } from '../../src/history/push-history.ts';
import type { WriteRecord } from '../../src/history/write-record.ts';
import { createGroupingKey, type GroupingKey } from '../../src/model/grouping-key.ts';
import { historyIdsLengthMax, recordsPerGroupMax } from '../../src/history/limits.ts';

function recordOf(parts: Partial<WriteRecord> = {}): WriteRecord {
  return {
    atMs: 1000,
    method: 'PUT',
    scope: 'group',
    outcome: 'stored',
    status: 200,
    error: null,
    bytes: 10,
    samples: 1,
    durationMs: 0.5,
    remoteAddress: '127.0.0.1:1',
    userAgent: null,
    ...parts,
  };
}

const keyOf = (job: string): GroupingKey => createGroupingKey(new Map([['job', job]]));
const timesOf = (history: PushHistory, id: string): number[] => history.of(keyOf(id).id).map(({ atMs }) => atMs);

test('the latest writes of a group come newest first, and no more than its share', () => {
  const history = new PushHistory();
  for (let atMs = 1; atMs <= 25; atMs++) history.record(keyOf('a'), recordOf({ atMs }));
  history.record(keyOf('b'), recordOf({ atMs: 100 }));
  expect(timesOf(history, 'a')).toEqual(Array.from({ length: recordsPerGroupMax }, (_, i) => 25 - i));
  expect(timesOf(history, 'b')).toEqual([100]);
  expect(timesOf(history, 'c')).toEqual([]);
  expect(history.recordCount).toBe(recordsPerGroupMax + 1);
  expect(history.latest(keyOf('a').id)?.atMs).toBe(25);
});

test('a group that is written often does not push out one that is written rarely', () => {
  const history = new PushHistory(30);
  history.record(keyOf('rare'), recordOf({ atMs: 1 }));
  for (let atMs = 2; atMs < 1000; atMs++) history.record(keyOf('often'), recordOf({ atMs }));
  expect(timesOf(history, 'rare')).toEqual([1]);
});

test('when there is too much of all, the oldest is forgotten', () => {
  const history = new PushHistory(3);
  for (const [i, id] of ['a', 'b', 'a', 'c', 'd'].entries()) history.record(keyOf(id), recordOf({ atMs: i, outcome: 'refused' }));
  expect(history.recordCount).toBe(3);
  expect(timesOf(history, 'a')).toEqual([2]);
  expect(timesOf(history, 'b')).toEqual([]);
  expect([...history.failing.keys()].sort()).toEqual(['a', 'c', 'd'].map((job) => keyOf(job).id));
});

test('groups with long names are forgotten before they take too much memory', () => {
  const history = new PushHistory();
  const jobLength = 1_000_000;
  const fitCount = Math.floor(historyIdsLengthMax / keyOf('x'.repeat(jobLength)).id.length);
  const jobOf = (i: number): string => String(i).padStart(jobLength, 'x');
  for (let i = 0; i < 2 * fitCount; i++) history.record(keyOf(jobOf(i)), recordOf({ atMs: i, outcome: 'refused' }));
  expect(history.recordCount).toBe(fitCount);
  expect(history.failing.size).toBe(fitCount);
  expect(timesOf(history, jobOf(2 * fitCount - 1))).toEqual([2 * fitCount - 1]);
  for (let i = 0; i < 3; i++) history.record(keyOf('short'), recordOf());
  expect(history.recordCount).toBe(fitCount + 3);
});

test('a group fails from a write that was not stored until one that was', () => {
  const history = new PushHistory();
  history.record(keyOf('a'), recordOf({ atMs: 1, outcome: 'refused', error: 'no' }));
  expect(history.failing.get(keyOf('a').id)?.error).toBe('no');
  history.record(keyOf('a'), recordOf({ atMs: 2 }));
  expect(history.failing.has(keyOf('a').id)).toBe(false);
  expect(history.latestFailure(keyOf('a').id)?.atMs).toBe(1);
  history.record(keyOf('b'), recordOf());
  expect(history.latestFailure(keyOf('b').id)).toBeNull();
});

test('long user agents are cut off, equal ones kept once', () => {
  const history = new PushHistory();
  expect(history.shareUserAgent(undefined)).toBeNull();
  expect(history.shareUserAgent('curl/8')).toBe('curl/8');
  expect(history.shareUserAgent('x'.repeat(5000))).toHaveLength(201);
});

test('remembering a push costs a small part of the push', () => {
  const history = new PushHistory();
  const keys = Array.from({ length: 10_000 }, (_, i) => keyOf(`j${i}`));
  const records = 300_000;
  const measureUs = (): number => {
    const before = process.cpuUsage();
    for (let i = 0; i < records; i++) history.record(keys[i % keys.length] as GroupingKey, recordOf({ atMs: i }));
    const { user, system } = process.cpuUsage(before);
    return (user + system) / records;
  };
  measureUs();
  // 0.7 µs on an idle machine; the bound leaves room for a busy one.
  expect(Math.min(measureUs(), measureUs(), measureUs())).toBeLessThan(2);
});
