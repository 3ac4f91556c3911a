import { readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readAgentConfig } from '../../../src/agent/config/read-config.ts';
import { readConfig } from '../support.ts';

const collector = 'collectors:\n  - kind: network\n';

test('a short file gets its defaults', () => {
  const { gateway, own, collectors } = readConfig(collector);
  expect(gateway).toMatchObject({ url: 'http://127.0.0.1:9091', timeoutMs: 10_000, basicAuth: null, bearerTokenFile: null });
  expect(own.key.labels).toEqual([
    { name: 'instance', value: 'host1' },
    { name: 'job', value: 'pushgate_agent' },
  ]);
  expect(collectors).toHaveLength(1);
  expect(collectors[0]).toMatchObject({ name: 'network', intervalMs: 15_000, timeoutMs: 10_000, method: 'replace', deletesOnStop: false });
  expect(collectors[0]?.key.labels).toEqual([
    { name: 'instance', value: 'host1' },
    { name: 'job', value: 'network' },
  ]);
  expect(collectors[0]?.source).toMatchObject({ kind: 'network', unit: 'Byte/s', instance: 'host1', procfs: '/proc' });
});

test('the defaults of the file hold for each collector that does not say otherwise', () => {
  const { collectors } = readConfig(`
defaults: { interval: 1m, timeout: 20s, delete_on_stop: yes, labels: { instance: a, zone: 1 } }
collectors:
  - kind: network
  - { kind: file, directory: texts, name: t, job: texts, interval: 5s, timeout: 1s, delete_on_stop: no, labels: { zone: z } }
`);
  expect(collectors[0]).toMatchObject({ intervalMs: 60_000, timeoutMs: 20_000, deletesOnStop: true });
  expect(collectors[0]?.key.id).toBe('["instance","a","job","network","zone","1"]');
  expect(collectors[1]).toMatchObject({
    intervalMs: 5000,
    timeoutMs: 1000,
    deletesOnStop: false,
    source: { directory: '/etc/agent/texts' },
  });
  expect(collectors[1]?.key.id).toBe('["instance","a","job","texts","zone","z"]');
});

test('variables of the environment are filled in where that is documented', () => {
  // As they stand in a file: a dollar sign and a name in braces.
  const variable = (name: string): string => `$\{${name}}`;
  const yaml = `
gateway: { url: 'http://${variable('HOST')}:${variable('PORT:-9091')}/p', headers: { x-tenant: '${variable('TENANT')}' } }
defaults: { labels: { a: '$${variable('HOST')}' } }
${collector}`;
  const { gateway, collectors } = readConfig(yaml, { HOST: 'gw', TENANT: 't1', PORT: '' });
  expect(gateway).toMatchObject({ url: 'http://gw:9091/p', headers: { 'x-tenant': 't1' } });
  expect(collectors[0]?.key.labels[0]).toEqual({ name: 'a', value: variable('HOST') });
  expect(() => readConfig(yaml, { HOST: 'gw' })).toThrow('agent.yaml:2: gateway.headers.x-tenant: the environment has no TENANT');
});

test('what is wrong is told with file, line and key', () => {
  const f = (yaml: string, want: string): void => {
    expect(() => readConfig(yaml), yaml).toThrow(`cannot use the agent's configuration ${want}`);
  };
  f('', 'agent.yaml: collectors: it is missing');
  f('collectors: []', 'agent.yaml:1: collectors: the list is empty');
  f('collectors: [', 'agent.yaml:1: it is not YAML');
  f(`gatway: {}\n${collector}`, 'agent.yaml:1: gatway is not a known key');
  f('collectors:\n  - kind: netwerk\n', 'agent.yaml:2: collectors[0].kind: "netwerk" is none of network, http, process, hdfs, exec, file');
  f('collectors:\n  - name: x\n    kind: network\n    paths: [a]\n', 'agent.yaml:4: collectors[0].paths is not a known key');
  f(`${collector}    interval: fast\n`, 'agent.yaml:3: collectors[0].interval: "fast" is not a duration: write it like 30s');
  f(`${collector}    interval: 1ms\n`, 'agent.yaml:3: collectors[0].interval: it must be from 0.1s to 86400s');
  f(`${collector}    include: '('\n`, 'agent.yaml:3: collectors[0].include: error parsing regexp: missing closing )');
  f(`${collector}    labels: { job: x }\n`, 'agent.yaml:3: collectors[0].labels: the job has a key of its own, job');
  f(`${collector}    labels: { a-b: x }\n`, 'agent.yaml:3: collectors[0].labels: "a-b" is no label name');
  f(`${collector}  - kind: network\n`, 'agent.yaml:1: collectors: two collectors have the name "network"');
  f(
    `${collector}    job: pushgate_agent\n    labels: { instance: host1 }\n`,
    'agent.yaml:1: collectors: the collector "network" pushes into the group of the agent',
  );
  f(
    `${collector}  - { kind: network, name: b, job: network, method: add }\n`,
    'agent.yaml:1: collectors: "network" and "b" push into one group, so they need the same method',
  );
  f('collectors:\n  - kind: hdfs\n', 'agent.yaml:2: collectors[0].paths: it is missing');
  f('collectors:\n  - kind: hdfs\n    paths: [-x]\n', 'agent.yaml:3: collectors[0].paths: "-x" would be read as an option');
  f(
    'collectors:\n  - kind: http\n    targets:\n      - http://a\n      - ftp://b\n',
    'agent.yaml:5: collectors[0].targets[1].url: "ftp://b" is not a URL',
  );
  f(
    'collectors:\n  - kind: http\n    targets: ["http://u:p@a"]\n',
    'agent.yaml:3: collectors[0].targets[0].url: it holds a user or a password',
  );
  f(
    'collectors:\n  - kind: process\n    processes: [{}]\n',
    'agent.yaml:3: collectors[0].processes[0]: it needs one of name, user, pid_file or command_line',
  );
  f(
    'collectors:\n  - kind: file\n    directory: d\n    files: [a/*.prom]\n',
    'agent.yaml:4: collectors[0].files[0]: "a/*.prom" has a slash',
  );
  f(`gateway: { url: 'http://u:p@gw' }\n${collector}`, 'agent.yaml:1: gateway.url: it holds a user or a password; use basic_auth');
  f(
    `gateway:\n  basic_auth: { username: u }\n${collector}`,
    'agent.yaml:2: gateway.basic_auth: it needs one of password and password_file',
  );
  f(`gateway: { timeout: 0s }\n${collector}`, 'agent.yaml:1: gateway.timeout: it must be from');
});

test('the fingerprint of a collector changes with what it says, not with the order in which it says it', () => {
  const f = (yaml: string): string | undefined => readConfig(yaml).collectors[0]?.fingerprint;
  expect(f('collectors: [{ kind: network, interval: 1s }]')).toBe(f('collectors:\n  - interval: 1s\n    kind: network # same\n'));
  expect(f('collectors: [{ kind: network, interval: 1s }]')).not.toBe(f('collectors: [{ kind: network, interval: 2s }]'));
  expect(f('collectors: [{ kind: network }]')).not.toBe(f('defaults: { interval: 2s }\ncollectors: [{ kind: network }]'));
});

test('a configuration without an end is not read to it', () => {
  const read = (): unknown => readAgentConfig('/dev/zero', { env: {}, hostname: 'h' });
  expect(read).toThrow("cannot read the agent's configuration /dev/zero: it is longer than 1048576 bytes");
});

test('the examples can be used', () => {
  const folder = path.join(import.meta.dirname, '../../../examples/agent');
  const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
  expect(files.length).toBeGreaterThan(2);
  for (const file of files)
    expect(readAgentConfig(path.join(folder, file), { env: {}, hostname: 'h' }).collectors.length).toBeGreaterThan(0);
  const { collectors } = readAgentConfig(path.join(folder, 'everything.yaml'), { env: {}, hostname: 'h' });
  expect(new Set(collectors.map(({ source }) => source.kind)).size).toBe(6);
});
