import { setImmediate as nextTurn, setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, expect, test } from 'vitest';
import { rehearsalFamiliesMax, rehearsalPauseMs, rehearsalRestMs, rehearsalRounds, rehearsedGroupsMin } from '../../../src/api/limits.ts';
import { GroupCatalog } from '../../../src/api/v1/group-catalog.ts';
import { Rehearsal } from '../../../src/api/v1/rehearsal.ts';
import { rehearseQueries } from '../../../src/api/v1/rehearse-queries.ts';
import { ScrapeLog } from '../../../src/api/v1/scrape-log.ts';
import { PushHistory } from '../../../src/history/push-history.ts';
import { createFamilyTable } from '../../../src/model/family-table.ts';
import type { Group } from '../../../src/model/group.ts';
import type { GroupChange } from '../../../src/store/metric-store.ts';
import { requestOf } from '../support.ts';
import { createStore, keyOf, pushOf, write } from '../../store/support.ts';

const history = new PushHistory();
const scrapes = new ScrapeLog();
const createCatalog = (): GroupCatalog => new GroupCatalog(history.failing, { nowMs: () => 1e12 });

const everything = { selectors: [], search: [], state: null };
let families = createFamilyTable([]);
beforeAll(() => {
  const store = createStore();
  write(store, pushOf('replace', { job: 'a' }, 'm 1\nup 1\no_total 1\n'));
  families = (store.group(keyOf({ job: 'a' }).id) as Group).families;
});

function changeOf(i: number): GroupChange {
  const key = keyOf({ job: `nightly-${i % 50}`, instance: `host-${i}` });
  return { key, before: null, after: { key, families, pushTimeSeconds: 1e9 + i, failureTimeSeconds: 0 } };
}

test('a rehearsal begins when there are very many groups, not before, and once', async () => {
  const catalog = createCatalog();
  let begun = 0;
  const rehearsal = new Rehearsal({ catalog, history, scrapes }, () => {
    begun++;
    return Promise.resolve();
  });
  for (let i = 1; i < rehearsedGroupsMin; i++) {
    catalog.apply([changeOf(i)]);
    rehearsal.noteSize();
  }
  expect(begun).toBe(0);
  for (let i = 0; i < 3; i++) {
    catalog.apply([changeOf(rehearsedGroupsMin + i)]);
    rehearsal.noteSize();
    expect(begun).toBe(1);
  }
  await rehearsal.over;
});

test('one that fails harms nobody', async () => {
  const catalog = createCatalog();
  const rehearsal = new Rehearsal({ catalog, history, scrapes }, () => Promise.reject(new Error('no such file')));
  catalog.apply(Array.from({ length: rehearsedGroupsMin }, (_, i) => changeOf(i)));
  rehearsal.noteSize();
  await expect(rehearsal.over).resolves.toBeUndefined();
});

test('every question of a rehearsal has an answer, others get a turn in between, and the list stays as it is', async () => {
  const catalog = createCatalog();
  catalog.apply(Array.from({ length: 2000 }, (_, i) => changeOf(i)));
  const before = catalog.select(everything);
  const rehearsal = rehearseQueries({ catalog, history, scrapes });
  const over = rehearsal.then(() => true);
  let turns = 0;
  while (!(await Promise.race([over, nextTurn(false)]))) turns++;
  expect(turns).toBeGreaterThan(rehearsalRounds.length);
  expect(catalog.select(everything)).toEqual(before);
});

test('a rehearsal waits until nobody has scraped for a while', async () => {
  const catalog = createCatalog();
  catalog.apply(Array.from({ length: 10 }, (_, i) => changeOf(i)));
  const log = new ScrapeLog();
  const scrape = log.observe(requestOf({}), 1e12);
  scrape.onStart();
  let isOver = false;
  const rehearsal = rehearseQueries({ catalog, history, scrapes: log }).then(() => (isOver = true));
  await sleep(10 * rehearsalRounds.length * rehearsalPauseMs);
  expect(isOver).toBe(false);
  scrape.onEnd(4, true);
  await sleep(rehearsalRestMs / 2);
  expect(isOver).toBe(false);
  await rehearsal;
  expect(log.restedMs).toBeGreaterThan(rehearsalRestMs);
});

test('a sample has as many of the groups and of their families as it may', () => {
  const catalog = createCatalog();
  catalog.apply(Array.from({ length: 100 }, (_, i) => changeOf(i)));
  const f = (groupsMax: number, familiesMax: number, wanted: number): void => {
    expect(catalog.sample(groupsMax, familiesMax).size, `${groupsMax} groups, ${familiesMax} families`).toBe(wanted);
  };
  f(40, rehearsalFamiliesMax, 40);
  f(200, rehearsalFamiliesMax, 100);
  f(200, 30, 10);
  f(200, 2, 0);
});
