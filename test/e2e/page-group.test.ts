import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { encodeDelimitedFamily } from '../../src/exposition/protobuf/codec.ts';
import type { MetricFamily } from '../../src/model/metric-family.ts';
import { needs } from '../support/debian.ts';
import { startPushgate } from '../support/server.ts';
import { seeText, usePages } from './page-browser.ts';
import { push } from './target.ts';

const path = '/metrics/job/backup/instance/db-1';
const exposition = (rows: number, size: string): string => `# HELP backup_bytes Size of the last backup.
# TYPE backup_bytes gauge
backup_bytes ${size}
# TYPE rows_total counter
rows_total{table="orders"} ${rows}
rows_total{table="users"} 7
# TYPE copy_seconds histogram
copy_seconds_bucket{le="0.1"} 3
copy_seconds_bucket{le="1"} 10
copy_seconds_bucket{le="+Inf"} 11
copy_seconds_sum 9.5
copy_seconds_count 11
# TYPE step_seconds summary
step_seconds{quantile="0.5"} 0.25
step_seconds{quantile="0.99"} 3
step_seconds_sum 12
step_seconds_count 40
`;

describe.runIf(needs('chromium'))('the detail of a group', () => {
  const pages = usePages(startPushgate);
  beforeAll(async () => {
    await push(pages.server, path, exposition(100, '1024'));
    await push(pages.server, path, exposition(142, '7.340032e+09'));
    const native = await fetch(pages.server.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited' },
      body: new Uint8Array(encodeDelimitedFamily(nativeFamily)),
    });
    expect(await native.text()).toBe('');
  });
  const open = async (): Promise<Page> => {
    const page = await pages.open('/', { permissions: ['clipboard-read', 'clipboard-write'] });
    await page.getByRole('link', { name: 'backup', exact: true }).click();
    await seeText(page, 'h1', 'backup');
    return page;
  };
  const family = (page: Page, name: string): ReturnType<Page['locator']> => page.getByRole('article', { name, exact: true });

  test('shows values as they were pushed, what they mean, and what they were before', async () => {
    const page = await open();
    const size = await family(page, 'backup_bytes').innerText();
    expect(size).toContain('gauge');
    expect(size).toContain('Size of the last backup.');
    expect(size).toContain('7.340032e+09');
    expect(size).toContain('6.8 GiB');
    expect(size).toContain('+7340030976');
    const rows = await family(page, 'rows_total').innerText();
    expect(rows).toMatch(/orders\s+\+42\s*142/);
    expect(rows).toMatch(/users\s+±0\s*7/);
  });

  test('draws histograms and summaries, and lists them as tables', async () => {
    const page = await open();
    await page.getByRole('img', { name: 'Histogram of copy_seconds' }).locator('canvas').waitFor();
    expect(await family(page, 'copy_seconds').innerText()).toMatch(/\(0\.1, 1\]\s+7\s+10/);
    await page.getByRole('img', { name: 'Quantiles of step_seconds' }).locator('canvas').waitFor();
    expect(await family(page, 'step_seconds').innerText()).toMatch(/0\.5\s+0\.25\s+250 ms/);
    await page.getByRole('img', { name: 'Histogram of latency_seconds' }).locator('canvas').waitFor();
    expect(await family(page, 'latency_seconds').innerText()).toContain('native, schema 0');
  });

  test('the buttons copy what can be run and asked', async () => {
    const page = await open();
    const copied = async (name: string): Promise<string> => {
      await page.getByRole('button', { name: `Copy ${name}`, exact: true }).click();
      await page.getByRole('button', { name: `${name}: copied` }).waitFor();
      return page.evaluate<string>('navigator.clipboard.readText()');
    };
    expect(await copied('curl push')).toBe(`curl --data-binary @- ${pages.server.url}${path}`);
    expect(await copied('curl delete')).toBe(`curl -X DELETE ${pages.server.url}${path}`);
    expect(await copied('the PromQL selector of backup_bytes')).toBe('backup_bytes{instance="db-1",job="backup"}');
    const line = await copied('scrape line');
    const scraped = await (await fetch(`${pages.server.url}/metrics`)).text();
    expect(line).toMatch(/^push_time_seconds\{instance="db-1",job="backup"\} 1\.\d+e\+09$/);
    expect(scraped).toContain(line.slice(0, line.lastIndexOf(' ')));
  });

  test('a push that fails appears in state and history, with its reason and its source', async () => {
    const page = await open();
    await fetch(pages.server.url + path, { method: 'PUT', body: 'rows_total nonsense\n', headers: { 'user-agent': 'night-shift/2.0' } });
    await seeText(page, 'pre', /expected float as value, got "nonsense"/);
    await seeText(page, 'section li', /Refused.*PUT 400.*night-shift\/2\.0/s);
    await page.getByText(/The last push was refused/).waitFor();
    await push(pages.server, path, exposition(142, '7.340032e+09'));
    await page.getByText(/The last push was refused/).waitFor({ state: 'hidden' });
  });

  test('families are opened and closed, and the address says which', async () => {
    const page = await open();
    const toggle = family(page, 'rows_total').getByRole('button', { expanded: true });
    await toggle.click();
    expect(await family(page, 'rows_total').innerText()).not.toContain('orders');
    expect(page.url()).toContain('flip=rows_total');
    await page.reload();
    await seeText(page, 'article', 'rows_total');
    expect(await family(page, 'rows_total').innerText()).not.toContain('orders');
  });

  test('times are shown in UTC on request, and it is remembered', async () => {
    const page = await open();
    await page.getByRole('button', { name: 'Times are local: show UTC' }).click();
    await page.reload();
    await page.getByRole('button', { name: 'Times are in UTC: show local times' }).waitFor();
    expect(await page.locator('dd time').first().getAttribute('title')).toMatch(/ UTC$/);
  });

  test('the group is deleted after a dialog has named it', async () => {
    await push(pages.server, '/metrics/job/short-lived', 'x 1\n');
    const page = await open();
    await page.getByRole('link', { name: 'Groups', exact: true }).first().click();
    await page.getByRole('link', { name: 'short-lived' }).click();
    await page.getByRole('button', { name: 'Delete', exact: true }).click();
    await seeText(page, '[role=dialog] li', 'job=short-lived');
    await page.getByRole('dialog').getByRole('button', { name: 'Delete this group' }).click();
    await seeText(page, '[role=status]', '1 group');
    expect((await (await fetch(`${pages.server.url}/metrics`)).text()).includes('short-lived')).toBe(false);
  });

  test('a link to a group that is gone says so and leads back', async () => {
    const page = await pages.open('/#/groups/WyJqb2IiLCJub2JvZHkiXQ', { expected: /404/ });
    await seeText(page, '[role=alert]', /there is no group with the id/);
    await page.getByRole('link', { name: 'Back to the groups' }).click();
    await seeText(page, '[role=status]', /group/);
  });
});

/** Observations in (0.5, 1], (1, 2] and (2, 4]: 3, 5 and 1. */
const nativeFamily: MetricFamily = {
  name: 'latency_seconds',
  help: null,
  type: 'histogram',
  unit: null,
  metrics: [
    {
      labels: [],
      timestampMs: null,
      counter: null,
      gauge: null,
      untyped: null,
      summary: null,
      histogram: {
        sampleCount: 9n,
        sampleCountFloat: 0,
        sampleSum: 13.5,
        buckets: [],
        createdTimestamp: null,
        native: {
          schema: 0,
          zeroThreshold: 0.001,
          zeroCount: 0n,
          zeroCountFloat: null,
          negativeSpans: [],
          negativeDeltas: [],
          negativeCounts: [],
          positiveSpans: [{ offset: 0, length: 3, unknownFields: null }],
          positiveDeltas: [3n, 2n, -4n],
          positiveCounts: [],
        },
        exemplars: [],
        unknownFields: null,
      },
      unknownFields: null,
    },
  ],
  unknownFields: null,
  flaw: null,
};
