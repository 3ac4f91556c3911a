import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { createServer, connect } from 'node:net';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { commandOf } from './debian.ts';

/** A server of its own process that answers on a free loopback port. Whoever starts one stops it. */
export interface RunningServer {
  /** `http://127.0.0.1:PORT`, without a slash at the end; `https:` where so asked. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** The last 256 KiB that it wrote to stdout and stderr. */
  log(): string;
  /** Sends the signal (SIGTERM), waits at most ten seconds, then kills. May be called again: it hands out the same end. */
  stop(signal?: NodeJS.Signals): Promise<ExitStatus>;
  /** Settles when the process has ended, by whatever hand. */
  readonly exited: Promise<ExitStatus>;
}

export interface ExitStatus {
  /** `null` if a signal ended it. */
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface StartOptions {
  /** A path that must answer 2xx before the server counts as started; without it an accepted connection is enough. */
  readonly ready?: string;
  readonly scheme?: 'http' | 'https';
  readonly cwd?: string;
  readonly env?: NodeJS.ProcessEnv;
  /** How long to wait for the start. 15 s if not given. */
  readonly startMsMax?: number;
}

const logCharsMax = 256 * 1024;
const startMsMax = 15_000;
const stopMsMax = 10_000;
const pollMs = 20;
/** Below the ports that Linux hands to outgoing connections, so that a load generator cannot take one away. */
const firstPort = 20_000;
const portCount = 12_000;
const startTriesMax = 3;

const root = path.join(import.meta.dirname, '..', '..');
const running = new Set<ChildProcess>();
process.once('exit', () => {
  for (const child of running) child.kill('SIGKILL');
});

/** Starts the built Pushgate (`npm run build` first) with these flags on a free loopback port. */
export function startPushgate(flags: readonly string[] = [], options: StartOptions = {}): Promise<RunningServer> {
  if (!existsSync(path.join(root, 'dist', 'cli', 'main.js'))) {
    return Promise.reject(new Error('cannot start Pushgate: dist/ is missing, run `npm run build` first'));
  }
  const bin = path.join(root, 'bin', 'pushgate.js');
  return startProcess(process.execPath, [bin, '--web.listen-address=127.0.0.1:{port}', ...flags], options);
}

/** Starts Debian's prometheus-pushgateway, without persistence unless a flag says otherwise. Guard the test with `needs`. */
export function startReference(flags: readonly string[] = [], options: StartOptions = {}): Promise<RunningServer> {
  // Debian's build would otherwise keep its data under /var/lib.
  const persistence = flags.some((flag) => flag.startsWith('--persistence.file')) ? [] : ['--persistence.file='];
  return startProcess(commandOf('prometheus-pushgateway'), ['--web.listen-address=127.0.0.1:{port}', ...persistence, ...flags], options);
}

/** Starts any server. `{port}` in an argument is replaced by the free port that it shall listen on. */
export async function startProcess(command: string, args: readonly string[], options: StartOptions = {}): Promise<RunningServer> {
  for (let tries = 1; ; tries++) {
    const port = await findFreePort();
    const started = launch(command, args, port, options);
    const reason = await waitUntilReady(started, options);
    if (reason === null) return started;
    await started.stop('SIGKILL');
    const lostThePort = /EADDRINUSE|address already in use/.test(started.log());
    if (!lostThePort || tries === startTriesMax) {
      throw new Error(`cannot start ${path.basename(command)}: ${reason}; it said:\n${started.log()}`);
    }
  }
}

/** A port of 127.0.0.1 on which nobody listens. Another process may still take it before it is used. */
export async function findFreePort(): Promise<number> {
  for (let tries = 0; tries < portCount; tries++) {
    const port = firstPort + (nextPortOffset++ % portCount);
    if (await isFree(port)) return port;
  }
  throw new Error('cannot find a free port');
}
// Test files run in processes of their own: each begins its search somewhere else.
let nextPortOffset = (process.pid * 131) % portCount;

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => {
      resolve(false);
    });
    probe.listen(port, '127.0.0.1', () => {
      probe.close(() => {
        resolve(true);
      });
    });
  });
}

function launch(command: string, args: readonly string[], port: number, options: StartOptions): RunningServer {
  const child = spawn(
    command,
    args.map((arg) => arg.replaceAll('{port}', String(port))),
    { stdio: ['ignore', 'pipe', 'pipe'], cwd: options.cwd ?? root, env: options.env ?? process.env },
  );
  running.add(child);
  let log = '';
  const keep = (text: string): void => {
    log = (log + text).slice(-logCharsMax);
  };
  child.stdout.setEncoding('utf8').on('data', keep);
  child.stderr.setEncoding('utf8').on('data', keep);
  const exited = new Promise<ExitStatus>((resolve) => {
    child.once('error', (error) => {
      keep(error.message);
      running.delete(child);
      resolve({ code: -1, signal: null });
    });
    // `close`, not `exit`: the log is whole by then.
    child.once('close', (code, signal) => {
      running.delete(child);
      resolve({ code, signal });
    });
  });
  return {
    url: `${options.scheme ?? 'http'}://127.0.0.1:${String(port)}`,
    port,
    pid: child.pid ?? -1,
    log: () => log,
    stop: (signal) => stop(child, exited, signal ?? 'SIGTERM'),
    exited,
  };
}

async function stop(child: ChildProcess, exited: Promise<ExitStatus>, signal: NodeJS.Signals): Promise<ExitStatus> {
  child.kill(signal);
  const timer = setTimeout(() => child.kill('SIGKILL'), stopMsMax);
  try {
    return await exited;
  } finally {
    clearTimeout(timer);
  }
}

/** `null` once the server answers, else the reason why it is given up. */
async function waitUntilReady(server: RunningServer, options: StartOptions): Promise<string | null> {
  const end: { status?: ExitStatus } = {};
  void server.exited.then((status) => (end.status = status));
  const bound = options.startMsMax ?? startMsMax;
  const until = performance.now() + bound;
  while (performance.now() < until) {
    if (end.status) return `it ended with code ${String(end.status.code)}`;
    if (await (options.ready === undefined ? accepts(server.port) : answers(server.url + options.ready))) return null;
    await sleep(pollMs);
  }
  return `no answer within ${String(bound)} ms`;
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => {
      resolve(false);
    });
  });
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(2_000) });
    await response.arrayBuffer();
    return response.ok;
  } catch {
    return false;
  }
}
