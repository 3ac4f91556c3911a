import { expect, test } from 'vitest';
import { createDeleteHandler, createPushHandler } from '../../src/api/handle-push.ts';
import { expose } from '../store/support.ts';
import { createGateway, requestOf } from './support.ts';

test('a push is answered with 200 and an empty body, without checks with 202', async () => {
  const request = requestOf({ method: 'PUT', params: { job: 'a', labels: '/x/y' }, body: 'm 1\n' });
  const gateway = createGateway();
  expect(await createPushHandler(gateway, 'replace', false)(request)).toEqual({ status: 200 });
  expect(expose(gateway.store)).toBe('# TYPE m untyped\nm{instance="",job="a",x="y"} 1\n');
  expect(await createPushHandler(createGateway({ isChecked: false }), 'replace', false)(request)).toEqual({ status: 202 });
});

test('a push with a bad path or a bad body leaves the group untouched', async () => {
  const gateway = createGateway();
  const handler = createPushHandler(gateway, 'add', false);
  await expect(handler(requestOf({ params: { job: 'a', labels: '/odd' }, body: 'm 1\n' }))).rejects.toMatchObject({
    code: 'PG_PATH_ODD_COMPONENTS',
  });
  await expect(handler(requestOf({ params: { job: 'a' }, body: 'm one\n' }))).rejects.toMatchObject({ status: 400, code: 'PG_TEXT_PARSE' });
  expect(gateway.store.groupCount).toBe(0);
});

test('without checks a refused push is still answered with 202 and stamps the failure', async () => {
  const gateway = createGateway({ isChecked: false });
  const reply = await createPushHandler(gateway, 'add', false)(requestOf({ params: { job: 'a' }, body: 'm 1 1\n' }));
  expect(reply).toEqual({ status: 202 });
  expect([...gateway.store.groups()]).toMatchObject([{ pushedAtMs: 0, failedAtMs: 1_000_000_000_000 }]);
});

test('a delete is answered with 202, whether there was such a group or not', async () => {
  const gateway = createGateway();
  const request = requestOf({ params: { job: 'a' }, body: 'm 1\n' });
  await createPushHandler(gateway, 'add', false)(request);
  expect(await createDeleteHandler(gateway, false)(request)).toEqual({ status: 202 });
  expect(await createDeleteHandler(gateway, false)(request)).toEqual({ status: 202 });
  expect(gateway.store.groupCount).toBe(0);
});

test('a delete of a key that is not UTF-8 does not touch a group that looks like it', async () => {
  const gateway = createGateway();
  await createPushHandler(gateway, 'add', false)(requestOf({ params: { job: '\uFFFD' }, body: 'm 1\n' }));
  await createDeleteHandler(gateway, false)(requestOf({ params: { job: '\uFFFD' }, hasInvalidUtf8: true }));
  expect(gateway.store.groupCount).toBe(1);
});
