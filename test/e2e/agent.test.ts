import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findFreePort, type RunningServer, startPushgate } from '../support/server.ts';
import { useTemporaryFolder } from '../support/temporary-folder.ts';
import { readSamples, type RunningCommand, useCommands, useFakeGateway } from './running-command.ts';

let gateway: RunningServer;
const start = useCommands();
const serveFake = useFakeGateway();
const folder = useTemporaryFolder();
const soon = { timeout: 15_000, interval: 100 };

beforeAll(async () => {
  gateway = await startPushgate();
});
afterAll(() => gateway.stop());

/** Each test has an agent group of its own, named like its job. */
function writeConfig(job: string, collectors: string, { url = gateway.url, rest = '' } = {}): string {
  const file = path.join(folder(), 'agent.yaml');
  const own = `{ job: ${job}, interval: 200ms, stop_timeout: 500ms, labels: {} }`;
  writeFileSync(file, `gateway: { url: '${url}', timeout: 2s }\nagent: ${own}\n${rest}\ncollectors:\n${collectors}`);
  return file;
}

function startAgent(file: string): RunningCommand {
  return start(['agent', `--config=${file}`, '--log.level=debug']);
}

const textCollector = (name: string, more = ''): string =>
  `  - { kind: file, name: ${name}, directory: texts, interval: 200ms${more === '' ? '' : `, ${more}`} }\n`;

function writeText(text: string, name = 'a.prom'): void {
  mkdirSync(path.join(folder(), 'texts'), { recursive: true });
  writeFileSync(path.join(folder(), 'texts', name), text);
}

const samplesOf = (job: string): Promise<Record<string, number>> => readSamples(gateway.url, `job="${job}"`);
const valueOf = async (job: string, name: string): Promise<number | undefined> => {
  const samples = Object.entries(await samplesOf(job));
  return samples.find(([series]) => series.startsWith(`${name}{`))?.[1];
};

test('--check prints what would run, and says what is wrong', async () => {
  const good = await start(['agent', '--check', `--config=${writeConfig('check', textCollector('texts'))}`]).ended;
  expect(good).toMatchObject({ code: 0, stderr: '' });
  expect(good.stdout).toMatch(/^texts +file +200ms +10s +replace +\{instance=".*",job="texts"\}$/m);
  const file = writeConfig('check', '  - kind: fil\n');
  const bad = await start(['agent', '--check', `--config=${file}`]).ended;
  expect([bad.code, bad.stdout]).toEqual([2, '']);
  expect(bad.stderr).toContain(`${file}:5: collectors[0].kind: "fil" is none of network`);
  expect((await start(['agent', `--config=${folder()}/none`]).ended).code).toBe(1);
});

test('SIGHUP takes over what has changed, keeps what has not, and survives a broken file', async () => {
  writeText('a 1\n');
  const network = '  - { kind: network, name: net1, interval: 200ms }\n';
  const file = writeConfig('hup', network + textCollector('hup1') + textCollector('hup3', 'delete_on_stop: yes'));
  const agent = startAgent(file);
  await expect.poll(() => valueOf('net1', 'network_traffic_input'), soon).toBeDefined();
  await expect.poll(() => valueOf('hup1', 'a'), soon).toBe(1);
  await expect.poll(() => valueOf('hup3', 'a'), soon).toBe(1);

  writeFileSync(file, 'collectors: nonsense');
  agent.child.kill('SIGHUP');
  await expect.poll(agent.stderr, soon).toContain('Cannot reload the configuration; the one before stays in use');
  expect(agent.stderr()).toContain('agent.yaml:1: collectors');
  await expect.poll(() => valueOf('hup', 'pushgate_agent_config_last_reload_successful'), soon).toBe(0);
  writeText('a 2\n');
  await expect.poll(() => valueOf('hup1', 'a'), soon).toBe(2);

  writeConfig('hup', network + textCollector('hup2'), { rest: '# changed' });
  const runsBefore = await valueOf('hup', 'pushgate_agent_collector_runs_total{collector="net1"');
  agent.child.kill('SIGHUP');
  await expect.poll(() => valueOf('hup2', 'a'), soon).toBe(2);
  await expect.poll(() => valueOf('hup', 'pushgate_agent_config_last_reload_successful'), soon).toBe(1);
  expect(agent.stderr()).toContain('msg="Configuration reloaded" started=1 ended=2 collectors=2');
  // What has not changed goes on, with its counts.
  const samples = await samplesOf('hup');
  const runs = Object.entries(samples).find(([series]) => series.includes('collector_runs_total') && series.includes('"net1"'))?.[1];
  expect(runs).toBeGreaterThan(runsBefore ?? 1);
  expect(Object.keys(samples).some((series) => series.includes('collector="hup1"'))).toBe(false);
  // A group that is not to be deleted stays as the last push left it.
  expect(await valueOf('hup1', 'a')).toBe(2);
  expect(await samplesOf('hup3')).toEqual({});
});

test('a stop pushes what is known, and deletes the groups for which that is wanted', async () => {
  writeText('a 1\n');
  const agent = startAgent(writeConfig('stops', textCollector('stays') + textCollector('goes', 'delete_on_stop: yes')));
  await expect.poll(() => valueOf('goes', 'a'), soon).toBe(1);
  await expect.poll(() => valueOf('stays', 'a'), soon).toBe(1);
  agent.child.kill('SIGTERM');
  expect(await agent.ended).toMatchObject({ code: 0, signal: null });
  expect(await samplesOf('goes')).toEqual({});
  expect(await valueOf('stays', 'a')).toBe(1);
  expect(await valueOf('stops', 'pushgate_agent_build_info')).toBe(1);
});

test('a stop with many groups brings every one to its end, without a warning of Node', async () => {
  writeText('a 1\n');
  const names = Array.from({ length: 15 }, (_, i) => `many${i}`);
  const agent = startAgent(writeConfig('manystop', names.map((name) => textCollector(name, 'delete_on_stop: yes')).join('')));
  await expect.poll(async () => Object.keys(await readSamples(gateway.url, 'a{', 'job="many')).length, soon).toBe(names.length);
  agent.child.kill('SIGTERM');
  const { code, stderr } = await agent.ended;
  expect(code).toBe(0);
  expect(stderr).not.toContain('Warning');
  expect(await readSamples(gateway.url, 'a{', 'job="many')).toEqual({});
});

test('a collector that hangs is cut, and holds up neither the others nor the stop', async () => {
  writeText('a 1\n');
  const hangs = `  - { kind: exec, name: hangs, command: [sh, -c, 'trap "" TERM; sleep 60'], interval: 200ms, timeout: 300ms }\n`;
  const agent = startAgent(writeConfig('hung', hangs + textCollector('beside')));
  await expect.poll(() => valueOf('beside', 'a'), soon).toBe(1);
  await expect.poll(() => valueOf('hangs', 'exec_exit_code'), soon).toBe(137);
  const own = async (name: string): Promise<number | undefined> =>
    Object.entries(await samplesOf('hung')).find(
      ([series]) => series.startsWith(`pushgate_agent_${name}{`) && series.includes('"hangs"'),
    )?.[1];
  await expect.poll(() => own('collector_failures_total'), soon).toBeGreaterThan(1);
  expect(await own('collector_success')).toBe(0);
  expect(await own('collector_skipped_runs_total')).toBeGreaterThan(0);
  writeText('a 2\n');
  await expect.poll(() => valueOf('beside', 'a'), soon).toBe(2);
  // Once, not with each run.
  expect(agent.stderr().match(/Cannot collect everything/g)).toHaveLength(1);
  const begunMs = performance.now();
  agent.child.kill('SIGINT');
  expect(await agent.ended).toMatchObject({ code: 0 });
  expect(performance.now() - begunMs).toBeLessThan(6000);
});

test('a gateway that goes away and comes back is told of once each, and gets the newest values', async () => {
  const runs = path.join(folder(), 'runs');
  writeText('1', 'value');
  const counts = (name: string): string =>
    `  - { kind: exec, name: ${name}, command: [sh, -c, 'printf "a %s\\\\n" "$(cat texts/value)"; echo ${name} >> ${runs}'], interval: 200ms }\n`;
  const port = await findFreePort();
  const file = writeConfig('away', counts('away1') + counts('away2'), { url: `http://127.0.0.1:${port}` });
  const agent = startAgent(file);
  await expect.poll(agent.stderr, soon).toContain('Cannot push; collecting goes on');
  writeText('2', 'value');
  const bodies: string[] = [];
  const late = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      bodies.push(`${request.method ?? ''} ${request.url ?? ''}\n${body}`);
      response.end();
    });
  });
  // Intervals go by without a gateway: each collector has seen the new value, and then began once more.
  const runsBefore = readFileSync(runs, 'utf8').length;
  await expect
    .poll(() => ['away1', 'away2'].every((name) => readFileSync(runs, 'utf8').slice(runsBefore).split(name).length > 4), soon)
    .toBe(true);
  await new Promise<void>((resolve) => late.listen(port, '127.0.0.1', resolve));
  try {
    await expect.poll(() => bodies.filter((body) => /\/job\/away[12]\/instance\/.*\n/.test(body)).length, soon).toBeGreaterThan(3);
    expect((late.address() as AddressInfo).port).toBe(port);
    for (const body of bodies.filter((text) => /\/job\/away[12]\/instance\/.*\n/.test(text))) expect(body).toMatch(/^PUT [^]*\na 2\n/);
    expect(agent.stderr().match(/Cannot push; collecting goes on/g)).toHaveLength(1);
    expect(agent.stderr().match(/Pushes again/g)).toHaveLength(1);
  } finally {
    late.closeAllConnections();
    late.close();
  }
});

test('a gateway that is restarted in between gets everything anew', async () => {
  writeText('a 1\n');
  const first = await startPushgate();
  const agent = startAgent(writeConfig('restart', textCollector('restarted'), { url: first.url }));
  await expect.poll(() => readSamples(first.url, 'a{'), soon).not.toEqual({});
  await first.stop('SIGKILL');
  await expect.poll(agent.stderr, soon).toContain('Cannot push');
  const second = await startPushgate([`--web.listen-address=127.0.0.1:${first.port}`]);
  try {
    await expect.poll(() => readSamples(first.url, 'a{'), soon).not.toEqual({});
  } finally {
    await second.stop();
  }
});

test('a slow gateway gets one push of a group at a time, and of old values none', async () => {
  writeText('a 1\n');
  let open = 0;
  let openMost = 0;
  const values: string[] = [];
  const url = await serveFake((request, response) => {
    if (!(request.url ?? '').includes('/slow1/')) return void request.resume().on('end', () => response.end());
    openMost = Math.max(openMost, ++open);
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      values.push(/^a (.*)$/m.exec(body)?.[1] ?? '');
      setTimeout(() => {
        open--;
        response.end();
      }, 1200);
    });
  });
  startAgent(writeConfig('slow', textCollector('slow1'), { url }));
  await expect.poll(() => values, soon).toEqual(['1']);
  writeText('a 2\n');
  await expect.poll(() => values.at(-1), soon).toBe('2');
  expect(openMost).toBe(1);
  expect(values.length).toBeLessThanOrEqual(3);
});

test('a refused push and clashing collectors are told of, and the rest goes on', async () => {
  writeText('a 1\n');
  const clash = `  - { kind: exec, name: clash, job: shared, command: [echo, 'a 5'], interval: 200ms }\n`;
  const refused = `  - { kind: exec, name: refused, command: [printf, '# TYPE go_goroutines counter\\ngo_goroutines 1\\n# TYPE pushgateway_build_info counter\\npushgateway_build_info 1\\n'], interval: 200ms }\n`;
  const agent = startAgent(writeConfig('clashes', textCollector('texts', 'job: shared') + clash + refused));
  await expect
    .poll(agent.stderr, soon)
    .toMatch(/Cannot push everything of a group" group=.*shared.* clash="clash: a\{.*\} is brought by texts too; left out"/);
  await expect.poll(agent.stderr, soon).toContain('The gateway refuses the push of a group');
  await expect.poll(() => valueOf('shared', 'exec_exit_code'), soon).toBe(0);
  expect(agent.stderr().match(/The gateway refuses/g)).toHaveLength(1);
});

test('the kill of an agent leaves its groups, and a new one goes on with them', async () => {
  writeText('a 1\n');
  const file = writeConfig('killed', textCollector('killed1'));
  const agent = startAgent(file);
  await expect.poll(() => valueOf('killed1', 'a'), soon).toBe(1);
  agent.child.kill('SIGKILL');
  await agent.ended;
  expect(await valueOf('killed1', 'a')).toBe(1);
  writeText('a 2\n');
  startAgent(file);
  await expect.poll(() => valueOf('killed1', 'a'), soon).toBe(2);
});

test('a password comes from a file that may change', async () => {
  writeText('a 1\n');
  const seen: string[] = [];
  const url = await serveFake((request, response) => {
    const [, encoded = ''] = (request.headers.authorization ?? '').split(' ');
    seen.push(Buffer.from(encoded, 'base64').toString());
    response.writeHead(seen.at(-1) === 'u:new' ? 200 : 401).end();
  });
  const secret = path.join(folder(), 'secret');
  writeFileSync(secret, 'old\n');
  const file = writeConfig('secrets', textCollector('secret1'), { url });
  writeFileSync(file, readFileSync(file, 'utf8').replace('timeout: 2s', 'timeout: 2s, basic_auth: { username: u, password_file: secret }'));
  const agent = startAgent(file);
  await expect.poll(() => seen, soon).toContain('u:old');
  writeFileSync(secret, 'new\n');
  await expect.poll(agent.stderr, soon).toContain('Pushes again');
  expect(agent.stderr()).not.toContain('u:');
});

test('docs/agent.md names the metrics of a real run, and no others', async () => {
  writeText('a 1\n');
  const fake = path.join(folder(), 'hadoop');
  writeFileSync(fake, '#!/bin/sh\necho "1  3  /a"\n');
  chmodSync(fake, 0o755);
  const down = `http://127.0.0.1:${await findFreePort()}/`;
  const collectors = [
    '{ kind: network }',
    `{ kind: http, targets: [{ url: '${gateway.url}/-/ready', body_match: OK }, '${down}'] }`,
    '{ kind: process, processes: [{ name: node }, { command_line: node, label: all }] }',
    `{ kind: hdfs, command: [${fake}, fs], paths: [/a] }`,
    "{ kind: exec, command: [echo, 'b 1'] }",
    '{ kind: file, directory: texts }',
  ];
  const rest = 'defaults: { interval: 300ms, labels: { run: docs } }';
  startAgent(writeConfig('docs', collectors.map((line) => `  - ${line}\n`).join(''), { rest }));
  const documented = readFileSync(path.join(import.meta.dirname, '..', '..', 'docs', 'agent.md'), 'utf8')
    .split('\n')
    .flatMap((line) => /^\| `([a-z_]+)` +\| (?:gauge|counter) /.exec(line)?.[1] ?? []);
  // Only with TLS, which the unit test of the collector has.
  const wanted = documented.filter((name) => name !== 'http_check_tls_expiry_time_seconds').sort();
  expect(wanted.length).toBeGreaterThan(40);
  const listNames = async (): Promise<string[]> => {
    const samples = { ...(await readSamples(gateway.url, 'run="docs"')), ...(await samplesOf('docs')) };
    const names = new Set(Object.keys(samples).map((series) => series.replace(/\{.*/, '')));
    return [...names].filter((name) => !['a', 'b', 'push_time_seconds', 'push_failure_time_seconds'].includes(name)).sort();
  };
  await expect.poll(listNames, soon).toEqual(wanted);
});
