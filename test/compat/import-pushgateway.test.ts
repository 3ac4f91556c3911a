import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { decodeDelimitedFamilies, encodeDelimitedFamily } from '../../src/exposition/protobuf/codec.ts';
import type { Histogram, Metric, MetricFamily } from '../../src/model/metric-family.ts';
import {
  type ImportedGroup,
  isPushgatewayFile,
  readPushgatewayFile,
} from '../../src/persistence/import-pushgateway/read-pushgateway-file.ts';
import { needs } from '../support/debian.ts';
import { everyType } from '../support/every-type.ts';
import { type RunningServer, startReference } from '../support/server.ts';

const protobuf = 'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited';
const ownFamily = /^(go|process|pushgateway|promhttp)_/;

let folder: string;
let file: string;
let server: RunningServer;

beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'pushgate-import-'));
  file = path.join(folder, 'store');
});

afterEach(async () => {
  await server.stop('SIGKILL');
  await rm(folder, { recursive: true });
});

async function start(...flags: string[]): Promise<void> {
  server = await startReference([`--persistence.file=${file}`, ...flags], { ready: '/-/ready' });
}

async function push(groupPath: string, body: string | Uint8Array<ArrayBuffer>, want: number): Promise<void> {
  const headers = typeof body === 'string' ? {} : { 'Content-Type': protobuf };
  const answer = await fetch(`${server.url}/metrics/${groupPath}`, { method: 'PUT', body, headers });
  expect(answer.status, await answer.text()).toBe(want);
}

/** What the server exposes, without its own families, by name. */
async function scrape(): Promise<Map<string, MetricFamily>> {
  const answer = await fetch(`${server.url}/metrics`, { headers: { Accept: protobuf } });
  const families = decodeDelimitedFamilies(Buffer.from(await answer.arrayBuffer()));
  return new Map(families.filter(({ name }) => !ownFamily.test(name)).map((family) => [family.name, family]));
}

/** Stops the server, which makes it save, and reads what it saved. */
async function stopAndRead(): Promise<ImportedGroup[]> {
  expect(await server.stop()).toMatchObject({ code: 0 });
  return readPushgatewayFile(file);
}

const base64 = (text: string): string => Buffer.from(text).toString('base64url');
const labelsOf = (metric: Metric): string => JSON.stringify(metric.labels.map(({ name, value }) => [name, value]).sort());
const byLabels = (a: Metric, b: Metric): number => (labelsOf(a) < labelsOf(b) ? -1 : 1);

/** The groups as a scrape shows them: families of one name together, in no order. */
function mergeGroups(groups: readonly ImportedGroup[]): Map<string, MetricFamily> {
  const merged = new Map<string, MetricFamily>();
  for (const { family } of groups.flatMap(({ families }) => families)) {
    merged.set(family.name, { ...family, metrics: [...(merged.get(family.name)?.metrics ?? []), ...family.metrics] });
  }
  return merged;
}

function expectSame(imported: Map<string, MetricFamily>, exposed: Map<string, MetricFamily>): void {
  const isPushTime = (name: string): boolean => name === 'push_time_seconds' || name === 'push_failure_time_seconds';
  const sorted = (families: Map<string, MetricFamily>): unknown[] =>
    [...families.values()]
      .filter(({ name }) => !isPushTime(name))
      .sort((a, b) => (a.name < b.name ? -1 : 1))
      .map((family) => ({ ...family, metrics: [...family.metrics].sort(byLabels) }));
  expect(sorted(imported)).toEqual(sorted(exposed));
}

/** Value of the gauge of a group. */
function timeOf(exposed: Map<string, MetricFamily>, name: string, labels: ReadonlyMap<string, string>): number {
  const withInstance = new Map([['instance', ''], ...labels]);
  const want = JSON.stringify([...withInstance].sort());
  const metric = exposed.get(name)?.metrics.find((one) => labelsOf(one) === want);
  return metric?.gauge?.value ?? Number.NaN;
}

describe.runIf(needs('prometheus-pushgateway'))('a file that prometheus-pushgateway wrote', () => {
  test('gives back every metric type, label, help and both times as the server exposed them', async () => {
    await start();
    await push('job/types/zone/z', everyType, 200);
    await push(`job@base64/${base64('größe/🎉')}/path@base64/${base64('/var/tmp')}/empty@base64/=`, everyType, 200);
    await push('job/types/zone/z', '# TYPE g counter\ng 1\n', 400);
    await push('job/refused', '# TYPE g counter\ng 1\n', 400);
    await push('job/nothing', '', 200);
    const exposed = await scrape();
    const groups = await stopAndRead();

    expect(groups.map(({ labels }) => [...labels].sort().join(' ')).sort()).toEqual([
      'empty, job,größe/🎉 path,/var/tmp',
      'job,nothing',
      'job,refused',
      'job,types zone,z',
    ]);
    expectSame(mergeGroups(groups), exposed);
    for (const { labels, pushTimeSeconds, failureTimeSeconds, families, hasInvalidUtf8 } of groups) {
      expect(pushTimeSeconds).toBe(timeOf(exposed, 'push_time_seconds', labels));
      expect(failureTimeSeconds).toBe(timeOf(exposed, 'push_failure_time_seconds', labels));
      // The family has nanoseconds where the gauge is a double of seconds.
      for (const family of families) expect(Math.abs(family.pushedAtMs - pushTimeSeconds * 1000)).toBeLessThan(0.001);
      expect(hasInvalidUtf8).toBe(false);
    }
    const refused = groups.find(({ labels }) => labels.get('job') === 'refused');
    expect(refused).toMatchObject({ pushTimeSeconds: 0, families: [] });
    expect(refused?.failureTimeSeconds).toBeGreaterThan(Date.now() / 1000 - 60);
  });

  test('gives back what only protobuf can say, also what that server does not know', async () => {
    await start();
    const family = createNativeHistogram();
    await push('job/native', new Uint8Array(encodeDelimitedFamily(family)), 200);
    await push('job/other', new Uint8Array(encodeDelimitedFamily({ ...family, name: 'gh', type: 'gaugehistogram' })), 200);
    const groups = await stopAndRead();
    const labels = (job: string) => [
      { name: 'instance', value: '' },
      { name: 'job', value: job },
    ];
    const imported = mergeGroups(groups);
    const metrics = (job: string) => family.metrics.map((metric) => ({ ...metric, labels: labels(job) }));
    expect(imported.get('h')).toEqual({ ...family, metrics: metrics('native') });
    expect(imported.get('gh')).toEqual({ ...family, name: 'gh', type: 'gaugehistogram', metrics: metrics('other') });
  });

  test('gives back thousands of groups', async () => {
    await start('--push.disable-consistency-check');
    const count = 3000;
    for (let from = 0; from < count; from += 50) {
      const pushes = Array.from({ length: 50 }, (_, i) => push(`job/many/shard/${from + i}`, `m{i="${from + i}"} ${from + i}\nn 1\n`, 202));
      await Promise.all(pushes);
    }
    let exposed = await scrape();
    // Unchecked pushes are answered before they are applied.
    for (let tries = 0; tries < 200 && exposed.get('m')?.metrics.length !== count; tries++) {
      await sleep(20);
      exposed = await scrape();
    }
    const groups = await stopAndRead();
    expect(groups).toHaveLength(count);
    expectSame(mergeGroups(groups), exposed);
  });

  test('gives back no group if there is none', async () => {
    await start();
    await push('job/gone', 'm 1\n', 200);
    await fetch(`${server.url}/metrics/job/gone`, { method: 'DELETE' });
    const groups = await stopAndRead();
    expect(isPushgatewayFile(await readFile(file))).toBe(true);
    expect(groups).toEqual([]);
  });
});

function createNativeHistogram(): MetricFamily {
  const unknownFields = null;
  const exemplar = {
    labels: [{ name: 'trace', value: 'é' }],
    value: 0.5,
    timestamp: { seconds: 1n, nanos: 2, unknownFields },
    unknownFields,
  };
  const histogram: Histogram = {
    sampleCount: 2n ** 64n - 1n,
    sampleCountFloat: 0,
    sampleSum: 6,
    buckets: [{ cumulativeCount: 2n ** 53n + 1n, cumulativeCountFloat: 0, upperBound: 1, exemplar, unknownFields }],
    createdTimestamp: { seconds: 1_700_000_000n, nanos: 5, unknownFields },
    native: {
      schema: -1,
      zeroThreshold: 0.001,
      zeroCount: 1n,
      zeroCountFloat: null,
      negativeSpans: [],
      negativeDeltas: [],
      negativeCounts: [],
      positiveSpans: [{ offset: 0, length: 2, unknownFields }],
      positiveDeltas: [1n, -1n],
      positiveCounts: [],
    },
    exemplars: [exemplar],
    unknownFields,
  };
  const metric: Metric = {
    labels: [],
    timestampMs: null,
    counter: null,
    gauge: null,
    untyped: null,
    summary: null,
    histogram,
    unknownFields: Uint8Array.of(0xa0, 0x06, 0x2a),
  };
  return { name: 'h', help: '', type: 'histogram', unit: 'seconds', metrics: [metric], unknownFields, flaw: null };
}
