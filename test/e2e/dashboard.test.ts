import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { needs } from '../support/debian.ts';
import { askPrometheus, query, startPrometheus } from '../support/prometheus.ts';
import { listMetricNames } from '../support/promql.ts';
import { type RunningServer, startPushgate } from '../support/server.ts';
import { push } from './target.ts';

interface Place {
  readonly x: number;
  readonly y: number;
  readonly w: number;
  readonly h: number;
}

interface Target {
  readonly refId: string;
  readonly expr: string;
  readonly datasource: { readonly uid: string };
}

interface Panel {
  readonly id: number;
  readonly title: string;
  readonly type: string;
  readonly gridPos: Place;
  readonly targets?: readonly Target[];
}

interface Variable {
  readonly name: string;
  readonly type: string;
  readonly query: string | { readonly query: string };
}

interface Dashboard {
  readonly uid: string;
  readonly panels: readonly Panel[];
  readonly templating: { readonly list: readonly Variable[] };
  readonly annotations: { readonly list: readonly { readonly expr: string }[] };
}

const root = path.join(import.meta.dirname, '..', '..');
const grafana = path.join(root, 'deploy', 'grafana');
const dashboard = JSON.parse(readFileSync(path.join(grafana, 'pushgate.json'), 'utf8')) as Dashboard;
const variables = dashboard.templating.list;
const queries = dashboard.panels.flatMap(({ title, targets = [] }) =>
  targets.map(({ refId, expr }) => [`${title} ${refId}`, expr] as const),
);
const rateInterval = '3s';

/** As Grafana fills it in when everything is chosen. */
function fillIn(expression: string): string {
  const filled = expression.replaceAll('$__rate_interval', rateInterval).replaceAll(/"\$\w+"/g, '".*"');
  expect(filled).not.toContain('$');
  return filled;
}

describe('the dashboard', () => {
  test('has panels with numbers of their own that fill the width and lie on none but their own place', () => {
    const panels = dashboard.panels;
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const taken = new Map<string, string>();
    for (const { title, gridPos } of panels) {
      expect(gridPos.x + gridPos.w, title).toBeLessThanOrEqual(24);
      for (const place of listCells(gridPos)) {
        expect(taken.get(place), `${title} at ${place}`).toBeUndefined();
        taken.set(place, title);
      }
    }
    const bottom = Math.max(...panels.map(({ gridPos }) => gridPos.y + gridPos.h));
    expect(taken.size).toBe(24 * bottom);
  });

  test('asks the chosen data source, by the variables that it has', () => {
    expect(dashboard.uid).toBe('pushgate');
    expect(variables.map(({ name, type }) => [name, type])).toEqual([
      ['datasource', 'datasource'],
      ['gateway', 'query'],
      ['job', 'query'],
      ['instance', 'query'],
    ]);
    const known = new Set([...variables.map(({ name }) => name), '__rate_interval']);
    for (const { title, targets = [] } of dashboard.panels) {
      for (const { datasource, expr } of targets) {
        expect(datasource.uid, title).toBe(['$', '{datasource}'].join(''));
        for (const [, name = ''] of expr.matchAll(/\$(\w+)/g)) expect(known, title).toContain(name);
      }
    }
  });

  test('is put where the provisioning looks for it', () => {
    const read = (name: string): unknown => parse(readFileSync(path.join(grafana, 'provisioning', name), 'utf8'));
    expect(read('dashboards.yml')).toMatchObject({
      apiVersion: 1,
      providers: [{ type: 'file', options: { path: expect.any(String) as string } }],
    });
    expect(read('datasources.yml')).toMatchObject({ apiVersion: 1, datasources: [{ type: 'prometheus' }] });
    const { providers } = read('dashboards.yml') as { providers: readonly { readonly options: { readonly path: string } }[] };
    expect(readFileSync(path.join(grafana, 'README.md'), 'utf8')).toContain(`${providers[0]?.options.path ?? ''}/pushgate.json`);
  });
});

function listCells({ x, y, w, h }: Place): string[] {
  return Array.from({ length: w * h }, (_, i) => `${String(x + (i % w))},${String(y + Math.floor(i / w))}`);
}

describe.runIf(needs('prometheus'))('with a real Prometheus that scrapes a real gateway', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'pushgate-dashboard-'));
  let gateway: RunningServer;
  let prometheus: RunningServer;
  let pushing: NodeJS.Timeout;

  beforeAll(async () => {
    gateway = await startPushgate([`--persistence.file=${path.join(folder, 'p.mdb')}`], { ready: '/-/ready' });
    await push(gateway, '/metrics/job/nightly/instance/db1', '# TYPE size gauge\nsize 1\n');
    const refused = await fetch(`${gateway.url}/metrics/job/nightly/instance/db2`, {
      method: 'PUT',
      body: '# TYPE size counter\nsize 1\n',
    });
    expect(refused.status).toBe(400);
    const keepPushing = (): void => void push(gateway, '/metrics/job/often', 'a 1\n').catch(() => undefined);
    pushing = setInterval(keepPushing, 100);
    const thresholds = readFileSync(path.join(root, 'deploy', 'prometheus', 'thresholds.yml'), 'utf8');
    writeFileSync(path.join(folder, 'thresholds.yml'), thresholds);
    writeFileSync(
      path.join(folder, 'prometheus.yml'),
      `global: { scrape_interval: 200ms, scrape_timeout: 200ms, evaluation_interval: 200ms }
rule_files: [thresholds.yml]
scrape_configs:
  - { job_name: pushgate, honor_labels: true, static_configs: [{ targets: ['127.0.0.1:${String(gateway.port)}'] }] }
`,
    );
    prometheus = await startPrometheus(folder, path.join(folder, 'prometheus.yml'));
  });
  afterAll(async () => {
    clearInterval(pushing);
    await Promise.all([prometheus.stop(), gateway.stop()]);
    rmSync(folder, { recursive: true, force: true });
  });

  test('every metric that a panel reads is there', async () => {
    const names = new Set(
      [...queries.map(([, expr]) => expr), ...dashboard.annotations.list.map(({ expr }) => expr)].map(fillIn).flatMap(listMetricNames),
    );
    expect(names.size).toBeGreaterThan(25);
    for (const name of names) expect((await query(prometheus, name)).length, name).toBeGreaterThan(0);
  });

  test.each(queries)('%s has something to show', async (_, expression) => {
    const found = await query(prometheus, fillIn(expression));
    expect(found.length).toBeGreaterThan(0);
  });

  test('shows the group that fails, and how many there are', async () => {
    const expressionOf = (title: string, type: string): string =>
      fillIn(dashboard.panels.find((panel) => panel.title === title && panel.type === type)?.targets?.[0]?.expr ?? '');
    const rows = await query(prometheus, expressionOf('Failing groups', 'table'));
    expect(rows.map(({ metric }) => metric)).toEqual([{ job: 'nightly', instance: 'db2' }]);
    expect(await query(prometheus, expressionOf('Failing groups', 'stat'))).toMatchObject([{ value: [expect.anything(), '1'] }]);
    expect(await query(prometheus, expressionOf('Gateway', 'stat'))).toMatchObject([{ value: [expect.anything(), '1'] }]);
    expect(await query(prometheus, expressionOf('Pushes are', 'stat'))).toMatchObject([{ value: [expect.anything(), '1'] }]);
  });

  test('each variable has values to choose', async () => {
    for (const { name, query: asked } of variables.filter(({ type }) => type === 'query')) {
      const [, selector = '', label = ''] = /^label_values\((.*), (\w+)\)$/.exec(typeof asked === 'string' ? asked : asked.query) ?? [];
      const values = await askPrometheus<readonly string[]>(
        prometheus,
        `label/${label}/values?match[]=${encodeURIComponent(fillIn(selector))}`,
      );
      expect(values.length, name).toBeGreaterThan(0);
    }
  });
});
