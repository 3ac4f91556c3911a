import { existsSync } from 'node:fs';
import path from 'node:path';
import { readBoundedFile } from '../../base/read-bounded-file.ts';
import type { Collection, Collector, CollectorChoice } from '../collector.ts';
import type { ProcessConfig, ProcessWatch } from '../config/agent-config.ts';
import { processInfosMax, systemFileBytesMax } from '../limits.ts';
import { type MetricDefinition, MetricSheet } from '../metric-sheet.ts';
import { type ProcessStat, ProcessTable, ticksPerSecond } from './process-table.ts';

const define = (name: string, type: MetricDefinition['type'], help: string): MetricDefinition => ({
  name: `node_process_${name}`,
  type,
  help,
});

const up = define('up', 'gauge', '1 if at least one process fits, else 0.');
const count = define('count', 'gauge', 'Processes that fit.');
const cpu = define(
  'cpu_seconds_total',
  'counter',
  'CPU time of all processes that fit, also of those that have ended since the agent started.',
);
const resident = define('resident_memory_bytes', 'gauge', 'Resident memory of the processes that fit, shared pages counted for each.');
const virtual = define('virtual_memory_bytes', 'gauge', 'Virtual memory of the processes that fit.');
const startTime = define('start_time_seconds', 'gauge', 'When the oldest process that fits was started, in seconds since 1970.');
const openFiles = define('open_fds', 'gauge', 'Open file descriptors of the processes that fit, where the agent may count them.');
const threads = define('threads', 'gauge', 'Threads of the processes that fit.');
const statusInfo = define('status_info', 'gauge', 'A process that fits, and its state. Always 1.');

export const processMetrics: readonly MetricDefinition[] = [up, count, cpu, resident, virtual, startTime, openFiles, threads, statusInfo];

const stateWords: Readonly<Record<string, string>> = {
  R: 'running',
  S: 'sleeping',
  D: 'waiting',
  Z: 'zombie',
  T: 'stopped',
  t: 'traced',
  I: 'idle',
};

export function chooseProcessCollector(config: ProcessConfig): CollectorChoice {
  if (existsSync(path.join(config.procfs, 'stat'))) {
    return { collector: new ProcessCollector(config, new ProcessTable(config.procfs), readUserIds), lack: null };
  }
  return { collector: null, lack: `this system (${process.platform}) has no ${config.procfs}/stat, so processes cannot be watched` };
}

/** Processes by name, user, pid file or command line. */
export class ProcessCollector implements Collector {
  readonly #config: ProcessConfig;
  readonly #table: ProcessTable;
  readonly #readUsers: () => ReadonlyMap<string, number>;
  readonly #cpuMeters: readonly CpuMeter[];

  constructor(config: ProcessConfig, table: ProcessTable, readUsers: () => ReadonlyMap<string, number>) {
    this.#config = config;
    this.#table = table;
    this.#readUsers = readUsers;
    this.#cpuMeters = config.watches.map(() => new CpuMeter());
  }

  async collect(): Promise<Collection> {
    const sheet = new MetricSheet();
    const users = this.#readUsers();
    const userNames = new Map([...users].map(([name, id]) => [id, name]));
    const all = this.#table.list();
    const problems: string[] = [];
    for (const [i, watch] of this.#config.watches.entries()) {
      const userId = watch.user === null ? null : findUserId(users, watch.user);
      if (userId === undefined) problems.push(`there is no user ${watch.user ?? ''}`);
      const found = userId === undefined ? [] : all.filter((stat) => this.#fits(stat, watch, userId));
      const labels = { process: watch.label };
      const cpuSeconds = this.#cpuMeters[i]?.add(found) ?? 0;
      sheet.addAll(labels, [[up, found.length > 0 ? 1 : 0], [count, found.length], [cpu, cpuSeconds], ...this.#sumUp(found)]);
      for (const stat of found.slice(0, processInfosMax)) this.#addInfo(sheet, watch, stat, userNames);
      if (found.length > processInfosMax)
        problems.push(`${watch.label}: only ${processInfosMax} of ${found.length} processes have a status info`);
    }
    return { families: sheet.families(), problem: problems.length === 0 ? null : problems.join('; ') };
  }

  #fits(stat: ProcessStat, { name, pidFile, commandLine }: ProcessWatch, userId: number | null): boolean {
    if (name !== null && stat.name !== name && !this.#isRunAs(stat, name)) return false;
    if (pidFile !== null && readPid(pidFile) !== stat.pid) return false;
    if (userId !== null && this.#table.userId(stat.pid) !== userId) return false;
    // The agent's own command line may hold the expression.
    return commandLine === null || (stat.pid !== process.pid && commandLine.matches(this.#table.commandLine(stat.pid).join(' ')));
  }

  /** The kernel keeps 15 bytes of a name: what is longer is compared with the program's own path. */
  #isRunAs(stat: ProcessStat, name: string): boolean {
    if (Buffer.byteLength(name) <= 15 || !name.startsWith(stat.name.slice(0, 14))) return false;
    const [program = ''] = this.#table.commandLine(stat.pid);
    return path.basename(program) === name;
  }

  #sumUp(found: readonly ProcessStat[]): (readonly [MetricDefinition, number])[] {
    const sum = (values: readonly (number | null)[]): number => values.reduce<number>((total, value) => total + (value ?? 0), 0);
    const files = found.map(({ pid }) => this.#table.openFileCount(pid));
    const samples: (readonly [MetricDefinition, number])[] = [
      [resident, sum(found.map(({ pid }) => this.#table.residentBytes(pid)))],
      [virtual, sum(found.map(({ virtualBytes }) => virtualBytes))],
      [threads, sum(found.map(({ threads: number }) => number))],
    ];
    // Nothing could be counted: that is not zero.
    if (files.length === 0 || files.some((value) => value !== null)) samples.push([openFiles, sum(files)]);
    if (found.length > 0) samples.push([startTime, this.#startSeconds(found.reduce((a, b) => (b.startTicks < a.startTicks ? b : a)))]);
    return samples;
  }

  #startSeconds({ startTicks }: ProcessStat): number {
    return this.#table.bootTimeSeconds() + startTicks / ticksPerSecond;
  }

  #addInfo(sheet: MetricSheet, { label }: ProcessWatch, { pid, name, state }: ProcessStat, userNames: ReadonlyMap<number, string>): void {
    const userId = this.#table.userId(pid);
    const user = userId === null ? '' : (userNames.get(userId) ?? String(userId));
    sheet.add(statusInfo, { process: label, process_name: name, pid: String(pid), user, status: stateWords[state] ?? state }, 1);
  }
}

/** Adds up what processes use, so that the sum never falls when one of them ends. */
class CpuMeter {
  #total = 0;
  #before: ReadonlyMap<string, number> = new Map();

  add(found: readonly ProcessStat[]): number {
    const now = new Map(found.map(({ pid, startTicks, cpuSeconds }) => [`${pid} ${startTicks}`, cpuSeconds]));
    for (const [id, cpuSeconds] of now) this.#total += Math.max(0, cpuSeconds - (this.#before.get(id) ?? 0));
    this.#before = now;
    return this.#total;
  }
}

/** `undefined` if there is no such user. */
function findUserId(users: ReadonlyMap<string, number>, user: string): number | undefined {
  return /^\d+$/.test(user) ? Number(user) : users.get(user);
}

function readUserIds(): ReadonlyMap<string, number> {
  const lines = readIfThere('/etc/passwd').split('\n');
  return new Map(
    lines.flatMap((line) => {
      const [name = '', , id = ''] = line.split(':');
      return /^\d+$/.test(id) ? [[name, Number(id)] as const] : [];
    }),
  );
}

/** `null` without a file or a number in it: then nothing runs. */
function readPid(file: string): number | null {
  const text = readIfThere(file).trim();
  return /^\d{1,10}$/.test(text) ? Number(text) : null;
}

function readIfThere(file: string): string {
  try {
    return readBoundedFile(file, systemFileBytesMax).toString();
  } catch {
    return '';
  }
}
