import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { useSmallDisk } from '../crash/small-disk.ts';
import { readExposition } from '../fuzz/exposition.ts';
import { type RunningServer, startPushgate } from '../support/server.ts';
import { useTemporaryFolder } from '../support/temporary-folder.ts';
import { eventually, push, scrape } from './target.ts';

const folder = useTemporaryFolder();
const mountSmallDisk = useSmallDisk();
const started: RunningServer[] = [];
afterEach(async () => {
  await Promise.all(started.splice(0).map((server) => server.stop()));
});

async function start(file: string, ...flags: string[]): Promise<RunningServer> {
  const server = await startPushgate([`--persistence.file=${file}`, ...flags], { ready: '/-/ready' });
  started.push(server);
  return server;
}

/** The pushed part of a page, push times included. */
async function pushed(server: RunningServer): Promise<string[]> {
  return (await scrape(server)).split('\n').filter((line) => line.includes('job="'));
}

/** The value of an own metric. */
async function own(server: RunningServer, series: string): Promise<number> {
  const line = (await scrape(server)).split('\n').find((text) => text.startsWith(`${series} `));
  return Number(line?.slice(series.length + 1) ?? NaN);
}

test('a graceful stop keeps everything: pushes, deletes, the time of a refused push, a wipe', async () => {
  const file = path.join(folder(), 'store.mdb');
  let server = await start(file);
  await push(server, '/metrics/job/a/zone/z', '# HELP x Some.\n# TYPE x counter\nx{k="v"} 1\n');
  await push(server, '/metrics/job/b', 'y 1\n');
  await fetch(`${server.url}/metrics/job/b`, { method: 'DELETE' });
  expect((await fetch(`${server.url}/metrics/job/c`, { method: 'PUT', body: 'x{a="1"} 1\nx{a="1"} 1\n' })).status).toBe(400);
  const before = await pushed(server);
  expect(before.join('\n')).toMatch(/^push_failure_time_seconds\{instance="",job="c"\} 1\.\d+e\+09$/m);
  expect(await server.stop()).toEqual({ code: 0, signal: null });

  server = await start(file, '--web.enable-admin-api');
  expect(await pushed(server)).toEqual(before);
  expect((await fetch(`${server.url}/api/v1/admin/wipe`, { method: 'PUT' })).status).toBe(202);
  await server.stop('SIGKILL');

  server = await start(file);
  expect(await pushed(server)).toEqual([]);
});

test('with --persistence.sync=interval log and page say what it risks; a stop flushes, and so does the interval', async () => {
  const file = path.join(folder(), 'store.mdb');
  let server = await start(file, '--persistence.sync=interval', '--persistence.interval=1h');
  expect(server.log()).toMatch(
    /level=warn msg="Pushes are answered before they are on disk: a crash loses those of the last interval.* interval=1h0m0s/,
  );
  const page = await (await fetch(`${server.url}/`)).text();
  expect(page).toContain(
    'Pushes are answered before they are on disk (--persistence.sync=interval): a crash or a power failure loses those of the last 1h0m0s.',
  );
  await push(server, '/metrics/job/a', 'x 1\n');
  expect(await server.stop()).toEqual({ code: 0, signal: null });

  server = await start(file, '--persistence.sync=interval', '--persistence.interval=200ms');
  expect(await pushed(server)).toContain('x{instance="",job="a"} 1');
  await push(server, '/metrics/job/a', 'x 2\n');
  await eventually(5000, async () => ((await own(server, 'pushgate_persistence_flush_duration_seconds_count')) > 0 ? true : undefined));
  await push(server, '/metrics/job/a', 'x 3\n');
  await server.stop('SIGKILL');

  server = await start(file);
  expect(await pushed(server)).toContain('x{instance="",job="a"} 2');
  expect(await (await fetch(`${server.url}/`)).text()).not.toContain('before they are on disk');
});

test('--persistence.interval alone weakens nothing', async () => {
  const file = path.join(folder(), 'store.mdb');
  let server = await start(file, '--persistence.interval=1h');
  expect(server.log()).not.toContain('before they are on disk');
  await push(server, '/metrics/job/a', 'x 1\n');
  await server.stop('SIGKILL');
  server = await start(file);
  expect(await pushed(server)).toContain('x{instance="",job="a"} 1');
});

test(
  'a full disk gets pushes a 503 with a plain reason, scrapes go on, and it recovers by itself',
  { timeout: 60_000 },
  async ({ skip }) => {
    const disk = mountSmallDisk() ?? skip('mounting a tmpfs needs root');
    const filler = path.join(disk, 'filler');
    writeFileSync(filler, Buffer.alloc(4_000_000));
    const file = path.join(disk, 'store.mdb');
    let server = await start(file);
    // No two alike: what groups have in common would be stored once.
    const bodyOf = (i: number): string => `x{pad="${i} ${'y'.repeat(50_000)}"} 1\n`;
    const taken: string[] = [];
    let refused: Response | null = null;
    for (let i = 0; refused === null && i < 200; i++) {
      const reply = await fetch(`${server.url}/metrics/job/j${i}`, { method: 'PUT', body: bodyOf(i) });
      if (reply.status === 200) taken.push(`j${i}`);
      else refused = reply;
    }
    expect(refused?.status).toBe(503);
    expect(Number(refused?.headers.get('retry-after'))).toBeGreaterThan(0);
    expect(await refused?.text()).toMatch(
      /^cannot store the push: cannot commit 1 groups to .*: no space left on device; push again later\n?$/,
    );
    const ready = await fetch(`${server.url}/-/ready`);
    expect([ready.status, await ready.text()]).toEqual([
      503,
      expect.stringMatching(/^not ready: cannot commit .*: no space left on device\n$/),
    ]);
    expect((await fetch(`${server.url}/-/healthy`)).status).toBe(200);
    const jobs = readExposition(await scrape(server))
      .get('x')
      ?.samples.map(({ labels }) => new Map(labels).get('job'));
    expect(new Set(jobs)).toEqual(new Set(taken));
    expect(await own(server, 'pushgate_persistence_failures_total{code="PG_COMMIT_FAILED"}')).toBe(1);
    expect(await own(server, 'pushgate_ready')).toBe(0);
    expect(await own(server, 'pushgate_groups')).toBe(taken.length);
    expect((await fetch(`${server.url}/metrics/job/${taken[0] ?? ''}`, { method: 'DELETE' })).status).toBe(503);

    rmSync(filler);
    await eventually(10_000, async () => ((await fetch(`${server.url}/-/ready`)).status === 200 ? true : undefined));
    await push(server, '/metrics/job/after', 'x 1\n');
    expect(await own(server, 'pushgate_ready')).toBe(1);
    expect(await own(server, 'pushgate_groups')).toBe(taken.length + 1);
    const before = await pushed(server);
    await server.stop('SIGKILL');
    server = await start(file);
    expect(new Set(await pushed(server))).toEqual(new Set(before));
  },
);

test('its own metrics tell of commits, flushes, bytes and the last success', async () => {
  const server = await start(path.join(folder(), 'store.mdb'));
  expect(await own(server, 'pushgate_persistence_commits_total')).toBe(0);
  expect(await own(server, 'pushgate_persistence_last_success_timestamp_seconds')).toBe(0);
  const beganSeconds = Date.now() / 1000;
  for (let i = 0; i < 3; i++) await push(server, '/metrics/job/a', `x ${i}\n`);
  expect(await own(server, 'pushgate_persistence_commits_total')).toBe(3);
  expect(await own(server, 'pushgate_persistence_commit_groups_sum')).toBe(3);
  await Promise.all(Array.from({ length: 40 }, (_, i) => push(server, `/metrics/job/many/n/${i}`, 'x 1\n')));
  const page = readExposition(await scrape(server));
  const of = (family: string, name: string): number => {
    const value = page
      .get(`pushgate_persistence_${family}`)
      ?.samples.find((sample) => sample.name === `pushgate_persistence_${name}`)?.value;
    return Number(value ?? NaN);
  };
  const commits = of('commits_total', 'commits_total');
  expect(of('commit_groups', 'commit_groups_sum')).toBe(43);
  // Pushes that come during a commit share the next one.
  expect(commits).toBeLessThan(43);
  for (const family of ['commit_groups', 'commit_duration_seconds', 'flush_duration_seconds'])
    expect(of(family, `${family}_count`), family).toBe(commits);
  expect(of('commit_duration_seconds', 'commit_duration_seconds_sum')).toBeGreaterThanOrEqual(
    of('flush_duration_seconds', 'flush_duration_seconds_sum'),
  );
  expect(of('bytes_total', 'bytes_total')).toBeGreaterThan(43 * 50);
  // There from the start, or `increase` would not see the first failure.
  expect(await own(server, 'pushgate_persistence_failures_total{code="PG_COMMIT_FAILED"}')).toBe(0);
  const lastSuccess = of('last_success_timestamp_seconds', 'last_success_timestamp_seconds');
  expect(lastSuccess).toBeGreaterThan(beganSeconds - 1);
  expect(lastSuccess).toBeLessThan(Date.now() / 1000 + 1);
});

test('without --persistence.file there are no such metrics, and a restart begins empty', async () => {
  const server = await startPushgate();
  started.push(server);
  expect(await scrape(server)).not.toContain('pushgate_persistence_');
});
