import { expect, test } from 'vitest';
import { createMetricsHandler, createStatusHandler } from '../../src/api/handle-query-api.ts';
import { createGateway, push, readReply, requestOf } from './support.ts';

test('a family named like a fixed key replaces it, and one named __proto__ is a family like others', async () => {
  const gateway = createGateway();
  await push(gateway, { job: 'a' }, 'labels 1\n__proto__ 2\n');
  const { data } = JSON.parse(await readReply(await createMetricsHandler(gateway)(requestOf()))) as { data: Record<string, unknown>[] };
  const [group = {}] = data;
  expect(group['labels']).toMatchObject({ type: 'UNTYPED', metrics: [{ value: '1' }] });
  expect(Object.getOwnPropertyDescriptor(group, '__proto__')?.value).toMatchObject({ metrics: [{ value: '2' }] });
  expect(group).toMatchObject({ last_push_successful: true, push_time_seconds: { metrics: [{ value: '1e+09' }] } });
});

test('metrics come in the order in which they were pushed', async () => {
  const gateway = createGateway();
  await push(gateway, { job: 'a' }, 'm{n="2"} 1\nm{n="10"} 2\nm{n="1"} 3\n');
  const { data } = JSON.parse(await readReply(await createMetricsHandler(gateway)(requestOf()))) as {
    data: [{ m: { metrics: { value: string }[] } }];
  };
  expect(data[0].m.metrics.map(({ value }) => value)).toEqual(['1', '2', '3']);
});

test('an answer of many groups is one JSON document', async () => {
  const gateway = createGateway();
  for (let i = 0; i < 2000; i++) await push(gateway, { job: `j${i}` }, 'm 1\n');
  const { status, data } = JSON.parse(await readReply(await createMetricsHandler(gateway)(requestOf()))) as {
    status: string;
    data: unknown[];
  };
  expect([status, data.length]).toEqual(['success', 2000]);
});

test('the status tells build, flags and start time', async () => {
  const reply = await createStatusHandler(createGateway())(requestOf());
  expect(JSON.parse(await readReply(reply))).toMatchObject({
    status: 'success',
    data: {
      build_information: { version: expect.stringMatching(/^\d+\.\d+/) as string },
      flags: { 'web.telemetry-path': '/metrics' },
      start_time: '2001-09-09T01:46:40Z',
    },
  });
});
