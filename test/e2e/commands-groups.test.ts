import { spawn } from 'node:child_process';
import path from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import type { GroupDetail, GroupSummary } from '../../src/api/types.ts';
import { push } from '../../src/client/index.ts';
import { type Ending, run, type Surroundings } from '../cli/commands/support.ts';
import { needs } from '../support/debian.ts';
import { findFreePort, type RunningServer, startPushgate, startReference } from '../support/server.ts';

/** `list`, `show`, `delete`, `wipe` and `status`, in this process so that they can have a terminal, against real gateways. */
const kinds = [
  { name: 'Pushgate', isPushgate: true, start: () => startPushgate(['--web.enable-admin-api']) },
  ...(needs('prometheus-pushgateway')
    ? [{ name: 'prom/pushgateway', isPushgate: false, start: () => startReference(['--web.enable-admin-api']) }]
    : []),
];

const text = `# HELP files_total Files.
# TYPE files_total counter
files_total{kind="full"} 42
# TYPE seconds histogram
seconds_bucket{le="1"} 1
seconds_bucket{le="+Inf"} 3
seconds_sum 7
seconds_count 3
# TYPE took summary
took{quantile="0.5"} 2
took_sum 4
took_count 2
`;

describe.each(kinds)('commands that look and delete, against $name', ({ isPushgate, start }) => {
  let server: RunningServer;
  const pg = (argv: readonly string[], surroundings: Surroundings = {}): Promise<Ending> =>
    run(argv, { ...surroundings, env: { PUSHGATE_URL: server.url, ...surroundings.env } });
  const jobs = async (...args: string[]): Promise<string[]> => {
    const groups = JSON.parse((await pg(['list', '--json', ...args])).stdout) as GroupSummary[];
    return groups.map(({ labels }) => `${labels['job'] ?? ''}:${labels['instance'] ?? ''}`);
  };

  beforeAll(async () => {
    server = await start();
  });
  afterAll(() => server.stop());
  beforeEach(async () => {
    await pg(['wipe', '--yes']);
    for (const [job, instance] of [
      ['backup', '/var/tmp'],
      ['nightly', 'a'],
      ['nightly', 'b'],
    ] as const) {
      await push(text, { url: server.url, job, labels: { instance } });
    }
  });

  test('list shows a table fitted to the terminal, and whole rows to anything else', async () => {
    const { code, stdout } = await pg(['list']);
    expect(code).toBe(0);
    expect(stdout.split('\n')[0]).toMatch(/^GROUP +STATE +LAST PUSH +FAMILIES +SAMPLES +WHY IT FAILED$/);
    expect(stdout).toMatch(/^\{job="backup",instance="\/var\/tmp"\} +ok +.* +3 +8$/m);
    const long = `x${'long'.repeat(40)}`;
    await push('x 1\n', { url: server.url, job: long });
    expect((await pg(['list'])).stdout).toContain(long);
    const { stdout: shown } = await pg(['list'], { isTerminal: true });
    expect(shown).toContain('…');
    for (const line of shown.split('\n')) expect(line.length).toBeLessThanOrEqual(80);
  });

  test('list filters and sorts', async () => {
    expect(await jobs()).toEqual(['backup:/var/tmp', 'nightly:a', 'nightly:b']);
    expect(await jobs('{job=~"night.*"}')).toEqual(['nightly:a', 'nightly:b']);
    expect(await jobs('{job="backup"}', '{instance="b"}')).toEqual(['backup:/var/tmp', 'nightly:b']);
    expect(await jobs('{__name__="files_total",instance="a"}')).toEqual(['nightly:a']);
    expect(await jobs('--search', 'nightly b')).toEqual(['nightly:b']);
    expect(await jobs('--sort=-job', '--limit', '2')).toEqual(['nightly:a', 'nightly:b']);
    expect(await jobs('--state', 'failed')).toEqual([]);
    const { stdout } = await pg(['list', '--ndjson']);
    expect(
      stdout
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as GroupSummary).samples),
    ).toEqual([8, 8, 8]);
    expect(await pg(['list', '{job="none"}'])).toMatchObject({ code: 0, stdout: '', stderr: 'no group\n' });
    expect(await pg(['list', '{job'])).toMatchObject({ stdout: '', stderr: expect.stringContaining('PromQL') as string });
  });

  test('a group whose last push was refused is shown as failed, with NO_COLOR without colour', async () => {
    await push('# TYPE files_total gauge\nfiles_total 1\n', { url: server.url, job: 'clash' }).catch(() => {});
    const { stdout } = await pg(['list', '--state=failed'], { isTerminal: true });
    expect(stdout).toContain('\u001b[31mfailed\u001b[0m');
    expect((await pg(['list', '--state=failed'], { isTerminal: true, env: { NO_COLOR: '1' } })).stdout).not.toContain('\u001b');
  });

  test('show tells all of a group, named by its labels or its id', async () => {
    const { code, stdout } = await pg(['show', '--job', 'backup', '--label', 'instance=/var/tmp']);
    expect(code).toBe(0);
    expect(stdout).toContain('{job="backup",instance="/var/tmp"}\n');
    expect(stdout).toMatch(/^files_total \(counter, pushed .*\): Files\.\n {2}\{kind="full"\} 42\n/m);
    expect(stdout).toContain('  count 3  sum 7  <=1: 1  <=+Inf: 3\n');
    expect(stdout).toContain('  count 2  sum 4  0.5: 2\n');
    expect(/^WHEN +WHAT/m.test(stdout)).toBe(isPushgate);
    const detail = JSON.parse(
      (await pg(['show', '--json', '--job=backup', '--label=instance=/var/tmp', '--family=took'])).stdout,
    ) as GroupDetail;
    expect(detail.families.map(({ name }) => name)).toEqual(['took']);
    expect((await pg(['show', detail.group.id])).stdout).toBe(stdout);
    expect((await pg(['show', '{job="backup",instance="/var/tmp"}'])).stdout).toBe(stdout);
    expect(await pg(['show', '{job=~"back.*"}'])).toMatchObject({ code: 2, stdout: '' });
    expect(await pg(['show', '--job', 'none'])).toMatchObject({ code: 3, stdout: '' });
  });

  test('delete takes exactly the group that is named', async () => {
    expect(await pg(['delete', '--job', 'backup'])).toMatchObject({ code: 0 });
    expect(await jobs()).toHaveLength(3);
    expect(await pg(['delete', '--job', 'backup', '--label', 'instance=/var/tmp'])).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(await jobs()).toEqual(['nightly:a', 'nightly:b']);
  });

  test('delete --match asks where it can, and refuses where it cannot', async () => {
    const match = ['delete', '--match', '{job="nightly"}'];
    expect(await pg([...match, '--dry-run'])).toEqual({
      code: 0,
      stdout: '{job="nightly",instance="a"}\n{job="nightly",instance="b"}\n',
      stderr: '2 groups would be deleted\n',
    });
    expect(await pg(match)).toMatchObject({ code: 2, stderr: expect.stringContaining('say --yes') as string });
    for (const answer of ['\n', 'n\n', '']) {
      expect(await pg(match, { stdin: answer, isTerminal: true })).toMatchObject({
        code: 0,
        stdout: '',
        stderr: expect.stringMatching(/Nothing was deleted\.\n$/) as string,
      });
    }
    expect(await jobs()).toHaveLength(3);
    const { stderr } = await pg(match, { stdin: 'y\n', isTerminal: true });
    expect(stderr).toContain('Delete 2 groups: {job="nightly",instance="a"}, {job="nightly",instance="b"}? [y/N] ');
    expect(await jobs()).toEqual(['backup:/var/tmp']);
    expect(JSON.parse((await pg(['delete', '--match={job="backup"}', '--yes', '--json'])).stdout)).toMatchObject({
      matched: 1,
      is_dry_run: false,
    });
    expect(await jobs()).toEqual([]);
    expect(await pg(['delete', '--match', '{job!="x"}', '--yes'])).not.toMatchObject({ code: 0 });
  });

  test('wipe asks, and deletes every group', async () => {
    expect(await pg(['wipe'])).toMatchObject({ code: 2, stderr: expect.stringContaining('say --yes') as string });
    expect(await pg(['wipe'], { stdin: 'no\n', isTerminal: true })).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('Nothing was deleted') as string,
    });
    expect(await jobs()).toHaveLength(3);
    expect(await pg(['wipe'], { stdin: 'yes\n', isTerminal: true })).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('? [y/N] ') as string,
    });
    expect(await jobs()).toEqual([]);
  });

  test('status says what the gateway is', async () => {
    const { code, stdout } = await pg(['status']);
    expect(code).toBe(0);
    expect(stdout).toMatch(isPushgate ? /^Groups +3$/m : /^Pushgateway +\d/m);
    expect(JSON.parse((await pg(['status', '--json'])).stdout)).toHaveProperty(isPushgate ? 'storage' : 'build_information');
  });
});

test('wipe says how to turn the admin API on', async () => {
  const server = await startPushgate();
  const ended = await run(['wipe', '--yes', '--url', server.url]);
  await server.stop();
  expect(ended).toMatchObject({ code: 3, stderr: expect.stringContaining('--web.enable-admin-api') as string });
});

test('what is no gateway is said to be none', async () => {
  const url = `127.0.0.1:${await findFreePort()}`;
  for (const argv of [['list'], ['show', '--job', 'j'], ['status'], ['delete', '--job', 'j']]) {
    expect(await run([...argv, '--url', url, '--retries', '0'])).toMatchObject({
      code: 4,
      stdout: '',
      stderr: expect.stringContaining('connection refused') as string,
    });
  }
});

test('list of many groups is quiet when its reader goes away', async () => {
  const server = await startPushgate();
  const bodies = Array.from({ length: 3000 }, (_, i) => i);
  for (let i = 0; i < bodies.length; i += 50) {
    await Promise.all(bodies.slice(i, i + 50).map((n) => push('x 1\n', { url: server.url, job: `job-${n}` })));
  }
  const bin = path.join(import.meta.dirname, '../../bin/pushgate.js');
  const child = spawn(process.execPath, [bin, 'list', '--ndjson', '--url', server.url], { timeout: 20_000 });
  let stderr = '';
  child.stderr.on('data', (chunk) => (stderr += String(chunk)));
  child.stdout.once('data', () => child.stdout.destroy());
  const code = await new Promise((resolve) => child.once('close', resolve));
  const { stdout } = await run(['list', '--ndjson', '--url', server.url]);
  await server.stop();
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout.trim().split('\n')).toHaveLength(3000);
}, 60_000);
