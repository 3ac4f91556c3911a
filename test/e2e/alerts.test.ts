import { spawnSync } from 'node:child_process';
import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { commandOf, needs } from '../support/debian.ts';
import { askPrometheus, query, startPrometheus } from '../support/prometheus.ts';
import { listMetricNames } from '../support/promql.ts';
import { type RunningServer, startPushgate } from '../support/server.ts';
import { eventually, push, scrape } from './target.ts';

const deploy = path.join(import.meta.dirname, '..', '..', 'deploy', 'prometheus');
const read = (name: string): string => readFileSync(path.join(deploy, name), 'utf8');

interface Rule {
  readonly alert?: string;
  readonly record?: string;
  readonly expr: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly labels?: Readonly<Record<string, string>>;
}

const readRules = (name: string): Rule[] =>
  (parse(read(name)) as { groups: readonly { rules: readonly Rule[] }[] }).groups.flatMap(({ rules }) => rules);
const rules = ['recording.yml', 'thresholds.yml', 'alerts.yml'].flatMap(readRules);
const alerts = rules.filter(({ alert }) => alert !== undefined);

function promtool(...args: string[]): { status: number | null; said: string } {
  const { status, stdout, stderr } = spawnSync(commandOf('promtool'), args, { cwd: deploy, encoding: 'utf8' });
  return { status, said: stdout + stderr };
}

test('every alert says how bad it is, what happened, what to do, and names its section of the runbook', () => {
  const sections = [...readFileSync(path.join(deploy, '..', '..', 'docs', 'alerts.md'), 'utf8').matchAll(/^## (\w+)$/gm)];
  expect(sections.map(([, name]) => name)).toEqual(alerts.map(({ alert }) => alert));
  for (const { alert = '', labels, annotations } of alerts) {
    expect(['critical', 'warning', 'info'], alert).toContain(labels?.['severity']);
    expect(annotations?.['runbook'], alert).toBe(`docs/alerts.md#${alert.toLowerCase()}`);
    expect(annotations?.['summary']?.length, alert).toBeLessThan(100);
    expect(annotations?.['description']?.length, alert).toBeGreaterThan(100);
  }
});

test('every alert has a case in which it comes, and one in which it does not', () => {
  interface Case {
    readonly alert_rule_test: readonly { readonly alertname: string; readonly exp_alerts: readonly unknown[] }[];
  }
  const files = ['alerts.test.yml', 'alerts-of-days.test.yml'].map((name) => parse(read(name)) as { tests: readonly Case[] });
  const cases = files.flatMap(({ tests }) => tests).flatMap((one) => one.alert_rule_test);
  const having = (isFiring: boolean): Set<string> =>
    new Set(cases.filter(({ exp_alerts }) => exp_alerts.length > 0 === isFiring).map(({ alertname }) => alertname));
  const names = alerts.map(({ alert }) => alert).sort();
  expect([...having(true)].sort()).toEqual(names);
  expect([...having(false)].sort()).toEqual(names);
});

describe.runIf(needs('promtool'))('promtool', () => {
  test('takes the rules and the configurations', () => {
    for (const name of ['recording.yml', 'thresholds.yml', 'alerts.yml']) {
      expect(promtool('check', 'rules', name), name).toMatchObject({ status: 0 });
    }
    expect(promtool('check', 'config', 'prometheus.yml')).toMatchObject({ status: 0 });
    expect(promtool('check', 'config', '--syntax-only', 'prometheus-secured.yml')).toMatchObject({ status: 0 });
  });

  test('sees what the annotations of a Kubernetes service ask for', () => {
    const folder = mkdtempSync(path.join(tmpdir(), 'pushgate-targets-'));
    try {
      writeFileSync(path.join(folder, 'prometheus.yml'), withServices(read('prometheus-kubernetes.yml')));
      const { stdout } = spawnSync(
        commandOf('promtool'),
        ['check', 'service-discovery', '--timeout=3s', path.join(folder, 'prometheus.yml'), 'pushgate'],
        {
          encoding: 'utf8',
        },
      );
      const targets = JSON.parse(stdout.slice(stdout.indexOf('['))) as readonly { readonly labels: Readonly<Record<string, string>> }[];
      const kept = targets.map(({ labels }) => labels).filter((labels) => '__address__' in labels);
      kept.sort((a, b) => String(a['__address__']).localeCompare(String(b['__address__'])));
      expect(kept).toMatchObject([
        { ...scraped('[fd00::1]:9443', 'https', '/gate/metrics'), namespace: 'ops', pod: 'pushgate-1' },
        { ...scraped('10.0.0.1:9091', 'http', '/metrics'), namespace: 'ops', pod: 'pushgate-0' },
      ]);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });

  test.each(readdirSync(deploy).filter((name) => name.endsWith('.test.yml')))('finds that the cases of %s come true', (name) => {
    expect(promtool('test', 'rules', name)).toMatchObject({ status: 0 });
  });
});

/** The same relabelling, over services as Kubernetes would tell of them; Debian's Prometheus does not speak with Kubernetes. */
function withServices(text: string): string {
  const config = parse(text) as { scrape_configs: Record<string, unknown>[] };
  const [job] = config.scrape_configs;
  if (job === undefined) throw new Error('there is no job');
  expect(job['kubernetes_sd_configs']).toEqual([{ role: 'endpoints' }]);
  delete job['kubernetes_sd_configs'];
  job['static_configs'] = [
    serviceOf('10.0.0.1:9091', 'pushgate-0', 'pushgate', { scrape: 'true' }),
    serviceOf('[fd00::1]:9091', 'pushgate-1', 'pushgate', { scrape: 'true', port: '9443', scheme: 'https', path: '/gate/metrics' }),
    serviceOf('10.0.0.2:9091', 'quiet', 'pushgate', {}),
    serviceOf('10.0.0.3:80', 'other', 'web', { scrape: 'true' }),
  ];
  return stringify(config);
}

function serviceOf(address: string, pod: string, name: string, annotations: Readonly<Record<string, string>>): object {
  const meta = Object.entries(annotations).map(([key, value]) => [`__meta_kubernetes_service_annotation_prometheus_io_${key}`, value]);
  const labels = {
    __meta_kubernetes_namespace: 'ops',
    __meta_kubernetes_pod_name: pod,
    __meta_kubernetes_service_label_app_kubernetes_io_name: name,
    __meta_kubernetes_endpoint_port_name: 'http',
    ...(Object.fromEntries(meta) as Record<string, string>),
  };
  return { targets: [address], labels };
}

function scraped(address: string, scheme: string, metricsPath: string): object {
  return { __address__: address, __scheme__: scheme, __metrics_path__: metricsPath, instance: address, job: 'pushgate' };
}

describe.runIf(needs('prometheus'))('a real Prometheus with the rules, scraping a real gateway', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'pushgate-alerts-'));
  let gateway: RunningServer;
  let prometheus: RunningServer;

  beforeAll(async () => {
    gateway = await startPushgate([`--persistence.file=${path.join(folder, 'p.mdb')}`], { ready: '/-/ready' });
    await push(gateway, '/metrics/job/backup/instance/db1', '# TYPE size gauge\nsize 1\n');
    await push(gateway, '/metrics/job/hasty', 'runs 1\n');
    for (const name of ['recording.yml', 'alerts.yml']) copyFileSync(path.join(deploy, name), path.join(folder, name));
    const hasty = '      - { record: job:push_late_after_seconds, expr: vector(1), labels: { job: hasty } }\n';
    writeFileSync(path.join(folder, 'thresholds.yml'), read('thresholds.yml') + hasty);
    const quick = read('prometheus.yml')
      .replaceAll(/_interval: 15s/g, '_interval: 200ms')
      .replace('localhost:9091', `127.0.0.1:${String(gateway.port)}`);
    writeFileSync(path.join(folder, 'prometheus.yml'), quick);
    prometheus = await startPrometheus(folder, path.join(folder, 'prometheus.yml'));
  });
  afterAll(async () => {
    await Promise.all([prometheus.stop(), gateway.stop()]);
    rmSync(folder, { recursive: true, force: true });
  });

  interface Alert {
    readonly labels: Readonly<Record<string, string>>;
    readonly annotations: Readonly<Record<string, string>>;
    readonly state: string;
  }

  function findAlert(name: string): Promise<Alert> {
    return eventually(10_000, async () => {
      const { alerts: active } = await askPrometheus<{ readonly alerts: readonly Alert[] }>(prometheus, 'alerts');
      return active.find(({ labels }) => labels['alertname'] === name);
    });
  }

  test('finds each metric that a rule reads', async () => {
    const recorded = new Set(rules.map(({ record }) => record));
    const names = new Set(rules.flatMap(({ expr }) => listMetricNames(expr)).filter((name) => !recorded.has(name)));
    expect(names.size).toBeGreaterThan(10);
    for (const name of names) expect((await query(prometheus, name)).length, name).toBeGreaterThan(0);
  });

  test('evaluates every rule without an error, and records what others build on', async () => {
    interface Group {
      readonly rules: readonly { readonly name: string; readonly health: string; readonly lastError?: string }[];
    }
    const evaluated = await eventually(10_000, async () => {
      const { groups } = await askPrometheus<{ readonly groups: readonly Group[] }>(prometheus, 'rules');
      const all = groups.flatMap((group) => group.rules);
      return all.some(({ health }) => health === 'unknown') ? undefined : all;
    });
    expect(evaluated.length).toBe(rules.length + 1);
    expect(evaluated.filter(({ health }) => health !== 'ok')).toEqual([]);
    await push(gateway, '/metrics/job/backup/instance/db1', '# TYPE size gauge\nsize 1\n');
    await query(prometheus, 'instance:pushgate_pushes:rate5m{code="200"}');
    await query(prometheus, 'job:push_age_seconds:max{job="backup"}');
  });

  test('says that a push was refused, and no more once it is taken', async () => {
    const refused = await fetch(`${gateway.url}/metrics/job/backup/instance/db2`, { method: 'PUT', body: '# TYPE size counter\nsize 1\n' });
    expect(refused.status).toBe(400);
    const { labels, annotations, state } = await findAlert('PushFailed');
    expect([labels['job'], labels['instance'], state]).toEqual(['backup', 'db2', 'firing']);
    expect(annotations['summary']).toBe('The last push of backup was refused');
    await query(prometheus, 'job:push_groups_failed:count{job="backup"} == 1');
    await push(gateway, '/metrics/job/backup/instance/db2', '# TYPE size gauge\nsize 1\n');
    await query(prometheus, 'absent(ALERTS{alertname="PushFailed"})');
  });

  test('says that a job is late, by the threshold of the job', async () => {
    const { labels, annotations, state } = await findAlert('PusherLate');
    expect([labels['job'], state]).toEqual(['hasty', 'firing']);
    expect(annotations['summary']).toMatch(/^hasty has not pushed for \d/);
  });

  test('notices that a job with a threshold has no group', async () => {
    expect((await fetch(`${gateway.url}/metrics/job/hasty`, { method: 'DELETE' })).status).toBe(202);
    const { labels, state } = await findAlert('PusherMissing');
    expect([labels['job'], state]).toEqual(['hasty', 'pending']);
  });

  test('has nothing to say against a gateway that is well', async () => {
    expect(await scrape(gateway)).toMatch(/^pushgate_ready 1$/m);
    expect(await query(prometheus, 'count(ALERTS{alertname=~"Pushgate.*"}) or vector(0)')).toMatchObject([
      { value: [expect.anything(), '0'] },
    ]);
  });

  test('notices that the gateway is gone', async () => {
    await gateway.stop();
    const { labels, state } = await findAlert('PushgateDown');
    expect([labels['instance'], state]).toEqual([`127.0.0.1:${String(gateway.port)}`, 'pending']);
  });
});
