import { expect, test } from 'vitest';
import { GroupCatalog, type GroupPage, type GroupQuery } from '../../../src/api/v1/group-catalog.ts';
import { parseSearch } from '../../../src/api/v1/search.ts';
import { parseSelector } from '../../../src/api/v1/parse-selector.ts';
import type { Group } from '../../../src/model/group.ts';
import { PushHistory } from '../../../src/history/push-history.ts';
import type { MetricStore } from '../../../src/store/metric-store.ts';
import { createStore, keyOf, pushOf, write } from '../../store/support.ts';
import { pushRecord } from './support.ts';

interface World {
  readonly store: MetricStore;
  readonly catalog: GroupCatalog;
  readonly history: PushHistory;
}

function createWorld(): World {
  const history = new PushHistory();
  const catalog = new GroupCatalog(history.failing, { nowMs: () => 1e6 });
  return { history, catalog, store: createStore({ onApplied: (changes) => catalog.apply(changes) }) };
}

const everything: GroupQuery = { selectors: [], search: [], state: null, sort: 'job', limit: 100, after: null };

function ask({ catalog }: World, query: Partial<GroupQuery>): GroupPage {
  return catalog.query({ ...everything, ...query });
}

const jobOf = ({ key }: Group): string => key.labels.find(({ name }) => name === 'job')?.value ?? '';

const jobsOf = ({ rows }: GroupPage): string => rows.map(({ group }) => jobOf(group)).join(' ');

/** Three groups: `a` with 1 sample pushed at 3, `b` with 3 at 1, `c` with 2 at 2. */
function createSmallWorld(): World {
  const world = createWorld();
  write(world.store, pushOf('replace', { job: 'b', env: 'Prod' }, 'm 1\nn 1\no 1\n', 1));
  write(world.store, pushOf('replace', { job: 'c', env: 'test' }, 'm 1\nn 1\n', 2));
  write(world.store, pushOf('replace', { job: 'a', env: 'prod' }, 'm 1\n', 3));
  return world;
}

test('the list is sorted by what is asked for', () => {
  const world = createSmallWorld();
  const f = (sort: GroupQuery['sort'], want: string): void => {
    expect(jobsOf(ask(world, { sort })), sort).toBe(want);
  };
  f('job', 'a b c');
  f('-job', 'c b a');
  f('last_push', 'b c a');
  f('-last_push', 'a c b');
  f('samples', 'a c b');
  f('-samples', 'b c a');
  f('-families', 'b c a');
  f('bytes', 'a c b');
});

test('the list holds what selectors, words and state let through', () => {
  const world = createSmallWorld();
  write(world.store, pushOf('replace', { job: 'a', env: 'prod' }, 'm 1 123\n', 4));
  const f = (query: Partial<GroupQuery>, want: string): void => {
    expect(jobsOf(ask(world, query)), JSON.stringify(query)).toBe(want);
  };
  f({ selectors: [parseSelector('{env="prod"}')] }, 'a');
  f({ selectors: [parseSelector('{env="prod"}'), parseSelector('{job="c"}')] }, 'a c');
  f({ selectors: [parseSelector('n')] }, 'b c');
  f({ search: parseSearch('PROD') }, 'a b');
  f({ search: parseSearch('prod  b') }, 'b');
  f({ search: parseSearch('env=t') }, 'c');
  f({ search: parseSearch('env') }, '');
  f({ state: 'failed' }, 'a');
  f({ state: 'ok' }, 'b c');
  const page = ask(world, { state: 'failed', search: parseSearch('prod') });
  expect(page.states).toEqual({ ok: 1, failed: 1, deleted: 0 });
  expect(page.matched).toBe(1);
});

test('a group whose last push could not even be read has failed, until the next good one', () => {
  const world = createSmallWorld();
  world.history.record(keyOf({ job: 'b', env: 'Prod' }), { ...pushRecord, atMs: 9, outcome: 'refused' });
  expect(jobsOf(ask(world, { state: 'failed' }))).toBe('b');
  expect(jobsOf(ask(world, { sort: '-last_failure' }))).toBe('b a c');
  world.history.record(keyOf({ job: 'b', env: 'Prod' }), { ...pushRecord, atMs: 10, outcome: 'stored' });
  expect(jobsOf(ask(world, { state: 'failed' }))).toBe('');
});

test('pages neither overlap nor leave a group out, while other groups come, go and change', () => {
  const world = createWorld();
  for (let i = 0; i < 100; i++) write(world.store, pushOf('replace', { job: `j${i % 7}`, n: String(i) }, 'm 1\n', 1));
  for (const sort of ['job', '-job', 'last_push', '-samples'] as const) {
    const seen: string[] = [];
    let after: GroupQuery['after'] = null;
    do {
      const page: GroupPage = ask(world, { sort, limit: 9, after });
      seen.push(...page.rows.map(({ id }) => id));
      after = page.next;
      write(world.store, { kind: 'delete', key: keyOf({ job: 'new', n: String(seen.length) }), atMs: 1 });
      write(world.store, pushOf('replace', { job: 'new', n: String(seen.length + 9) }, 'm 1\n', 1));
    } while (after !== null);
    const old = seen.filter((id) => !id.includes('new'));
    expect(old.length, sort).toBe(100);
    expect(new Set(seen).size, sort).toBe(seen.length);
    write(world.store, { kind: 'wipe', atMs: 1 });
    for (let i = 0; i < 100; i++) write(world.store, pushOf('replace', { job: `j${i % 7}`, n: String(i) }, 'm 1\n', 1));
  }
});

test('what was deleted leaves the list, and what is pushed anew shows its new state', () => {
  const world = createSmallWorld();
  write(world.store, { kind: 'delete', key: keyOf({ job: 'b', env: 'Prod' }), atMs: 5 });
  expect(jobsOf(ask(world, {}))).toBe('a c');
  write(world.store, pushOf('replace', { job: 'c', env: 'test' }, 'm 1\nn 1\no 1\np 1\n', 6));
  const [most] = ask(world, { sort: '-samples' }).rows;
  expect(most).toMatchObject({ id: keyOf({ job: 'c', env: 'test' }).id, samples: 4 });
  expect(jobsOf(ask(world, { selectors: [parseSelector('p')] }))).toBe('c');
  write(world.store, { kind: 'wipe', atMs: 7 });
  expect(world.catalog.size).toBe(0);
  expect(jobsOf(ask(world, {}))).toBe('');
});

test('the order of a page is that of a plain sort', () => {
  const world = createWorld();
  for (let i = 0; i < 500; i++) write(world.store, pushOf('replace', { job: 'j', n: String(i) }, 'm 1\n', (i * 7919) % 101));
  const page = ask(world, { sort: '-last_push', limit: 50 });
  const all = world.catalog.select(everything).sort((a, b) => b.pushTimeSeconds - a.pushTimeSeconds || (a.key.id < b.key.id ? -1 : 1));
  expect(page.rows.map(({ id }) => id)).toEqual(all.slice(0, 50).map(({ key }) => key.id));
});
