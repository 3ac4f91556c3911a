// Starts the servers that are compared, each in a fresh process on a free loopback port.
import { spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const root = path.join(import.meta.dirname, '..');
const startMsMax = 60_000;
const stopMsMax = 60_000;
const firstPort = 15_000;
const portCount = 4000;
let nextPort = process.pid;

export const commands = {
  pushgate: (port) => [
    process.execPath,
    path.join(root, 'bin', 'pushgate.js'),
    `--web.listen-address=127.0.0.1:${port}`,
    '--log.level=warn',
  ],
  reference: (port) => ['/usr/bin/prometheus-pushgateway', `--web.listen-address=127.0.0.1:${port}`, '--log.level=warn'],
  bare: (port) => [process.execPath, path.join(import.meta.dirname, 'bare-server.mjs'), String(port)],
};

const running = new Set();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts a server of this name with these flags; resolves when it takes connections. */
export async function startServer(name, flags = []) {
  const port = await findFreePort();
  const [command, ...args] = commands[name](port);
  // Debian's build would otherwise keep its data under /var/lib.
  if (name === 'reference' && !flags.some((flag) => flag.startsWith('--persistence.file'))) args.push('--persistence.file=');
  const child = spawn(command, [...args, ...flags], { stdio: ['ignore', 'ignore', 'pipe'] });
  running.add(child);
  let log = '';
  child.stderr.on('data', (text) => (log = (log + text).slice(-4096)));
  const exited = new Promise((resolve) => {
    child.once('exit', (code) => {
      running.delete(child);
      resolve(code);
    });
  });
  const until = performance.now() + startMsMax;
  while (!(await accepts(port))) {
    if (child.exitCode !== null || performance.now() > until) throw new Error(`cannot start ${name}: ${log || `code ${child.exitCode}`}`);
    await sleep(20);
  }
  return { name, port, pid: child.pid, url: `http://127.0.0.1:${port}`, stop: (signal) => stopServer(child, exited, signal) };
}

/** First lines of what the servers say of their version. */
export function serverVersions() {
  const reference = spawnSync('/usr/bin/prometheus-pushgateway', ['--version'], { encoding: 'utf8' });
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  const wrk = spawnSync('wrk', ['-v'], { encoding: 'utf8' });
  const [firstLine = 'not installed'] = `${reference.stdout}${reference.stderr}`.split('\n');
  return {
    pushgate: version,
    reference: firstLine,
    node: process.version,
    wrk: /wrk \S+/.exec(`${wrk.stdout}${wrk.stderr}`)?.[0] ?? 'not installed',
  };
}

/** Bytes in memory now (`VmRSS`), or at most so far (`VmHWM`). */
export function memoryBytes({ pid }, field = 'VmRSS') {
  const [, kibibytes] = new RegExp(`^${field}:\\s+(\\d+) kB$`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'latin1')) ?? [];
  return Number(kibibytes) * 1024;
}

/** Nothing of a measured server is to be kept, so it is not asked to save anything. */
async function stopServer(child, exited, signal = 'SIGKILL') {
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), stopMsMax);
  await exited;
  clearTimeout(timer);
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
