import { expect, test } from 'vitest';
import { createMetricsHandler, createStatusHandler } from '../../src/api/handle-query-api.ts';
import type { Gateway } from '../../src/api/gateway.ts';
import { PushDecoder } from '../../src/exposition/decode-push.ts';
import { FormFamilies } from '../../src/exposition/form-families.ts';
import { familyToJson } from '../../src/exposition/metrics-json.ts';
import { readFamily } from '../../src/exposition/store-family.ts';
import type { Group } from '../../src/model/group.ts';
import type { StoredFamily } from '../../src/model/stored-family.ts';
import { createPushFailureTimeFamily, createPushTimeFamily } from '../../src/store/push-times.ts';
import { keyOf } from '../store/support.ts';
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

test('a group is shown by the bytes that JSON.stringify gives for its full form, whatever its names', async () => {
  const gateway = createGateway();
  await pushAny(
    gateway,
    { job: 'a' },
    'm{n="2"} 1\nm{n="1"} 2e6\n# TYPE h histogram\nh_bucket{le="1"} 1\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n',
  );
  await pushAny(gateway, { job: 'a/"\\\n\t', 'zone é': 'ü', '7': '' }, 'last_push_successful 2\nz -0\n__proto__ 2\n');
  await pushAny(gateway, { job: 'numbers' }, '{"9"} 1\nm 2\n{"3"} 3\n');
  await pushAny(gateway, { job: 'failed' }, 'm{job="b"} 1\nm{job="c"} 2\n');
  const groups = [...gateway.store.groups()];
  const want = JSON.stringify({ status: 'success', data: groups.map(groupToJson) });
  expect(groups).toHaveLength(4);
  expect(await readReply(await createMetricsHandler(gateway)(requestOf()))).toBe(want);
});

test('groups of one form, and others between them, are shown by the same bytes', async () => {
  const gateway = createGateway();
  for (let i = 0; i < 12; i++) {
    await push(gateway, { job: `j${i}`, zone: 'ü"\t' }, `m{n="2"} ${i}\nm{n="1"} 2e6\n# TYPE s summary\ns_sum 1\ns_count ${i}000000\n`);
    if (i % 3 === 0) await push(gateway, { job: `other${i}` }, `labels ${i}\n`);
  }
  const groups = [...gateway.store.groups()];
  expect(groups.filter(({ families }) => families instanceof FormFamilies).length).toBeGreaterThan(5);
  const want = JSON.stringify({ status: 'success', data: groups.map(groupToJson) });
  expect(await readReply(await createMetricsHandler(gateway)(requestOf()))).toBe(want);
});

/** A push with names of any kind, answered or refused. */
async function pushAny(gateway: Gateway, labels: Readonly<Record<string, string>>, body: string): Promise<void> {
  const key = keyOf(labels);
  const atMs = gateway.clock.nowMs();
  const decoded = new PushDecoder(true).decode(Buffer.from(body), undefined, key, atMs);
  await gateway.writes.submit({ kind: 'replace', key, atMs, ...decoded }).catch(() => undefined);
}

/** A group in full, by way of an object for everything in it. */
function groupToJson(group: Group): unknown {
  const { key, families, pushTimeSeconds, failureTimeSeconds } = group;
  const toJson = (family: StoredFamily, atMs = family.pushedAtMs) => [family.name, familyToJson(readFamily(family), atMs)] as const;
  return Object.fromEntries<unknown>([
    ['labels', Object.fromEntries(key.labels.map(({ name, value }) => [name, value]))],
    ['last_push_successful', failureTimeSeconds <= pushTimeSeconds],
    toJson(createPushTimeFamily(group), pushTimeSeconds * 1000),
    toJson(createPushFailureTimeFamily(group), (failureTimeSeconds || pushTimeSeconds) * 1000),
    ...Array.from(families.values(), (family) => toJson(family)),
  ]);
}

test('an answer of many groups is one JSON document', async () => {
  const gateway = createGateway();
  for (let i = 0; i < 2000; i++) await push(gateway, { job: `j${i}` }, 'm 1\n');
  const { status, data } = JSON.parse(await readReply(await createMetricsHandler(gateway)(requestOf()))) as {
    status: string;
    data: unknown[];
  };
  expect([status, data.length]).toEqual(['success', 2000]);
});

test('an answer comes in chunks, also of groups without families', async () => {
  const gateway = createGateway();
  for (let i = 0; i < 400; i++) await pushAny(gateway, { job: `j${i}` }, 'm{job="1"} 1\nm{job="2"} 1\n');
  const reply = await createMetricsHandler(gateway)(requestOf());
  const lengths: number[] = [];
  for await (const { length } of reply.body as AsyncIterable<Uint8Array>) lengths.push(length);
  expect([...gateway.store.groups()].map(({ families }) => families.size)).toEqual(Array.from({ length: 400 }, () => 0));
  expect(lengths.length).toBeGreaterThan(2);
  expect(Math.max(...lengths)).toBeLessThan(66_000);
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
