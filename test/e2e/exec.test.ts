import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { findFreePort, type RunningServer, startPushgate } from '../support/server.ts';
import { useTemporaryFolder } from '../support/temporary-folder.ts';
import { pushgateBin, readSamples, useCommands, useFakeGateway } from './running-command.ts';

let gateway: RunningServer;
const start = useCommands();
const serveFake = useFakeGateway();
const folder = useTemporaryFolder();
const run = (args: readonly string[], stdin = ''): ReturnType<typeof start>['ended'] =>
  start(['exec', ...args], { stdin, env: { PUSHGATE_URL: gateway.url } }).ended;

beforeAll(async () => {
  gateway = await startPushgate();
});
afterAll(() => gateway.stop());

/** The metrics of a job without its labels. */
async function metricsOf(job: string): Promise<Record<string, number>> {
  const samples = await readSamples(gateway.url, `job="${job}"`);
  return Object.fromEntries(Object.entries(samples).map(([series, value]) => [series.replace(/\{.*/, ''), value]));
}

test('a job has stdin, stdout, stderr and exit code of its own, and all of it is pushed', async () => {
  const before = Date.now() / 1000;
  const end = await run(['--job=own', '--label=path=/a b', '--', 'sh', '-c', 'cat; echo out; echo err >&2; exit 0'], 'in\n');
  expect(end).toEqual({ code: 0, signal: null, stdout: 'in\nout\n', stderr: 'err\n' });
  expect(Object.keys(await readSamples(gateway.url, 'job="own"', 'path="/a b"'))).toHaveLength(11);
  const metrics = await metricsOf('own');
  expect(metrics).toMatchObject({ job_exit_code: 0, job_success: 1, push_failure_time_seconds: 0 });
  const { job_start_time_seconds: started = 0, job_end_time_seconds: ended = 0, job_duration_seconds: seconds = 0 } = metrics;
  expect(started).toBeGreaterThanOrEqual(before);
  expect(ended - started).toBeCloseTo(seconds, 1);
  expect(metrics['job_last_success_time_seconds']).toBe(ended);
});

test('a job that fails keeps the time of its last success, and the rest of its group', async () => {
  await run(['--job=fails', '--prefix=backup', '--', 'true']);
  await fetch(`${gateway.url}/metrics/job/fails`, { method: 'POST', body: 'files 7\n' });
  const before = await metricsOf('fails');
  const end = await run(['--job=fails', '--prefix=backup', '--', 'sh', '-c', 'exit 42']);
  expect([end.code, end.stderr]).toEqual([42, '']);
  const after = await metricsOf('fails');
  expect(after).toMatchObject({ backup_exit_code: 42, backup_success: 0, files: 7 });
  expect(after['backup_last_success_time_seconds']).toBe(before['backup_last_success_time_seconds']);
  expect(after['backup_end_time_seconds']).toBeGreaterThan(before['backup_end_time_seconds'] ?? Infinity);
});

test('a command that cannot be run ends as in a shell, and is pushed as a failure', async () => {
  writeFileSync(path.join(folder(), 'plain'), '');
  const f = async (command: string, code: number, want: string): Promise<void> => {
    const end = await run(['--job=start', '--', command]);
    expect([end.code, end.stderr], command).toEqual([code, `pushgate: cannot run ${command}: ${want}\n`]);
    expect(await metricsOf('start'), command).toMatchObject({ job_exit_code: code, job_success: 0, job_max_rss_bytes: NaN });
  };
  await f('pushgate-no-such-command', 127, 'there is no such command');
  await f(path.join(folder(), 'plain'), 126, 'permission denied, or it is no program');
});

test('a wrong command line runs nothing and ends with 125', async () => {
  const file = path.join(folder(), 'ran');
  const f = async (args: string[], want: string): Promise<void> => {
    const end = await run([...args, '--', 'touch', file]);
    expect([end.code, end.stdout], args.join(' ')).toEqual([125, '']);
    expect(end.stderr).toContain(want);
    expect(existsSync(file)).toBe(false);
  };
  await f([], '--job is missing');
  await f(['--job=j', '--label=a-b=1'], '"a-b" is no label name');
  await f(['--job=j', '--prefix=1x'], '--prefix "1x" cannot begin the name of a metric');
  await f(['--job=j', '--timeout=soon'], 'soon');
  await f(['--job=j', '--no-such'], "Unknown option '--no-such'");
  expect((await run(['--job=j', 'touch', file])).stderr).toContain('put -- before the command: pushgate exec ... -- touch');
  expect((await run(['--job=j', '--'])).stderr).toContain('the COMMAND behind -- is missing');
});

test('what the job used is pushed', async () => {
  const burn = 'const a = Buffer.alloc(100e6, 1); const end = Date.now() + 1500; while (Date.now() < end); process.exit(a[5] - 1)';
  await run(['--job=used', '--', 'sh', '-c', `"${process.execPath}" -e "${burn}"; true`]);
  const metrics = await metricsOf('used');
  const cpuSeconds = (metrics['job_cpu_user_seconds'] ?? 0) + (metrics['job_cpu_system_seconds'] ?? 0);
  expect(cpuSeconds).toBeGreaterThan(0.2);
  expect(cpuSeconds).toBeLessThan(10);
  expect(metrics['job_max_rss_bytes']).toBeGreaterThan(100e6);
  expect(metrics['job_max_rss_bytes']).toBeLessThan(1e9);
});

test('signals are passed on, and what the job makes of them is its own matter', async () => {
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP', 'SIGQUIT', 'SIGUSR1', 'SIGUSR2'] as const) {
    const { child, stdout, ended } = start(
      ['exec', '--job=signals', '--', 'sh', '-c', `trap 'echo got; kill $!; exit 5' ${signal.slice(3)}; echo ready; sleep 30 & wait`],
      { env: { PUSHGATE_URL: gateway.url } },
    );
    await expect.poll(stdout, { timeout: 10_000 }).toBe('ready\n');
    child.kill(signal);
    expect(await ended, signal).toMatchObject({ code: 5, signal: null, stdout: 'ready\ngot\n', stderr: '' });
  }
  expect(await metricsOf('signals')).toMatchObject({ job_exit_code: 5 });
});

test('a signal that ends the job ends pushgate too, after the push', async () => {
  const f = async (signal: NodeJS.Signals, number: number): Promise<void> => {
    const end = await run([`--job=died-${signal}`, '--', 'sh', '-c', `ulimit -c 0; kill -${signal.slice(3)} $$; sleep 30`]);
    expect([end.code, end.signal, end.stderr], signal).toEqual([null, signal, '']);
    expect(await metricsOf(`died-${signal}`), signal).toMatchObject({ job_exit_code: 128 + number, job_success: 0 });
  };
  await f('SIGTERM', 15);
  await f('SIGKILL', 9);
  await f('SIGPIPE', 13);
  await f('SIGINT', 2);
});

test('in a terminal, ^C reaches the job once', async (context) => {
  if (!existsSync('/usr/bin/script')) return context.skip('needs script of util-linux');
  const file = path.join(folder(), 'job.mjs');
  // Two that come at once could be taken for one: it says so itself, at once, and waits for more.
  writeFileSync(file, "process.on('SIGINT', () => console.log('got'));\nconsole.log('ready');\nsetTimeout(() => {}, 3000);\n");
  const command = `${process.execPath} ${pushgateBin} exec --url=${gateway.url} --job=terminal -- ${process.execPath} ${file}`;
  const terminal = spawn('script', ['-qec', command, '/dev/null'], { stdio: ['pipe', 'pipe', 'ignore'] });
  let seen = '';
  terminal.stdout.setEncoding('utf8').on('data', (text: string) => (seen += text));
  const ended = new Promise((resolve) => terminal.once('close', resolve));
  try {
    await expect.poll(() => seen, { timeout: 10_000 }).toContain('ready');
    terminal.stdin.write('\x03');
    await ended;
  } finally {
    terminal.kill('SIGKILL');
  }
  expect(seen.match(/got/g)).toHaveLength(1);
  expect(await metricsOf('terminal')).toMatchObject({ job_exit_code: 0 });
});

test('a gateway that is down, refuses or hangs costs a line and a bounded time, never the job', async () => {
  const refusing = await serveFake((_, response) => response.writeHead(400).end('no such tenant\n'));
  const hanging = await serveFake(() => {});
  const busy = await serveFake((_, response) => response.writeHead(503, { 'retry-after': '30' }).end('later\n'));
  const f = async (url: string, want: string, timeout = '10s'): Promise<void> => {
    const begunMs = performance.now();
    const args = [`--url=${url}`, `--timeout=${timeout}`, '--retries=1', '--job=j', '--'];
    const end = await run([...args, 'sh', '-c', 'echo out; exit 3']);
    expect([end.code, end.stdout], url).toEqual([3, 'out\n']);
    expect(end.stderr).toMatch(/^pushgate: warning: the result of the job is not pushed: [^\n]*\n$/);
    expect(end.stderr).toContain(want);
    expect(performance.now() - begunMs).toBeLessThan(8000);
    const required = await run(['--require-push', ...args, 'true']);
    expect([required.code, required.stderr !== '']).toEqual([123, true]);
  };
  await f(`http://127.0.0.1:${await findFreePort()}`, 'connection refused');
  await f(refusing, 'no such tenant');
  await f(hanging, 'given up after the 0.5 s of --timeout', '500ms');
  await f(busy, 'given up after the 1 s of --timeout: the gateway answered 503', '1s');
  expect((await run(['--require-push', '--job=j', '--', 'false'])).code).toBe(1);
  const noPassword = await run(['--user=u', `--password-file=${path.join(folder(), 'none')}`, '--job=j', '--', 'echo', 'ran']);
  expect([noPassword.code, noPassword.stdout, noPassword.stderr.includes('cannot read')]).toEqual([0, 'ran\n', true]);
});

test('a slow gateway is waited for, and a signal ends the wait', async () => {
  const slow = await serveFake((request, response) => {
    request.resume().on('end', () => setTimeout(() => response.writeHead(202).end(), 300));
  });
  expect(await run([`--url=${slow}`, '--require-push', '--job=j', '--', 'true'])).toMatchObject({ code: 0, stderr: '' });
  const hanging = await serveFake(() => {});
  const { child, stdout, ended } = start(['exec', `--url=${hanging}`, '--timeout=60s', '--job=j', '--', 'echo', 'done']);
  await expect.poll(stdout, { timeout: 10_000 }).toBe('done\n');
  // The job may just be ending: a signal that it gets is lost, so it is sent until one arrives later.
  const sending = setInterval(() => child.kill('SIGTERM'), 50);
  const end = await ended;
  clearInterval(sending);
  expect([end.code ?? end.signal, end.stderr.includes('a signal came')]).toEqual([0, true]);
});

test('with --push-start a job that hangs is seen', async () => {
  const file = path.join(folder(), 'go');
  const script = `while [ ! -e ${file} ]; do sleep 0.05; done`;
  const { ended } = start(['exec', '--job=hangs', '--push-start', '--', 'sh', '-c', script], { env: { PUSHGATE_URL: gateway.url } });
  await expect.poll(() => metricsOf('hangs'), { timeout: 10_000 }).toMatchObject({ job_running: 1 });
  expect(await metricsOf('hangs')).not.toHaveProperty('job_end_time_seconds');
  writeFileSync(file, '');
  expect((await ended).code).toBe(0);
  expect(await metricsOf('hangs')).toMatchObject({ job_running: 0, job_success: 1 });
  const page = readFileSync(path.join(import.meta.dirname, '../../docs/exec.md'), 'utf8');
  const documented = [...page.matchAll(/^\| `PREFIX(_[a-z_]+)` /gm)].map(([, name = '']) => `job${name}`);
  const pushed = Object.keys(await metricsOf('hangs')).filter((name) => name.startsWith('job_'));
  expect(pushed.sort()).toEqual(documented.sort());
});

test('a job that prints much prints all of it, and its pipe blocks as ever', async () => {
  const size = 4 * 1024 * 1024;
  const script = `head -c ${size} /dev/zero | tr '\\0' x; sed -n 's/^flags:[^0-9]*//p' /proc/self/fdinfo/1`;
  const { stdout } = await run(['--job=pipe', '--', 'sh', '-c', script]);
  expect(stdout.indexOf('0')).toBe(size);
  // O_NONBLOCK of open(2), in octal.
  expect(Number.parseInt(stdout.slice(size), 8) & 0o4000).toBe(0);
});
