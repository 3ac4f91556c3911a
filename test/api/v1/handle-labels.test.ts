import { expect, test } from 'vitest';
import type { Completions } from '../../../src/api/types.ts';
import { createGateway, push } from '../support.ts';
import { ask } from './support.ts';

test('names and values come the most frequent first, as many as asked for', async () => {
  const gateway = createGateway();
  for (const instance of ['a', 'b', 'c']) await push(gateway, { job: 'nightly', instance }, 'm 1\n');
  await push(gateway, { job: 'weekly' }, 'm 1\nn 1\n');
  const values = async (name: string, rawQuery = ''): Promise<Completions> =>
    ask(gateway, 'GET /label/:name/values', { params: { name }, rawQuery });
  expect(await ask<Completions>(gateway, 'GET /labels')).toEqual({
    values: [
      { value: 'job', groups: 4 },
      { value: 'instance', groups: 3 },
    ],
    is_truncated: false,
  });
  expect((await values('job')).values).toEqual([
    { value: 'nightly', groups: 3 },
    { value: 'weekly', groups: 1 },
  ]);
  expect(await values('instance', 'limit=2')).toMatchObject({ values: [{ value: 'a' }, { value: 'b' }], is_truncated: true });
  expect((await values('job', 'search=WEEK')).values).toEqual([{ value: 'weekly', groups: 1 }]);
  expect((await values('instance', 'match[]={job="weekly"}')).values).toEqual([]);
  expect((await values('__name__')).values).toEqual([
    { value: 'm', groups: 4 },
    { value: 'n', groups: 1 },
  ]);
});
