// Starts the servers that are compared, each in a fresh process on a free loopback port.
import { spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const root = path.join(import.meta.dirname, '..');
const startMsMax = 60_000;
const stopMsMax = 60_000;
const firstPort = 15_000;
const portCount = 4000;
let nextPort = process.pid;

const referenceFile = '/usr/bin/prometheus-pushgateway';
const victoriaFile = '/usr/bin/victoria-metrics';

/** What stands in tables for each server, in the order in which they are measured. */
export const serverTitles = {
  pushgate: 'Pushgate',
  reference: 'reference',
  unchecked: 'reference, no checks',
  victoria: 'VictoriaMetrics',
  bare: 'bare node:http',
};

const commands = {
  pushgate: (port) => [path.join(root, 'bin', 'pushgate.js'), `--web.listen-address=127.0.0.1:${port}`, '--log.level=warn'],
  reference: (port) => [`--web.listen-address=127.0.0.1:${port}`, '--log.level=warn'],
  unchecked: (port) => [...commands.reference(port), '--push.disable-consistency-check'],
  victoria: (port) => [
    `-httpListenAddr=127.0.0.1:${port}`,
    `-storageDataPath=${makeFolder()}`,
    '-loggerLevel=ERROR',
    '-retentionPeriod=1d',
  ],
  bare: (port) => [path.join(import.meta.dirname, 'bare-server.mjs'), String(port)],
};
const programs = { reference: referenceFile, unchecked: referenceFile, victoria: victoriaFile };

const running = new Set();
let folder = null;
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => process.exit(1));
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
  if (folder !== null) rmSync(folder, { recursive: true, force: true });
});

/** Those of these servers that are not installed here. */
export function findMissingServers(names) {
  return names.filter((name) => programs[name] !== undefined && !existsSync(programs[name]));
}

/** A new folder on the disk of the project, which goes with the end of this process. */
export function makeFolder() {
  mkdirSync(path.join(root, 'data'), { recursive: true });
  folder ??= mkdtempSync(path.join(root, 'data', 'bench-'));
  return mkdtempSync(path.join(folder, 'x-'));
}

/** Starts a server of this name with these flags; resolves when it takes connections. `nodeFlags` are for servers that run in Node. */
export async function startServer(name, flags = [], nodeFlags = []) {
  const launched = await launchServer(name, flags, nodeFlags);
  const until = performance.now() + startMsMax;
  while (!(await accepts(launched.port))) {
    if (performance.now() > until) throw new Error(`cannot start ${name}: it took no connection within ${startMsMax / 1000} s`);
    launched.checkRunning();
    await sleep(20);
  }
  return launched;
}

/** Starts a server and does not wait for anything. */
export async function launchServer(name, flags = [], nodeFlags = []) {
  const port = await findFreePort();
  const args = [...commands[name](port), ...flags];
  const isReference = programs[name] === referenceFile;
  // Debian's build would otherwise keep its data under /var/lib.
  if (isReference && !flags.some((flag) => flag.startsWith('--persistence.file'))) args.push('--persistence.file=');
  const [program, ...rest] = programs[name] === undefined ? [process.execPath, ...nodeFlags, ...args] : [programs[name], ...args];
  const launchedMs = performance.now();
  const child = spawn(program, rest, { stdio: ['ignore', 'ignore', 'pipe'] });
  running.add(child);
  let log = '';
  child.stderr.on('data', (text) => (log = (log + text).slice(-4096)));
  const exited = new Promise((resolve) => {
    child.once('exit', (code) => {
      running.delete(child);
      resolve(code);
    });
  });
  return {
    name,
    port,
    pid: child.pid,
    url: `http://127.0.0.1:${port}`,
    launchedMs,
    checkRunning() {
      if (child.exitCode !== null) throw new Error(`cannot start ${name}: ${log || `it ended with ${child.exitCode}`}`);
    },
    stop: (signal) => stopServer(child, exited, signal),
  };
}

/** First lines of what the servers say of their version; of those that are not here, that. */
export function serverVersions() {
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const ask = (program, flag, pattern) => {
    const { stdout, stderr } = spawnSync(program, [flag], { encoding: 'utf8' });
    return pattern.exec(`${stdout}${stderr}`)?.[0] ?? `no ${path.basename(program)}`;
  };
  return {
    pushgate: version,
    node: process.version,
    reference: ask(referenceFile, '--version', /^.*version \S+/m),
    victoria: existsSync(victoriaFile) ? `VictoriaMetrics ${packageVersion('victoria-metrics')}` : 'no VictoriaMetrics',
    wrk: ask('wrk', '-v', /wrk \S+/),
  };
}

/** Bytes in memory now (`VmRSS`), or at most so far (`VmHWM`). */
export function memoryBytes({ pid }, field = 'VmRSS') {
  const [, kibibytes] = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? [];
  return Number(kibibytes) * 1024;
}

/** Lets `VmHWM` begin anew with what is in memory now (proc(5), clear_refs). */
export function resetPeak({ pid }) {
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
}

/** Nothing of a measured server is to be kept, so it is not asked to save anything. */
async function stopServer(child, exited, signal = 'SIGKILL') {
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), stopMsMax);
  await exited;
  clearTimeout(timer);
}

function packageVersion(name) {
  return spawnSync('dpkg-query', ['--show', name], { encoding: 'utf8' }).stdout.trim().split('\t').at(-1);
}

function accepts(port) {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
}

async function findFreePort() {
  for (;;) {
    const port = firstPort + (nextPort++ % portCount);
    const isFree = await new Promise((resolve) => {
      const probe = createServer();
      probe.once('error', () => resolve(false));
      probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
    });
    if (isFree) return port;
  }
}
