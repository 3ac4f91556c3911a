import { expect, test } from 'vitest';
import { createPushHandler, createDeleteHandler } from '../../../src/api/handle-push.ts';
import type { Gateway } from '../../../src/api/gateway.ts';
import type { GroupDetail, GroupList } from '../../../src/api/types.ts';
import { encodeDelimitedFamily } from '../../../src/exposition/protobuf/codec.ts';
import { createFamily, createHistogram, createLabels, createMetric, createNative } from '../../exposition/families.ts';
import { createGateway, push, requestOf } from '../support.ts';
import { ask, askWrongly } from './support.ts';

const idOf = (...labels: readonly string[]): string => Buffer.from(JSON.stringify(labels)).toString('base64url');

function show(gateway: Gateway, id: string, rawQuery = ''): Promise<GroupDetail> {
  return ask<GroupDetail>(gateway, 'GET /groups/:id', { params: { id }, rawQuery });
}

test('a group shows its families by name, with their values in the field’s formats', async () => {
  const gateway = createGateway();
  const body = [
    '# HELP z_total Ends.\n# TYPE z_total counter\nz_total{code="200"} 1e+06\nz_total{code="500"} NaN\n',
    '# TYPE s summary\ns{quantile="0.5"} 0.25\ns_sum 3\ns_count 4\n',
    '# TYPE h histogram\nh_bucket{le="0.1"} 1\nh_bucket{le="+Inf"} 2\nh_sum 3\nh_count 2\n',
  ].join('');
  await push(gateway, { job: 'a' }, body);
  const { families, group, matched_families: count, next_cursor: cursor } = await show(gateway, idOf('job', 'a'));
  expect(group.labels).toEqual({ job: 'a' });
  expect([count, cursor]).toEqual([3, null]);
  expect(families.map(({ name, type, help }) => [name, type, help])).toEqual([
    ['h', 'histogram', null],
    ['s', 'summary', null],
    ['z_total', 'counter', 'Ends.'],
  ]);
  expect(families.map(({ metrics }) => metrics)).toEqual([
    [
      {
        labels: {},
        buckets: [
          ['0.1', '1'],
          ['+Inf', '2'],
        ],
        count: '2',
        sum: '3',
      },
    ],
    [{ labels: {}, quantiles: [['0.5', '0.25']], count: '4', sum: '3' }],
    [
      { labels: { code: '200' }, value: '1e+06' },
      { labels: { code: '500' }, value: 'NaN' },
    ],
  ]);
  expect(families[2]).toMatchObject({
    metric_count: 2,
    sample_count: 2,
    first_metric: 0,
    inconsistency: null,
    time: '2001-09-09T01:46:40Z',
  });
});

test('metrics come a page at a time, and a family may go on on the next one', async () => {
  const gateway = createGateway();
  await push(gateway, { job: 'a' }, 'a{n="1"} 1\na{n="2"} 2\na{n="3"} 3\nb 4\nc 5\n');
  const pages: string[] = [];
  let cursor: string | null = '';
  while (cursor !== null) {
    const page: GroupDetail = await show(gateway, idOf('job', 'a'), `limit=2&cursor=${cursor}`);
    pages.push(
      page.families
        .map(({ name, first_metric: first, metrics }) => `${name}@${first}:${metrics.map(({ value }) => value).join(',')}`)
        .join(' '),
    );
    cursor = page.next_cursor;
  }
  expect(pages).toEqual(['a@0:1,2', 'a@2:3 b@0:4', 'c@0:5']);
});

test('families are filtered by a part of their name, or all of it', async () => {
  const gateway = createGateway();
  await push(gateway, { job: 'a' }, 'rows 1\nrows_total 1\nbytes 1\n');
  const namesFor = async (rawQuery: string): Promise<string[]> =>
    (await show(gateway, idOf('job', 'a'), rawQuery)).families.map(({ name }) => name);
  expect(await namesFor('name=ROWS')).toEqual(['rows', 'rows_total']);
  expect(await namesFor('family=rows')).toEqual(['rows']);
  expect(await namesFor('name=x')).toEqual([]);
});

test('a value shows what it was before the last push', async () => {
  const gateway = createGateway();
  await push(gateway, { job: 'a' }, 'm{x="1"} 1\nm{x="2"} 2\n');
  await push(gateway, { job: 'a' }, 'm{x="1"} 5\nm{x="3"} 3\n');
  const [family] = (await show(gateway, idOf('job', 'a'))).families;
  expect(family?.metrics).toEqual([
    { labels: { x: '1' }, value: '5', previous_value: '1' },
    { labels: { x: '3' }, value: '3' },
  ]);
});

test('a native histogram shows its buckets and exemplars', async () => {
  const gateway = createGateway();
  const exemplar = {
    labels: createLabels({ trace_id: 'abc' }),
    value: 1.5,
    timestamp: { seconds: 1_000_000_000n, nanos: 500_000_000, unknownFields: null },
    unknownFields: null,
  };
  const native = createNative({
    schema: 0,
    zeroThreshold: 0.001,
    zeroCount: 1n,
    positiveSpans: [{ offset: 1, length: 1, unknownFields: null }],
    positiveDeltas: [2n],
  });
  const histogram = createHistogram({ sampleCount: 3n, sampleSum: 4.5, native, exemplars: [exemplar] });
  const body = encodeDelimitedFamily(createFamily('h', 'histogram', [createMetric({}, { histogram })]));
  const headers = { 'content-type': 'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited' };
  const request = { params: { job: 'a' }, body: Buffer.from(body), headers };
  await createPushHandler(gateway, 'replace', false)(requestOf({ method: 'PUT', ...request }));
  const [family] = (await show(gateway, idOf('job', 'a'))).families;
  expect(family?.metrics[0]).toMatchObject({
    count: '3',
    sum: '4.5',
    native: {
      schema: 0,
      zero_threshold: '0.001',
      buckets: [
        { lower: '-0.001', upper: '0.001', is_lower_inclusive: true, is_upper_inclusive: true, count: '1' },
        { lower: '1', upper: '2', is_lower_inclusive: false, is_upper_inclusive: true, count: '2' },
      ],
    },
    exemplars: [{ labels: { trace_id: 'abc' }, value: '1.5', time: '2001-09-09T01:46:40.5Z' }],
  });
});

test('the history tells of pushes that were stored, refused and unreadable, with their sources', async () => {
  const gateway = createGateway();
  const send = (body: string, userAgent: string): Promise<unknown> => {
    const request = requestOf({
      method: 'POST',
      params: { job: 'a' },
      body,
      headers: { 'user-agent': userAgent },
      remoteAddress: '10.0.0.1:5',
    });
    return Promise.resolve(createPushHandler(gateway, 'add', false)(request)).catch(() => undefined);
  };
  await send('m 1\n', 'curl/8');
  await send('m 1 123\n', 'curl/8');
  await send('m{ 1\n', 'python');
  const { group, history } = await show(gateway, idOf('job', 'a'));
  expect(history.map(({ outcome, status, user_agent: agent, bytes, samples }) => [outcome, status, agent, bytes, samples])).toEqual([
    ['refused', 400, 'python', 5, 0],
    ['refused', 400, 'curl/8', 8, 1],
    ['stored', 200, 'curl/8', 4, 1],
  ]);
  expect(history[0]?.error).toContain('text format parsing error in line 1');
  expect(group).toMatchObject({ last_source: '10.0.0.1:5', failure_reason: history[0]?.error });
  await createDeleteHandler(gateway, false)(requestOf({ method: 'DELETE', params: { job: 'a' } }));
  expect((await ask<GroupList>(gateway, 'GET /groups')).total).toBe(0);
  expect(gateway.history.latest('["job","a"]')).toMatchObject({ method: 'DELETE', status: 202 });
});

test('a group that is not there is not found', async () => {
  expect(await askWrongly(createGateway(), 'GET /groups/:id', { params: { id: idOf('job', 'a') } })).toMatch(
    /^404 not_found: there is no group/,
  );
  expect(await askWrongly(createGateway(), 'GET /groups/:id', { params: { id: '_w' } })).toMatch(/^404 not_found/);
});

test('labels that mean something to JavaScript are labels', async () => {
  const gateway = createGateway();
  await push(gateway, { job: 'a', constructor: 'b' }, 'm{toString="c"} 1\n');
  const id = idOf('constructor', 'b', 'job', 'a');
  const { group, families } = await show(gateway, id);
  expect(group.labels).toEqual({ constructor: 'b', job: 'a' });
  expect(families[0]?.metrics[0]?.labels).toEqual({ toString: 'c' });
});
