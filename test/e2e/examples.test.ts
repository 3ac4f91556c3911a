import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { needs } from '../support/debian.ts';
import { type RunningServer, startProcess } from '../support/server.ts';
import { query, queryOnce, startScraping } from '../support/prometheus.ts';
import { eventually, startGateway } from './target.ts';

const run = promisify(execFile);
const root = path.join(import.meta.dirname, '..', '..');
const exampleMsMax = 15_000;

describe.runIf(needs('prometheus'))('the examples, scraped by a real Prometheus', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'pushgate-examples-'));
  // As somebody who copied them out has them, with both packages installed there.
  const examples = path.join(folder, 'examples');
  let gateway: RunningServer;
  let app: RunningServer;
  let prometheus: RunningServer;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    cpSync(path.join(root, 'examples'), examples, { recursive: true });
    mkdirSync(path.join(folder, 'node_modules'));
    symlinkSync(root, path.join(folder, 'node_modules', 'pushgate'));
    symlinkSync(path.join(root, 'node_modules', 'prom-client'), path.join(folder, 'node_modules', 'prom-client'));
    gateway = await startGateway();
    env = { ...process.env, PUSHGATE_URL: gateway.url, INSTANCE: 'db1' };
    app = await startProcess(process.execPath, [path.join(examples, 'web-app', 'web-app.mjs'), '{port}'], { ready: '/metrics' });
    prometheus = await startScraping(folder, [
      { name: 'pushgate', port: gateway.port, honorLabels: true },
      { name: 'shop', port: app.port, honorLabels: false },
    ]);
  });
  afterAll(async () => {
    await Promise.all([prometheus.stop(), gateway.stop(), app.stop()]);
    rmSync(folder, { recursive: true, force: true });
  });

  const valueOf = async (expression: string): Promise<string | undefined> => (await query(prometheus, expression))[0]?.value[1];
  const isGone = (expression: string): Promise<true> =>
    eventually(10_000, async () => ((await queryOnce(prometheus, expression)).length === 0 ? true : undefined));

  describe('web-app', () => {
    const target = (): string => `job="shop",instance="127.0.0.1:${String(app.port)}"`;

    test('shows a counter, a gauge, a histogram, a summary and its default metrics', async () => {
      for (const page of ['/', '/', '/nowhere']) await (await fetch(app.url + page)).text();
      await eventually(10_000, async () => ((await valueOf(`shop_requests_total{${target()},route="GET /"}`)) === '2' ? true : undefined));
      expect(await valueOf(`shop_requests_total{${target()},route="unknown",status="404"}`)).toBe('1');
      expect(await valueOf(`shop_requests_in_flight{${target()}}`)).toBe('0');
      expect(await valueOf(`shop_request_duration_seconds_bucket{${target()},route="GET /",le="5"}`)).toBe('2');
      expect(await valueOf(`shop_response_size_bytes_count{${target()}}`)).toBe('3');
      expect(await valueOf(`shop_response_size_bytes_sum{${target()}}`)).toBe('65');
      expect(await valueOf(`count(shop_response_size_bytes{${target()},quantile="0.5"})`)).toBe('1');
      expect(await valueOf(`count(process_cpu_seconds_total{${target()}})`)).toBe('1');
    });

    test.each([
      ['one metric', '/sale', 'shop_sale_discount_ratio', '0.2'],
      ['a registry', '/import', 'shop_import_rows', '42'],
    ])('registers %s, and unregisters it when it ends', async (_, route, metric, value) => {
      await fetch(app.url + route, { method: 'POST' });
      expect(await valueOf(`${metric}{${target()}}`)).toBe(value);
      await fetch(app.url + route, { method: 'DELETE' });
      await isGone(metric);
    });
  });

  test('batch-job pushes once at its end, and keeps its last success when it fails', async () => {
    const script = path.join(examples, 'batch-job', 'batch-job.mjs');
    writeFileSync(path.join(folder, 'input.txt'), 'one\n\nthree');
    await run(process.execPath, [script, path.join(folder, 'input.txt')], { env, timeout: exampleMsMax });
    const group = 'job="report",instance="db1"';
    expect(await valueOf(`report_success{${group}}`)).toBe('1');
    expect(await valueOf(`report_lines_total{${group},kind="text"}`)).toBe('2');
    expect(await valueOf(`report_longest_line_chars{${group}}`)).toBe('5');
    const lastSuccess = await valueOf(`report_last_success_time_seconds{${group}}`);
    expect(Number(lastSuccess)).toBeGreaterThan(Date.now() / 1000 - 60);

    const failing = run(process.execPath, [script, path.join(folder, 'missing.txt')], { env, timeout: exampleMsMax });
    await expect(failing).rejects.toMatchObject({ code: 1, stderr: expect.stringContaining('cannot make the report') as string });
    expect(await valueOf(`report_success{${group}} == 0`)).toBe('0');
    expect(await valueOf(`report_last_success_time_seconds{${group}}`)).toBe(lastSuccess);
  });

  test('collect-then-push pushes all directories at once, drops what is gone, and deletes its group at its end', async () => {
    const [full, bare] = [path.join(folder, 'full'), path.join(folder, 'bare')];
    for (const directory of [full, bare]) mkdirSync(directory);
    writeFileSync(path.join(full, 'a'), '12345');
    const script = path.join(examples, 'collect-then-push', 'collect-then-push.mjs');
    const loop = run(process.execPath, [script, full, bare], { env: { ...env, INTERVAL_SECONDS: '0.2' }, timeout: exampleMsMax });
    try {
      const group = 'job="directories",instance="db1"';
      expect(await valueOf(`directory_size_bytes{${group},directory="${full}"}`)).toBe('5');
      expect(await valueOf(`directory_files{${group},directory="${bare}"}`)).toBe('0');
      rmSync(bare, { recursive: true });
      expect(await valueOf(`directory_up{${group},directory="${bare}"} == 0`)).toBe('0');
      await isGone(`directory_files{directory="${bare}"}`);
      expect(await valueOf(`directory_files{${group},directory="${full}"}`)).toBe('1');
    } finally {
      loop.child.kill('SIGTERM');
    }
    expect((await loop).stderr).toContain(`cannot measure ${bare}`);
    await isGone('directory_up');
  });
});
