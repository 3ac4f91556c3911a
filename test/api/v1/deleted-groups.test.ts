import { expect, test } from 'vitest';
import { createDeleteHandler, createPushHandler } from '../../../src/api/handle-push.ts';
import { createWipeHandler } from '../../../src/api/handle-query-api.ts';
import type { Gateway } from '../../../src/api/gateway.ts';
import { deletedGroupsMax } from '../../../src/api/limits.ts';
import { GroupCatalog } from '../../../src/api/v1/group-catalog.ts';
import type { DeleteResult, GroupDetail, GroupList } from '../../../src/api/types.ts';
import { defineRefusal } from '../../../src/base/errors.ts';
import { createStore, keyOf, pushOf, write } from '../../store/support.ts';
import { createGateway, push, requestOf } from '../support.ts';
import { ask, askWrongly } from './support.ts';

const idOf = (...labels: readonly string[]): string => Buffer.from(JSON.stringify(labels)).toString('base64url');
const somebody = { remoteAddress: '10.0.0.7:1', headers: { 'user-agent': 'curl/8' } };

function show(gateway: Gateway, ...labels: readonly string[]): Promise<GroupDetail> {
  return ask<GroupDetail>(gateway, 'GET /groups/:id', { params: { id: idOf(...labels) }, rawQuery: 'deleted=true' });
}

const listDeleted = (gateway: Gateway, more = ''): Promise<GroupList> =>
  ask<GroupList>(gateway, 'GET /groups', { rawQuery: `state=deleted&sort=-deleted${more}` });

const deedsOf = ({ history }: GroupDetail): string[] =>
  history.map(({ method, scope, outcome, status, remote_address: source }) => `${method} ${scope} ${outcome} ${status} ${source}`);

test('a group that was deleted is still found, with who deleted it, until it is pushed again', async () => {
  const gateway = createGateway();
  await push(gateway, { job: 'a' }, 'm 1\n');
  await push(gateway, { job: 'b' }, 'm 1\n');
  await createDeleteHandler(gateway, false)(requestOf({ method: 'DELETE', params: { job: 'a' }, ...somebody }));
  expect(await ask<GroupList>(gateway, 'GET /groups')).toMatchObject({ total: 1, matched: 1, states: { ok: 1, failed: 0, deleted: 1 } });
  const list = await listDeleted(gateway, '&search=a');
  expect(list).toMatchObject({ total: 1, matched: 1 });
  expect(list.groups[0]).toMatchObject({
    labels: { job: 'a' },
    state: 'deleted',
    deleted: '2001-09-09T01:46:40Z',
    samples: 0,
    last_source: '10.0.0.7:1',
  });
  const detail = await show(gateway, 'job', 'a');
  expect(detail.families).toEqual([]);
  expect(deedsOf(detail)).toEqual(['DELETE group stored 202 10.0.0.7:1']);
  expect(await askWrongly(gateway, 'GET /groups/:id', { params: { id: idOf('job', 'a') } })).toMatch(/^404 not_found/);

  await push(gateway, { job: 'a' }, 'm 2\n');
  expect((await listDeleted(gateway)).matched).toBe(0);
  expect((await show(gateway, 'job', 'a')).group).toMatchObject({ state: 'ok', deleted: null, samples: 1 });
});

test('bulk deletes and wipes stand in the history of each group', async () => {
  const gateway = createGateway();
  for (const instance of ['a', 'b']) await push(gateway, { job: 'nightly', instance }, 'm 1\n');
  await push(gateway, { job: 'weekly' }, 'm 1\n');
  await ask<DeleteResult>(gateway, 'DELETE /groups', { rawQuery: `match[]=${encodeURIComponent('{job="nightly"}')}`, ...somebody });
  expect(deedsOf(await show(gateway, 'instance', 'b', 'job', 'nightly'))).toEqual(['DELETE selection stored 200 10.0.0.7:1']);
  await createWipeHandler(gateway)(requestOf({ method: 'PUT', ...somebody }));
  expect(deedsOf(await show(gateway, 'job', 'weekly'))).toEqual(['DELETE wipe stored 202 10.0.0.7:1']);
  expect((await listDeleted(gateway)).groups.map(({ last_source: source }) => source)).toEqual(
    Array.from({ length: 3 }, () => '10.0.0.7:1'),
  );
});

test('a deletion that was not stored is told of, and does not make the last push a failed one', async () => {
  const full = defineRefusal('FULL', 503);
  const gateway = createGateway();
  await push(gateway, { job: 'a' }, 'm 1\n');
  gateway.clock.nowMs = () => 1_000_000_000_001;
  const heard: string[] = [];
  gateway.changes.note = (id, kind) => void heard.push(`${id} ${kind}`);
  gateway.writes.submit = () => Promise.reject(full('the disk is full'));
  const request = { method: 'DELETE', params: { job: 'a' }, ...somebody };
  await expect(createDeleteHandler(gateway, false)(requestOf(request))).rejects.toThrow('the disk is full');
  expect(await askWrongly(gateway, 'DELETE /groups', { rawQuery: 'search=a', ...somebody })).toContain('the disk is full');
  const detail = await show(gateway, 'job', 'a');
  expect(deedsOf(detail)).toEqual(['DELETE group failed 503 10.0.0.7:1', 'DELETE group failed 503 10.0.0.7:1']);
  expect(detail.history[0]?.error).toBe('the disk is full');
  expect(detail.group).toMatchObject({ state: 'ok', failure_reason: null });
  expect(heard).toEqual(['["job","a"] failed', '["job","a"] failed']);
});

test('groups go by search and state, but never all of a state unseen', async () => {
  const gateway = createGateway();
  for (const job of ['nightly-1', 'nightly-2', 'weekly']) await push(gateway, { job }, 'm 1\n');
  gateway.clock.nowMs = () => 1_000_000_000_001;
  const bad = requestOf({ method: 'PUT', params: { job: 'nightly-2' }, body: 'm{' });
  await Promise.resolve(createPushHandler(gateway, 'replace', false)(bad)).catch(() => undefined);
  const f = (rawQuery: string): Promise<DeleteResult> => ask<DeleteResult>(gateway, 'DELETE /groups', { rawQuery });
  expect((await f('search=nightly&dry_run=true')).matched).toBe(2);
  expect((await f('search=nightly&state=ok&dry_run=true')).groups.map(({ labels }) => labels['job'])).toEqual(['nightly-1']);
  expect((await f('state=failed&dry_run=true')).matched).toBe(1);
  expect(await askWrongly(gateway, 'DELETE /groups', { rawQuery: 'state=failed' })).toMatch(
    /^400 bad_data: cannot delete all groups with state=failed unseen/,
  );
  expect(await askWrongly(gateway, 'DELETE /groups', { rawQuery: 'state=deleted&expect=1' })).toMatch(
    /^400 bad_data: state=deleted is not one of ok, failed/,
  );
  expect((await f('state=failed&expect=1')).matched).toBe(1);
  expect((await f('search=nightly')).matched).toBe(1);
  expect([...gateway.store.groups()].map(({ key }) => key.id)).toEqual(['["job","weekly"]']);
});

test('of many deleted groups the latest are remembered', () => {
  const catalog = new GroupCatalog(new Map(), { nowMs: () => 7 });
  const store = createStore({ onApplied: (changes) => catalog.apply(changes) });
  for (let i = 0; i < deletedGroupsMax + 5; i++) write(store, pushOf('replace', { job: `j${i}` }, 'm 1\n', 1));
  write(store, { kind: 'wipe', atMs: 2 });
  expect(catalog.size).toBe(0);
  expect(catalog.deletedSince(7)).toHaveLength(deletedGroupsMax);
  expect(catalog.findDeleted(keyOf({ job: 'j4' }).id)).toBeUndefined();
  expect(catalog.findDeleted(keyOf({ job: 'j5' }).id)?.deletedAtMs).toBe(7);
});
