import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { hostname, tmpdir, userInfo } from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { needs } from '../support/debian.ts';
import { queryOnce, startScraping } from '../support/prometheus.ts';
import { findFreePort, type RunningServer } from '../support/server.ts';
import { OwnAuthority } from './clients/own-authority.ts';
import { pushgateBin } from './running-command.ts';
import { eventually, startGateway } from './target.ts';

const root = path.join(import.meta.dirname, '..', '..');
const examples = path.join(root, 'examples', 'agent');
/** The first run comes within ten seconds, a rate and the agent's own word of it fifteen later. */
const collectionMsMax = 45_000;

/** The world that the examples speak of: sites, a process, hadoop, a command, texts. */
class World {
  readonly folder: string = mkdtempSync(path.join(tmpdir(), 'pushgate-agent-examples-'));
  readonly #authority = new OwnAuthority();
  readonly #site = createServer(
    {
      key: readFileSync(path.join(this.#authority.folder, 'server.key')),
      cert: readFileSync(path.join(this.#authority.folder, 'server.pem')),
    },
    (request, response) => {
      let body = '';
      request.setEncoding('utf8').on('data', (text: string) => (body += text));
      request.on('end', () => {
        const isLogin = request.method === 'POST' && request.headers.authorization === 'Bearer t0ken' && body === '{"user":"probe"}';
        if (request.url === '/login') response.writeHead(isLogin ? 302 : 403, { location: '/away' }).end(isLogin ? 'welcome' : 'go away');
        else response.end(request.url === '/health' ? '{"status": "ok"}' : 'hello');
      });
    },
  );
  readonly orders: ChildProcess = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', '/srv/orders.jar'], { argv0: 'java' });
  /** Where the names of the world stand in the examples, and what they are here. */
  readonly #names: Record<string, Readonly<Record<string, string>>> = {};

  async open(): Promise<void> {
    await new Promise<void>((resolve) => this.#site.listen(0, '127.0.0.1', resolve));
    const site = `https://localhost:${(this.#site.address() as AddressInfo).port}`;
    // Every machine has this interface, and some no other.
    const loopback = { 'exclude: lo|': 'exclude: ' };
    this.#names['network.yaml'] = loopback;
    this.#names['http.yaml'] = { 'https://example.org': `https://localhost:${await findFreePort()}`, 'https://shop.example.org': site };
    this.#names['everything.yaml'] = {
      ...loopback,
      'https://example.org': site,
      'user: root': `user: ${userInfo().username}`,
      '/run/sshd.pid': this.#write('sshd.pid', String(this.orders.pid)),
      '/usr/local/bin/queue-metrics': this.#writeScript(
        'queue-metrics',
        '[ "$LC_ALL$*" = C--format=prometheus ] || exit 9\necho "# TYPE queue_length gauge"\necho "queue_length 17"',
      ),
      '/var/lib/pushgate/texts': path.dirname(this.#write('texts/backup.prom', 'backup_rows 42\n')),
    };
    this.#writeScript('bin/hadoop', '[ "$*" = "fs -du -s /user /warehouse" ] || exit 9\necho "12  36  /user"\necho "5  15  /warehouse"');
  }

  /** A copy of the example in which nothing but the names of the world is another. */
  writeConfig(example: string): string {
    let text = readFileSync(path.join(examples, example), 'utf8');
    for (const [name, here] of Object.entries(this.#names[example] ?? {})) {
      expect(text, example).toContain(name);
      text = text.replaceAll(name, here);
    }
    return this.#write(`config/${example}`, text);
  }

  env(): NodeJS.ProcessEnv {
    return {
      ...process.env,
      PATH: `${this.folder}/bin:${process.env['PATH'] ?? ''}`,
      NODE_EXTRA_CA_CERTS: this.#authority.certificate,
      LOGIN_TOKEN: 't0ken',
      NODE_NAME: 'rack7',
    };
  }

  close(): void {
    this.orders.kill('SIGKILL');
    this.#site.closeAllConnections();
    this.#site.close();
    this.#authority.remove();
    rmSync(this.folder, { recursive: true, force: true });
  }

  #write(name: string, text: string): string {
    const file = path.join(this.folder, name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, text);
    return file;
  }

  #writeScript(name: string, script: string): string {
    const file = this.#write(name, `#!/bin/sh\n${script}\n`);
    chmodSync(file, 0o755);
    return file;
  }
}

/** An agent with an example, and a Prometheus that scrapes its gateway. */
interface Run {
  readonly prometheus: RunningServer;
  /** What the agent has said. */
  log(): string;
  hasEnded(): boolean;
  stop(): Promise<void>;
}

async function startExample(world: World, example: string): Promise<Run> {
  const gateway = await startGateway();
  const folder = mkdtempSync(path.join(world.folder, 'prometheus-'));
  const prometheus = await startScraping(folder, [{ name: 'pushgate', port: gateway.port, honorLabels: true }]);
  const env = { ...world.env(), PUSHGATE_URL: gateway.url };
  const agent = spawn(process.execPath, [pushgateBin, 'agent', `--config=${world.writeConfig(example)}`], { env });
  let log = '';
  agent.stderr.setEncoding('utf8').on('data', (text: string) => (log += text));
  const ended = once(agent, 'exit');
  const stop = async (): Promise<void> => {
    agent.kill('SIGKILL');
    await Promise.all([ended, prometheus.stop(), gateway.stop()]);
  };
  return { prometheus, log: () => log, hasEnded: () => agent.exitCode !== null, stop };
}

const names = readdirSync(examples).filter((name) => name.endsWith('.yaml'));

describe.runIf(needs('prometheus') && needs('openssl'))(
  'the configurations of examples/agent, run and scraped by a real Prometheus',
  () => {
    let world: World;
    let runs: ReadonlyMap<string, Run>;

    beforeAll(async () => {
      world = new World();
      await world.open();
      runs = new Map(await Promise.all(names.map(async (name) => [name, await startExample(world, name)] as const)));
    }, 60_000);
    afterAll(async () => {
      await Promise.all([...runs.values()].map((run) => run.stop()));
      world.close();
    });

    const runOf = (example: string): Run => {
      const run = runs.get(example);
      if (run === undefined) throw new Error(`examples/agent has no ${example}`);
      if (run.hasEnded()) throw new Error(`the agent with ${example} has ended:\n${run.log()}`);
      return run;
    };
    /** That each expression comes to have its value: a number, or what passes. */
    const see = async (example: string, wanted: Readonly<Record<string, number | ((value: number) => boolean)>>): Promise<void> => {
      for (const [expression, want] of Object.entries(wanted)) {
        const { prometheus, log } = runOf(example);
        let found: unknown = 'nothing';
        await eventually(collectionMsMax, async () => {
          const series = await queryOnce(prometheus, expression);
          found = series.map(({ value }) => Number(value[1]));
          const [value, ...more] = found as number[];
          return value !== undefined && more.length === 0 && (typeof want === 'number' ? value === want : want(value)) ? true : undefined;
        }).catch((error: unknown) =>
          expect.unreachable(`${example}: ${expression} is ${JSON.stringify(found)}: ${String(error)}\n${log()}`),
        );
      }
    };
    const isRecent = (seconds: number): boolean => Math.abs(Date.now() / 1000 - seconds) < 120;
    const isBrief = (seconds: number): boolean => seconds > 0 && seconds < 5;
    const isPositive = (value: number): boolean => value > 0;

    test.each([
      ['network.yaml', 'KByte/s', `instance="${hostname()}"`],
      ['everything.yaml', 'Byte/s', 'instance="rack7"'],
    ])(
      '%s: what goes over an interface',
      async (example, unit, instance) => {
        const group = `job="network_traffic",${instance},adapter_name="lo"`;
        await see(example, {
          [`network_traffic_input_bytes_total{${group},ip=~"127.0.0.1|"}`]: isPositive,
          [`network_traffic_output_packets_total{${group}}`]: isPositive,
          [`network_traffic_input_errors_total{${group}}`]: (value) => value >= 0,
          [`network_interface_address_info{${group},address="127.0.0.1"}`]: 1,
          // Prometheus itself scrapes over it.
          [`network_traffic_input{${group},unit="${unit}"}`]: isPositive,
          [`network_traffic_output{${group},unit="${unit}"}`]: isPositive,
        });
      },
      60_000,
    );

    test('http.yaml: a site that is dead and one that is well', async () => {
      const group = `job="sites",instance="${hostname()}"`;
      const dead = `${group},target=~"https://localhost:.*"`;
      const shop = `${group},target="shop",url=~"https://localhost:.*/health"`;
      await see('http.yaml', {
        [`http_check_up{${dead}}`]: 0,
        [`http_check_status_code{${dead}}`]: 0,
        [`http_check_failure_info{${dead},reason="connect"}`]: 1,
        [`http_check_up{${shop}}`]: 1,
        [`http_check_status_code{${shop}}`]: 200,
        [`http_check_body_match{${shop}}`]: 1,
        [`http_check_body_bytes{${shop}}`]: '{"status": "ok"}'.length,
        [`http_check_duration_seconds{${shop}}`]: isBrief,
        [`http_check_phase_duration_seconds{${shop},phase="tls"}`]: isBrief,
        // The test's certificate is good for two days.
        [`http_check_tls_expiry_time_seconds{${shop}} - time()`]: (seconds) => seconds > 80_000 && seconds < 200_000,
        [`count(http_check_failure_info{${group}})`]: 1,
      });
    }, 60_000);

    test('everything.yaml: a site, and a login with its own token, body and status', async () => {
      const group = 'job="sites",instance="rack7"';
      await see('everything.yaml', {
        [`http_check_up{${group},target=~"https://localhost:.*"}`]: 1,
        [`http_check_status_code{${group},target=~"https://localhost:.*"}`]: 200,
        [`http_check_up{${group},target="login"}`]: 1,
        [`http_check_status_code{${group},target="login"}`]: 302,
        [`http_check_redirects{${group},target="login"}`]: 0,
        [`http_check_body_match{${group},target="login"}`]: 1,
      });
    }, 60_000);

    test('everything.yaml: processes by name, by user and command line, by pid file', async () => {
      const group = 'job="process",instance="rack7"';
      const orders = `${group},process="orders"`;
      await see('everything.yaml', {
        [`node_process_count{${orders}}`]: 1,
        [`node_process_up{${orders}}`]: 1,
        [`node_process_resident_memory_bytes{${orders}}`]: (bytes) => bytes > 1e6,
        [`node_process_virtual_memory_bytes{${orders}}`]: (bytes) => bytes > 1e6,
        [`node_process_cpu_seconds_total{${orders}}`]: (seconds) => seconds >= 0 && seconds < 60,
        [`node_process_start_time_seconds{${orders}}`]: isRecent,
        [`node_process_threads{${orders}}`]: isPositive,
        [`node_process_open_fds{${orders}}`]: isPositive,
        [`node_process_status_info{${orders},pid="${world.orders.pid}",user="${userInfo().username}",status!="zombie"}`]: 1,
        [`node_process_up{${group},process="sshd"}`]: 1,
        [`node_process_count{${group},process="nginx"} == bool node_process_up{process="nginx"}`]: (value) => value === 0 || value === 1,
      });
    }, 60_000);

    test('everything.yaml: sizes in HDFS, the output of a command, texts', async () => {
      await see('everything.yaml', {
        'hdfs_path_size_bytes{job="hdfs",instance="rack7",path="/user"}': 12,
        'hdfs_path_size_with_replication_bytes{job="hdfs",instance="rack7",path="/warehouse"}': 15,
        'hdfs_du_exit_code{job="hdfs",instance="rack7"}': 0,
        // Both are of one group.
        'queue_length{job="host",instance="rack7"}': 17,
        'backup_rows{job="host",instance="rack7"}': 42,
        'exec_exit_code{job="host",instance="rack7",collector="queue"}': 0,
        'exec_duration_seconds{job="host",instance="rack7",collector="queue"}': isBrief,
        'textfile_mtime_seconds{job="host",instance="rack7",file="backup.prom"}': isRecent,
        'textfile_error{job="host",instance="rack7",file="backup.prom"}': 0,
      });
    }, 60_000);

    test('every collector of them succeeds, and the agent says so of itself', async () => {
      for (const example of names) {
        const { collectors } = parse(readFileSync(path.join(examples, example), 'utf8')) as { collectors: readonly unknown[] };
        const group = `job="pushgate_agent",instance="${example === 'everything.yaml' ? 'rack7' : hostname()}"`;
        await see(example, {
          [`count(pushgate_agent_collector_success{${group}} == 1)`]: collectors.length,
          [`sum(pushgate_agent_collector_failures_total{${group}})`]: 0,
          [`pushgate_agent_config_last_reload_successful{${group}}`]: 1,
          [`pushgate_agent_start_time_seconds{${group}}`]: isRecent,
          [`count(pushgate_agent_build_info{${group}})`]: 1,
        });
      }
    }, 60_000);

    test('together they bring every metric of docs/agent.md', async () => {
      const page = readFileSync(path.join(root, 'docs', 'agent.md'), 'utf8');
      const documented = [...page.matchAll(/^\| `([a-z_]+)` +\| (?:gauge|counter) /gm)].map(([, name = '']) => name);
      expect(documented.length).toBeGreaterThan(40);
      await eventually(collectionMsMax, async () => {
        const found = await Promise.all(
          names.map((example) => queryOnce(runOf(example).prometheus, 'count by (__name__) ({instance!=""})')),
        );
        const brought = new Set(found.flat().map(({ metric }) => metric['__name__']));
        const missing = documented.filter((name) => !brought.has(name));
        if (missing.length > 0) throw new Error(`Prometheus has no ${missing.join(', ')}`);
        return true;
      });
    }, 60_000);
  },
);
