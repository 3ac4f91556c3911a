import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { ProcessCollector } from '../../../src/agent/collectors/process.ts';
import { parseProcessStat, ProcessTable } from '../../../src/agent/collectors/process-table.ts';
import type { ProcessConfig } from '../../../src/agent/config/agent-config.ts';
import { useTemporaryFolder } from '../../support/temporary-folder.ts';
import { linesOf, readConfig } from '../support.ts';

const folder = useTemporaryFolder();

interface Fake {
  name?: string;
  uid?: number;
  cpuTicks?: number;
  startTicks?: number;
  command?: string[];
  files?: number;
}

/** A process in a /proc of our own. */
function addProcess(
  pid: number,
  { name = 'worker', uid = 1000, cpuTicks = 0, startTicks = 500, command = ['/bin/worker'], files = 2 }: Fake,
): void {
  const place = path.join(folder(), String(pid));
  mkdirSync(path.join(place, 'fd'), { recursive: true });
  for (let i = 0; i < files; i++) writeFileSync(path.join(place, 'fd', String(i)), '');
  const stat = `${pid} (${name}) S 1 1 1 0 -1 4194560 1 1 1 1 ${cpuTicks} 100 0 0 20 0 4 0 ${startTicks} 8192 5 1\n`;
  writeFileSync(path.join(place, 'stat'), stat);
  writeFileSync(path.join(place, 'status'), `Name:\t${name}\nUid:\t0\t${uid}\t0\t0\nVmRSS:\t    2 kB\n`);
  writeFileSync(path.join(place, 'cmdline'), command.map((part) => `${part}\0`).join(''));
}

function makeCollector(watch: string): ProcessCollector {
  writeFileSync(path.join(folder(), 'stat'), 'cpu 1\nbtime 1700000000\n');
  const { source } = readConfig(`collectors: [{ kind: process, processes: [${watch}] }]`).collectors[0] ?? {};
  return new ProcessCollector(source as ProcessConfig, new ProcessTable(folder()), () => new Map([['app', 1000]]));
}

test('a name may hold blanks and parentheses', () => {
  expect(parseProcessStat('7 (a b) c) R 1 7 7 0 -1 0 0 0 0 0 150 50 0 0 20 0 3 0 900 4096 10')).toEqual({
    pid: 7,
    name: 'a b) c',
    state: 'R',
    cpuSeconds: 2,
    threads: 3,
    startTicks: 900,
    virtualBytes: 4096,
  });
  expect(parseProcessStat('')).toBeNull();
});

test('the processes that fit are added up, and listed', async () => {
  const collector = makeCollector('{ name: worker }');
  addProcess(10, { cpuTicks: 100, startTicks: 1000 });
  addProcess(11, { cpuTicks: 300, uid: 7 });
  addProcess(12, { name: 'other' });
  const { families, problem } = await collector.collect();
  expect(problem).toBeNull();
  expect(linesOf({ families })).toEqual([
    'node_process_count{process="worker"} 2',
    'node_process_cpu_seconds_total{process="worker"} 6',
    'node_process_open_fds{process="worker"} 4',
    'node_process_resident_memory_bytes{process="worker"} 4096',
    'node_process_start_time_seconds{process="worker"} 1.700000005e+09',
    'node_process_status_info{process="worker",process_name="worker",pid="10",user="app",status="sleeping"} 1',
    'node_process_status_info{process="worker",process_name="worker",pid="11",user="7",status="sleeping"} 1',
    'node_process_threads{process="worker"} 8',
    'node_process_up{process="worker"} 1',
    'node_process_virtual_memory_bytes{process="worker"} 16384',
  ]);
});

test('a process that is not there is down, and has no start', async () => {
  const lines = linesOf(await makeCollector('{ name: worker }').collect());
  expect(lines).toContain('node_process_up{process="worker"} 0');
  expect(lines).toContain('node_process_count{process="worker"} 0');
  expect(lines.join('\n')).not.toContain('start_time');
});

test('processes are found by each way, and by several at once', async () => {
  addProcess(10, { command: ['/usr/bin/java', '-jar', 'orders.jar'], name: 'java' });
  addProcess(11, { command: ['/usr/bin/java', '-jar', 'bills.jar'], name: 'java', uid: 0 });
  addProcess(12, { name: 'a-very-long-nam', command: ['/opt/a-very-long-name', '-x'] });
  writeFileSync(path.join(folder(), 'my.pid'), '11\n');
  writeFileSync(path.join(folder(), 'old.pid'), '99\n');
  const f = async (watch: string, label: string, want: number[]): Promise<void> => {
    const lines = linesOf(await makeCollector(watch).collect());
    const pids = lines.flatMap((line) => /status_info\{process="(.*?)",.*pid="(\d+)"/.exec(line)?.slice(1) ?? []);
    expect(pids, watch).toEqual(want.flatMap((pid) => [label, String(pid)]));
  };
  await f('{ name: java }', 'java', [10, 11]);
  await f('{ user: app }', 'app', [10, 12]);
  await f('{ user: 0 }', '0', [11]);
  await f('{ command_line: "orders\\\\.jar$", label: orders }', 'orders', [10]);
  await f(`{ pid_file: ${folder()}/my.pid }`, 'my', [11]);
  await f(`{ pid_file: ${folder()}/old.pid }`, 'old', []);
  await f(`{ pid_file: ${folder()}/none.pid }`, 'none', []);
  await f('{ name: java, user: app }', 'java', [10]);
  await f('{ name: a-very-long-name }', 'a-very-long-name', [12]);
  await f('{ name: a-very-long-nam }', 'a-very-long-nam', [12]);
  await f('{ name: a-very-long-other }', 'a-very-long-other', []);
});

test('CPU time never falls when a process ends or its pid is used again', async () => {
  const collector = makeCollector('{ name: worker }');
  const f = async (want: number): Promise<void> => {
    expect(linesOf(await collector.collect())).toContain(`node_process_cpu_seconds_total{process="worker"} ${want}`);
  };
  addProcess(10, { cpuTicks: 900 });
  addProcess(11, { cpuTicks: 100 });
  await f(12);
  rmSync(path.join(folder(), '10'), { recursive: true });
  addProcess(11, { cpuTicks: 200 });
  await f(13);
  addProcess(11, { cpuTicks: 0, startTicks: 9000 });
  await f(14);
});

test('a user that does not exist is told of', async () => {
  expect((await makeCollector('{ user: nobody-here }').collect()).problem).toBe('there is no user nobody-here');
});
