import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commandOf, needs } from '../support/debian.ts';
import { query, queryOnce, startScraping } from '../support/prometheus.ts';
import type { RunningServer } from '../support/server.ts';
import { eventually, push, scrape, startGateway } from './target.ts';

const body = `# HELP e2e_last_run_seconds When it ran.
# TYPE e2e_last_run_seconds gauge
e2e_last_run_seconds{step="load"} 1.5e9
# HELP e2e_rows_total Rows.
# TYPE e2e_rows_total counter
e2e_rows_total 12345678
# HELP e2e_latency_seconds Latency.
# TYPE e2e_latency_seconds histogram
e2e_latency_seconds_bucket{le="0.1"} 1
e2e_latency_seconds_bucket{le="+Inf"} 3
e2e_latency_seconds_sum 2.5
e2e_latency_seconds_count 3
# TYPE e2e_size_bytes summary
e2e_size_bytes{quantile="0.5"} 7
e2e_size_bytes_sum 21
e2e_size_bytes_count 3
`;

describe.runIf(needs('prometheus', 'promtool'))("Debian's prometheus", () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'pushgate-e2e-'));
  let gateway: RunningServer;
  let prometheus: RunningServer;

  beforeAll(async () => {
    gateway = await startGateway();
    await push(gateway, '/metrics/job/nightly/instance/db1', body);
    await push(gateway, '/metrics/job/nightly/path@base64/L3Zhci90bXA', body);
    prometheus = await startScraping(folder, [
      { name: 'honoured', port: gateway.port, honorLabels: true },
      { name: 'dishonoured', port: gateway.port, honorLabels: false },
    ]);
  });
  afterAll(async () => {
    await Promise.all([prometheus.stop(), gateway.stop()]);
    rmSync(folder, { recursive: true, force: true });
  });

  test("shows a pushed series with the pusher's own job and instance where labels are honoured", async () => {
    const [found] = await query(prometheus, 'e2e_rows_total{job="nightly",instance="db1"}');
    expect(found?.metric).toEqual({ __name__: 'e2e_rows_total', job: 'nightly', instance: 'db1' });
    expect(found?.value[1]).toBe('12345678');
  });

  test('shows a series that was pushed without an instance without one', async () => {
    const [found] = await query(prometheus, 'e2e_rows_total{job="nightly",path="/var/tmp"}');
    expect(found?.metric).toEqual({ __name__: 'e2e_rows_total', job: 'nightly', path: '/var/tmp' });
  });

  test('renames job and instance of the pusher where labels are not honoured', async () => {
    const [found] = await query(prometheus, 'e2e_rows_total{job="dishonoured",exported_instance="db1"}');
    expect(found?.metric).toEqual({
      __name__: 'e2e_rows_total',
      job: 'dishonoured',
      instance: `127.0.0.1:${String(gateway.port)}`,
      exported_job: 'nightly',
      exported_instance: 'db1',
    });
  });

  test.each([
    ['a gauge', 'e2e_last_run_seconds{step="load",instance="db1",job="nightly"}', '1500000000'],
    ['a bucket', 'e2e_latency_seconds_bucket{le="0.1",instance="db1",job="nightly"}', '1'],
    ['a quantile', 'e2e_size_bytes{quantile="0.5",instance="db1",job="nightly"}', '7'],
    ['a histogram function', 'histogram_quantile(0.2, e2e_latency_seconds_bucket{instance="db1",job="nightly"})', '0.06000000000000001'],
    ['the build information', 'count(pushgateway_build_info{job="honoured"})', '1'],
    ['the time of the push', 'count(push_time_seconds{job="nightly"} > 1.7e9)', '2'],
    ['the failure time', 'count(push_failure_time_seconds{job="nightly"} == 0)', '2'],
  ])('reads %s', async (_, expression, value) => {
    const [found] = await query(prometheus, expression);
    expect(found?.value[1]).toBe(value);
  });

  test('sees both targets up and warns of nothing', async () => {
    const up = await query(prometheus, 'up');
    expect(up.map(({ metric, value }) => [metric['job'], value[1]]).sort()).toEqual([['dishonoured', '1'], ['honoured', '1']]); // prettier-ignore
    expect(prometheus.log()).not.toMatch(/level=(warn|error)/);
  });

  test('forgets a group that was deleted', async () => {
    await push(gateway, '/metrics/job/short', 'e2e_short 1\n');
    await query(prometheus, 'e2e_short{job="short"}');
    expect((await fetch(`${gateway.url}/metrics/job/short`, { method: 'DELETE' })).status).toBe(202);
    await eventually(10_000, async () => ((await queryOnce(prometheus, 'e2e_short{job="short"}')).length === 0 ? true : undefined));
  });

  test('has a promtool that accepts the page but for remarks of style', async () => {
    const { status, stderr } = spawnSync(commandOf('promtool'), ['check', 'metrics'], { input: await scrape(gateway), encoding: 'utf8' });
    // 3: remarks of style, such as the missing HELP of the summary above.
    expect([0, 3], stderr).toContain(status);
    expect(stderr).not.toContain('error while linting');
  });
});
