import { expect, test } from 'vitest';
import type { Gateway } from '../../../src/api/gateway.ts';
import { answerOptions } from '../../../src/api/handle-query-api.ts';
import type { DeleteResult, GroupList } from '../../../src/api/types.ts';
import { createGateway, push, requestOf } from '../support.ts';
import { ask, askWrongly, call } from './support.ts';

async function createFilledGateway(): Promise<Gateway> {
  const gateway = createGateway();
  for (const instance of ['a', 'b', 'c']) await push(gateway, { job: 'nightly', instance }, 'm 1\n');
  await push(gateway, { job: 'weekly' }, 'm 1\nn 1\n');
  return gateway;
}

const encodeQuery = (pairs: readonly (readonly [string, string])[]): string =>
  new URLSearchParams(pairs.map(([name, value]) => [name, value] as [string, string])).toString();
const jobsLeft = (gateway: Gateway): string[] =>
  [...gateway.store.groups()].map(({ key }) => key.labels.map(({ value }) => value).join('/')).sort();

test('a group is listed with its labels, state, size and path', async () => {
  const gateway = createGateway();
  await push(gateway, { job: 'a/b', instance: 'ü' }, 'm 1\n# TYPE s summary\ns{quantile="0.5"} 1\ns_sum 1\ns_count 1\n');
  const list = await ask<GroupList>(gateway, 'GET /groups');
  expect(list).toMatchObject({ total: 1, matched: 1, states: { ok: 1, failed: 0 }, next_cursor: null });
  expect(list.groups[0]).toMatchObject({
    labels: { instance: 'ü', job: 'a/b' },
    push_path: 'metrics/job@base64/YS9i/instance/%C3%BC',
    state: 'ok',
    last_push: '2001-09-09T01:46:40Z',
    last_failure: null,
    failure_reason: null,
    families: 2,
    samples: 4,
    last_source: null,
  });
});

test('a cursor leads through all pages', async () => {
  const gateway = await createFilledGateway();
  const seen: (string | undefined)[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const list: GroupList = await ask<GroupList>(gateway, 'GET /groups', { rawQuery: `limit=1&sort=-job&cursor=${cursor}` });
    expect(list.matched).toBe(4);
    seen.push(...list.groups.map(({ labels }) => labels['instance'] ?? labels['job']));
    cursor = list.next_cursor;
  }
  expect(seen).toEqual(['weekly', 'a', 'b', 'c']);
});

test('a question that cannot be answered says what to change', async () => {
  const gateway = await createFilledGateway();
  const f = async (rawQuery: string, want: RegExp): Promise<void> => {
    expect(await askWrongly(gateway, 'GET /groups', { rawQuery }), rawQuery).toMatch(want);
  };
  await f('match[]={', /^400 bad_data: cannot parse the selector \{: at character 2/);
  await f('state=sad', /^400 bad_data: state=sad is not one of ok, failed, deleted$/);
  await f('sort=name', /^400 bad_data: sort=name is not one of job, -job, /);
  await f('limit=0', /^400 bad_data: limit=0 is not a whole number from 1 on$/);
  await f('limit=x', /^400 bad_data: limit=x /);
  await f('cursor=x', /^400 bad_data: cursor= is not the next_cursor/);
  await f('match=x', /^400 bad_data: there is no parameter "match"/);
  await f(`search=${'x'.repeat(1001)}`, /^400 bad_data: cannot search for 1001 characters/);
  const { next_cursor: cursor } = await ask<GroupList>(gateway, 'GET /groups', { rawQuery: 'limit=1' });
  await f(`sort=-job&cursor=${cursor ?? ''}`, /^400 bad_data: cursor= is not the next_cursor/);
});

test('a dry run says what would go, and leaves it', async () => {
  const gateway = await createFilledGateway();
  const rawQuery = encodeQuery([
    ['match[]', '{job="nightly",instance!="a"}'],
    ['dry_run', 'true'],
  ]);
  const result = await ask<DeleteResult>(gateway, 'DELETE /groups', { rawQuery });
  expect(result).toMatchObject({ is_dry_run: true, matched: 2 });
  expect(result.groups.map(({ labels }) => labels['instance'])).toEqual(['b', 'c']);
  expect(jobsLeft(gateway)).toHaveLength(4);
});

test('groups go by selector and by id', async () => {
  const gateway = await createFilledGateway();
  const { groups } = await ask<GroupList>(gateway, 'GET /groups', { rawQuery: 'search=weekly' });
  const rawQuery = encodeQuery([
    ['match[]', '{instance=~"a|b"}'],
    ['id', groups[0]?.id ?? ''],
    ['expect', '3'],
  ]);
  expect(await ask<DeleteResult>(gateway, 'DELETE /groups', { rawQuery })).toMatchObject({ is_dry_run: false, matched: 3 });
  expect(jobsLeft(gateway)).toEqual(['c/nightly']);
  expect(await ask<GroupList>(gateway, 'GET /groups')).toMatchObject({ total: 1 });
});

test('a delete that is not sure of what it takes takes nothing', async () => {
  const gateway = await createFilledGateway();
  const f = async (pairs: readonly (readonly [string, string])[], want: RegExp): Promise<void> => {
    expect(await askWrongly(gateway, 'DELETE /groups', { rawQuery: encodeQuery(pairs) })).toMatch(want);
    expect(jobsLeft(gateway)).toHaveLength(4);
  };
  await f([], /^400 bad_data: cannot delete: name groups/);
  await f([['match[]', '']], /^400 bad_data: cannot delete: name groups/);
  await f([['match[]', '{}']], /^400 bad_data: cannot delete: a selector must say what a group is/);
  await f([['match[]', '{job!="x"}']], /^400 bad_data: cannot delete: a selector must say what a group is/);
  await f([['match[]', '{__name__!="x"}']], /^400 bad_data: cannot delete: a selector must say what a group is/);
  await f(
    [
      ['match[]', '{job="weekly"}'],
      ['id', 'bm9uZQ'],
    ],
    /^404 not_found: cannot delete: there is no group with the id bm9uZQ/,
  );
  await f(
    [
      ['match[]', '{job="weekly"}'],
      ['expect', '2'],
    ],
    /^409 conflict: cannot delete: 1 groups match now, not 2/,
  );
  await f(
    [
      ['match[]', '{job="weekly"}'],
      ['dry_run', 'yes'],
    ],
    /^400 bad_data: dry_run=yes/,
  );
});

test('answers may be read from pages of other sites, but groups not be deleted in bulk', async () => {
  const reply = await call(createGateway(), 'GET /groups');
  expect(reply.headers).toMatchObject({ 'Access-Control-Allow-Origin': '*', 'Content-Type': 'application/json' });
  const methodsFor = async (path: string): Promise<string | undefined> => {
    const { headers } = await answerOptions(requestOf({ params: { path } }));
    return headers?.['Access-Control-Allow-Methods'];
  };
  expect(await methodsFor('/status')).toContain('DELETE');
  expect(await methodsFor('/groups')).not.toContain('DELETE');
});
