import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { promisify } from 'node:util';
import { collectDefaultMetrics, Counter, Gauge, Histogram, Pushgateway, Registry } from 'prom-client';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readExposition, seriesOf } from '../fuzz/exposition.ts';
import { needs } from '../support/debian.ts';
import type { RunningServer } from '../support/server.ts';
import { eventually, scrape, startGateway } from './target.ts';

const run = promisify(execFile);
const python = '/usr/bin/python3';

let gateway: RunningServer;
beforeAll(async () => {
  gateway = await startGateway();
});
afterAll(() => gateway.stop());

describe.runIf(needs('python3-prometheus-client'))("Python's prometheus_client", () => {
  beforeAll(() => run(python, [path.join(import.meta.dirname, 'clients.py'), gateway.url]));

  test.each([
    ['pushes a counter with escapes in a label', 'py_rows_total', { path: '/var/tmp', table: 'a"b\\c\nd' }, '3'],
    ['pushes into a grouping key with slashes', 'py_last', { path: '/var/tmp' }, '1e+06'],
    ['pushes into a grouping key in UTF-8', 'py_latency_bucket', { name: 'Προμηθεύς', le: '1' }, '1'],
    ['replaces the families that it adds', 'py_last', {}, '5'],
    ['keeps the families that it does not add', 'py_latency_count', {}, '1'],
    ['pushes into a grouping key with an empty value', 'py_last', { empty: '' }, '5'],
    ['replaces all of a group that it pushes again', 'py_latency_count', { empty: '' }, undefined],
    ['deletes a group', 'py_last', { gone: 'soon' }, undefined],
  ])('%s', async (_, name, labels, value) => {
    expect(await valueOf(name, { job: 'py/nightly', instance: '', ...labels }, value)).toBe(value);
  });

  // The kit's own smoke test pushes what the test above does not: Info, Enum, the key of the IP address.
  test('passes the interoperability test of the conformance kit', async () => {
    const fresh = await startGateway();
    const kit = path.join(import.meta.dirname, '..', 'conformance', 'interop.py');
    const { stdout } = await run(python, [kit, fresh.url]).finally(() => fresh.stop());
    expect(stdout).toContain('ok   all deleted');
    expect(stdout).not.toContain('FAIL');
  });
});

describe('prom-client', () => {
  test('adds, replaces and deletes groups', async () => {
    const registry = new Registry();
    new Counter({ name: 'node_rows_total', help: 'Rows.', labelNames: ['table'], registers: [registry] }).inc({ table: 'x' }, 3);
    const last = new Gauge({ name: 'node_last', help: 'Last.', registers: [registry] });
    last.set(1.5);
    new Histogram({ name: 'node_latency', help: 'Latency.', buckets: [0.1, 1], registers: [registry] }).observe(0.5);
    const client = new Pushgateway(gateway.url, {}, registry);
    // The client cannot encode a slash, nor can it say an empty value.
    const groupings = { shard: 'a b+c', run: randomUUID() };
    const job = { job: 'node', instance: '', ...groupings };

    await client.push({ jobName: 'node', groupings });
    expect(await valueOf('node_latency_bucket', { ...job, le: '1' }, '1')).toBe('1');

    registry.removeSingleMetric('node_latency');
    last.set(2);
    await client.pushAdd({ jobName: 'node', groupings });
    expect(await valueOf('node_last', job, '2')).toBe('2');
    expect(await valueOf('node_latency_count', job, '1')).toBe('1');

    await client.push({ jobName: 'node', groupings });
    expect(await valueOf('node_latency_count', job, undefined)).toBeUndefined();
    expect(await valueOf('node_rows_total', { ...job, table: 'x' }, '3')).toBe('3');

    await client.delete({ jobName: 'node', groupings });
    expect(await valueOf('node_last', job, undefined)).toBeUndefined();
  });

  test('pushes its default metrics, which have names of ours among them', async () => {
    const registry = new Registry();
    collectDefaultMetrics({ register: registry });
    await new Pushgateway(gateway.url, {}, registry).pushAdd({ jobName: 'defaults' });
    const { version } = process;
    const [major = '', minor = '', patch = ''] = version.slice(1).split('.');
    expect(await valueOf('nodejs_version_info', { job: 'defaults', instance: '', version, major, minor, patch }, '1')).toBe('1');
  });

  test('is told why a push was refused', async () => {
    const reply = await fetch(`${gateway.url}/metrics/job/refused`, { method: 'POST', body: 'a 1 1700000000000\n' });
    expect(reply.status).toBe(400);
    expect(await reply.text()).toContain('timestamp');
  });
});

describe('curl', () => {
  const at = async (...args: string[]): Promise<string> => (await run('curl', ['-sS', '-w', '%{http_code}', ...args])).stdout;

  test('pushes a file in pieces, compressed, and deletes', async () => {
    const url = `${gateway.url}/metrics/job/curl`;
    const file = path.join(import.meta.dirname, 'curl-body.txt');
    expect(await at('-T', file, url)).toBe('200');
    expect(await at('-H', 'Transfer-Encoding: chunked', '--data-binary', `@${file}`, url)).toBe('200');
    expect(await valueOf('curl_rows', { job: 'curl', instance: '' }, '42')).toBe('42');
    const page = (await run('curl', ['-sS', '--compressed', `${gateway.url}/metrics`])).stdout;
    expect(page).toContain('curl_rows{instance="",job="curl"} 42\n');
    expect(await at('-X', 'DELETE', url)).toBe('202');
    expect(await valueOf('curl_rows', { job: 'curl', instance: '' }, undefined)).toBeUndefined();
  });

  test('is asked to wait with Expect: 100-continue and answered all the same', async () => {
    const file = path.join(import.meta.dirname, 'curl-body.txt');
    const url = `${gateway.url}/metrics/job/curl-expect`;
    expect(await at('-H', 'Expect: 100-continue', '--data-binary', `@${file}`, url)).toBe('200');
  });
});

/** The value of one series on the page. Deletes are answered before they are done, so it is asked for until it is as wanted. */
async function valueOf(name: string, labels: Readonly<Record<string, string>>, wanted: string | undefined): Promise<string | undefined> {
  const series = seriesOf({ name, labels: Object.entries(labels) });
  let value: string | undefined;
  await eventually(2000, async () => {
    const families = readExposition(await scrape(gateway));
    const samples = [...families.values()].flatMap((family) => family.samples);
    value = samples.find((sample) => seriesOf(sample) === series)?.value;
    return value === wanted ? true : undefined;
  }).catch(() => undefined);
  return value;
}
