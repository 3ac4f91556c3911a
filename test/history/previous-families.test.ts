import { expect, test } from 'vitest';
import { PreviousFamilies } from '../../src/history/previous-families.ts';
import { previousWaitingMax } from '../../src/history/limits.ts';
import type { MetricStore } from '../../src/store/metric-store.ts';
import { createStore, joinTexts, keyOf, pushOf } from '../store/support.ts';

function createWorld(bytesMax?: number): { store: MetricStore; previous: PreviousFamilies } {
  const store = createStore();
  const options = bytesMax === undefined ? {} : { bytesMax };
  return { store, previous: new PreviousFamilies({ groupOf: (id) => store.group(id), ...options }) };
}

function push({ store, previous }: ReturnType<typeof createWorld>, kind: 'add' | 'replace', job: string, body: string): void {
  const { changes } = store.prepareWrite(pushOf(kind, { job }, body));
  store.applyChanges(changes);
  for (const { before, after } of changes) previous.note(before, after);
}

function textOf({ previous }: ReturnType<typeof createWorld>, job: string, name: string): string | null {
  const home = previous.find(keyOf({ job }).id, name)?.home;
  return home === undefined ? null : home.bytes.toString('utf8', home.start, home.end);
}

test('a value before the last push is known, also where a scrape has moved its text', () => {
  const world = createWorld();
  push(world, 'replace', 'a', 'm 1\n');
  expect(textOf(world, 'a', 'm')).toBeNull();
  for (const { parts } of world.store.readExposition().families) joinTexts(parts, world.store.readExposition());
  push(world, 'replace', 'a', 'm 2\n');
  expect(textOf(world, 'a', 'm')).toBe('m{instance="",job="a"} 1\n');
  push(world, 'replace', 'a', 'm 3\n');
  expect(textOf(world, 'a', 'm')).toBe('m{instance="",job="a"} 2\n');
});

test('a push that adds leaves what was before the other families', () => {
  const world = createWorld();
  push(world, 'replace', 'a', 'm 1\nn 1\n');
  push(world, 'replace', 'a', 'm 2\nn 2\n');
  expect(textOf(world, 'a', 'n')).toBe('n{instance="",job="a"} 1\n');
  push(world, 'add', 'a', 'm 3\n');
  expect(textOf(world, 'a', 'm')).toBe('m{instance="",job="a"} 2\n');
  expect(textOf(world, 'a', 'n')).toBe('n{instance="",job="a"} 1\n');
});

test('two pushes in a row that add different families leave both their earlier values', () => {
  const world = createWorld();
  for (const value of [1, 2]) push(world, 'replace', 'a', `m ${value}\nn ${value}\n`);
  world.previous.settle();
  push(world, 'add', 'a', 'm 3\n');
  push(world, 'add', 'a', 'n 3\n');
  expect(textOf(world, 'a', 'm')).toBe('m{instance="",job="a"} 2\n');
  expect(textOf(world, 'a', 'n')).toBe('n{instance="",job="a"} 2\n');
});

test('what is gone is forgotten', () => {
  const world = createWorld();
  push(world, 'replace', 'a', 'm 1\nn 1\n');
  push(world, 'replace', 'a', 'm 2\nn 2\n');
  push(world, 'replace', 'a', 'm 3\n');
  expect(textOf(world, 'a', 'n')).toBeNull();
  const { changes } = world.store.prepareWrite({ kind: 'delete', key: keyOf({ job: 'a' }), atMs: 1 });
  world.store.applyChanges(changes);
  for (const { before, after } of changes) world.previous.note(before, after);
  expect(textOf(world, 'a', 'm')).toBeNull();
  expect(world.previous.bytes).toBe(0);
});

test('a group that goes and comes again at once has the values before its last push', () => {
  const world = createWorld();
  for (const value of [1, 2]) push(world, 'replace', 'a', `m ${value}\n`);
  const { changes } = world.store.prepareWrite({ kind: 'delete', key: keyOf({ job: 'a' }), atMs: 1 });
  world.store.applyChanges(changes);
  for (const { before, after } of changes) world.previous.note(before, after);
  for (const value of [3, 4]) push(world, 'replace', 'a', `m ${value}\n`);
  expect(textOf(world, 'a', 'm')).toBe('m{instance="",job="a"} 3\n');
  push(world, 'replace', 'a', 'm 5\n');
  expect(textOf(world, 'a', 'm')).toBe('m{instance="",job="a"} 4\n');
});

test('histograms and summaries are not kept', () => {
  const world = createWorld();
  for (const value of [1, 2]) push(world, 'replace', 'a', `# TYPE s summary\ns_sum ${value}\ns_count 1\n`);
  expect(textOf(world, 'a', 's')).toBeNull();
});

test('when too many groups change at once, some have no earlier value, but none a wrong one', () => {
  const world = createWorld();
  const jobs = Array.from({ length: previousWaitingMax + 1 }, (_, i) => `j${i}`);
  for (const value of [1, 2]) for (const job of jobs) push(world, 'replace', job, `m ${value}\n`);
  expect(textOf(world, jobs[0] as string, 'm')).toContain(' 1\n');
  expect(textOf(world, jobs.at(-1) as string, 'm')).toBeNull();
});

test('the bytes kept over all groups are bounded: the oldest go', () => {
  const world = createWorld(1000);
  for (const value of [1, 2]) for (const job of ['a', 'b', 'c', 'd', 'e']) push(world, 'replace', job, `m ${value}\n`);
  expect(textOf(world, 'e', 'm')).not.toBeNull();
  expect(textOf(world, 'a', 'm')).toBeNull();
  expect(world.previous.bytes).toBeLessThanOrEqual(1000);
});
