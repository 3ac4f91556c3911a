import { expect, test } from 'vitest';
import type { Metric, MetricFamily } from '../../src/model/metric-family.ts';
import { createTelemetry } from '../../src/telemetry/telemetry.ts';
import type { BuildInfo } from '../../src/telemetry/build-info.ts';

const build: BuildInfo = {
  version: '1.2.3',
  revision: 'abc',
  branch: 'main',
  buildUser: 'me',
  buildDate: 'today',
  goVersion: 'node20.20.2',
};

function find(families: readonly MetricFamily[], name: string): MetricFamily {
  const family = families.find((candidate) => candidate.name === name);
  if (family === undefined) throw new Error(`no family ${name}`);
  return family;
}

function labelsOf(metric: Metric | undefined): Record<string, string> {
  return Object.fromEntries((metric?.labels ?? []).map(({ name, value }) => [name, value]));
}

test('the build is told in the labels of a constant gauge', async () => {
  const family = find(await createTelemetry(build).collect(), 'pushgateway_build_info');
  expect(family.type).toBe('gauge');
  expect(family.help).toContain('labeled by version, revision, branch, goversion');
  expect(family.metrics[0]?.gauge?.value).toBe(1);
  expect(labelsOf(family.metrics[0])).toMatchObject({ branch: 'main', goversion: 'node20.20.2', revision: 'abc', version: '1.2.3' });
});

test('what has not happened yet is absent but reserved', async () => {
  const telemetry = createTelemetry(build);
  const names = (await telemetry.collect()).map(({ name }) => name);
  const late = {
    pushgateway_http_requests_total: 'counter',
    pushgateway_http_push_size_bytes: 'summary',
    pushgateway_http_push_duration_seconds: 'summary',
  };
  for (const [name, type] of Object.entries(late)) {
    expect(names).not.toContain(name);
    expect(telemetry.ownTypes().get(name)).toBe(type);
  }
});

test('requests are counted by code, handler and method', async () => {
  const telemetry = createTelemetry(build);
  telemetry.countRequest('push', 'PUT', 200);
  telemetry.countRequest('push', 'PUT', 200);
  telemetry.countRequest('push', 'PUT', 400);
  telemetry.countRequest('delete', 'DELETE', 202);
  telemetry.countRequest('push', 'BREW', 400);
  telemetry.countRequest('push', 'Brew2', 400);
  const family = find(await telemetry.collect(), 'pushgateway_http_requests_total');
  expect(family.help).toBe('Total HTTP requests processed by the Pushgateway, excluding scrapes.');
  expect(family.metrics.map((metric) => [labelsOf(metric), metric.counter?.value])).toEqual([
    [{ code: '200', handler: 'push', method: 'put' }, 2],
    [{ code: '202', handler: 'delete', method: 'delete' }, 1],
    [{ code: '400', handler: 'push', method: 'put' }, 1],
    [{ code: '400', handler: 'push', method: 'unknown' }, 2],
  ]);
});

test('pushes are summed up by method', async () => {
  const telemetry = createTelemetry(build, { nowMs: () => 1000 });
  telemetry.observePush('PUT', 134, 0.5);
  telemetry.observePush('PUT', 134, 0.25);
  telemetry.observePush('POST', 1000, 2);
  const families = await telemetry.collect();
  const size = find(families, 'pushgateway_http_push_size_bytes');
  expect(size.help).toBe('HTTP request size for pushes to the Pushgateway.');
  expect(size.metrics.map((metric) => labelsOf(metric))).toEqual([{ method: 'post' }, { method: 'put' }]);
  expect(size.metrics[1]?.summary).toMatchObject({
    sampleCount: 2n,
    sampleSum: 268,
    quantiles: [
      { quantile: 0.1, value: 134 },
      { quantile: 0.5, value: 134 },
      { quantile: 0.9, value: 134 },
    ],
  });
  const duration = find(families, 'pushgateway_http_push_duration_seconds');
  expect(duration.help).toBe('HTTP request duration for pushes to the Pushgateway.');
  expect(duration.metrics[1]?.summary).toMatchObject({ sampleCount: 2n, sampleSum: 0.75 });
});

test('a gauge of ours is read when the metrics are collected', async () => {
  const telemetry = createTelemetry(build);
  let families = 0;
  telemetry.addGauge('pushgate_inconsistent_families', 'Families left out of scrapes.', () => families);
  expect(telemetry.ownTypes().get('pushgate_inconsistent_families')).toBe('gauge');
  families = 3;
  expect(find(await telemetry.collect(), 'pushgate_inconsistent_families').metrics[0]?.gauge?.value).toBe(3);
});

test('the process and Node are described, every family under its reserved type and in order', async () => {
  const telemetry = createTelemetry(build);
  telemetry.countRequest('push', 'PUT', 200);
  telemetry.observePush('PUT', 1, 1);
  const families = await telemetry.collect();
  const names = families.map(({ name }) => name);
  expect(names).toEqual(expect.arrayContaining(['process_cpu_seconds_total', 'process_resident_memory_bytes', 'nodejs_version_info']));
  expect(names).toEqual(names.toSorted());
  for (const { name, type, metrics } of families) {
    expect(telemetry.ownTypes().get(name), name).toBe(type);
    expect(metrics.length, name).toBeGreaterThan(0);
  }
  expect(find(families, 'process_cpu_seconds_total').type).toBe('counter');
  expect(find(families, 'process_resident_memory_bytes').metrics[0]?.gauge?.value).toBeGreaterThan(1e6);
});

test('values that are no numbers stay so', async () => {
  const telemetry = createTelemetry(build);
  telemetry.addGauge('pushgate_odd', 'Odd.', () => Number.NaN);
  expect(find(await telemetry.collect(), 'pushgate_odd').metrics[0]?.gauge?.value).toBeNaN();
});
