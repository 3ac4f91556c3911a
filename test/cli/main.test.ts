import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, cpSync, mkdtempSync, openSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { compileSources } from '../crash/compile-sources.ts';

/**
 * The command as a process of its own, with a stand-in for `assemble`: what no test inside this process can see is that texts and log
 * lines arrive before the end, and that signals do.
 */
const root = join(import.meta.dirname, '../..');
const directory = mkdtempSync(join(tmpdir(), 'pushgate-main-'));

/** Serves nothing; the telemetry path says what is to happen. */
const stubAssemble = `
export async function assemble(flags, logger) {
  const scenes = {
    '/fail': () => { throw new Error('cannot listen on :9091', { cause: new Error('address already in use') }); },
    '/bug': () => setImmediate(() => { throw new TypeError('x is not a function'); }),
    '/rejection': () => setImmediate(() => { void Promise.reject(new Error('nobody waits')); }),
    '/flood': () => { for (let i = 0; i < 5000; i++) logger.info({ i }, 'flood'); process.exit(0); },
  };
  scenes[flags.telemetryPath]?.();
  const open = setInterval(() => {}, 1000);
  const stop = async () => { if (flags.telemetryPath === '/hang') await new Promise(() => {}); clearInterval(open); };
  return { addresses: ['127.0.0.1:1'], stop, quit: new Promise(() => {}) };
}`;

/** In the place of `check`: its operand says what is to happen. */
const stubCheck = `
export const checkCommand = {
  help: '', options: [], operandsMin: 1, operandsMax: 1,
  async run({ operands: [scene] }, { stdout }) {
    if (scene === 'rejects') throw new TypeError('x is not a function');
    if (scene === 'throws later') setTimeout(() => { throw new TypeError('y is not a function'); });
    if (scene === 'writes') stdout.write('a line\\n');
    return 0;
  },
};`;

beforeAll(() => {
  compileSources(join(directory, 'dist'), [
    'base',
    'wasm',
    'model',
    'exposition',
    'store',
    'persistence',
    'telemetry',
    'history',
    'api',
    'http',
    'client',
    'agent',
    'cli',
  ]);
  writeFileSync(join(directory, 'dist/cli/assemble.js'), stubAssemble);
  writeFileSync(join(directory, 'dist/cli/commands/check.js'), stubCheck);
  cpSync(join(root, 'bin'), join(directory, 'bin'), { recursive: true });
  cpSync(join(root, 'package.json'), join(directory, 'package.json'));
});

afterAll(() => rmSync(directory, { recursive: true }));

interface Ending {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the command to its end; `onStderr` sees what it has said so far, each time it says something. */
function run(argv: string[], onStderr: (text: string, child: ChildProcess) => void = () => {}, stdoutFd?: number): Promise<Ending> {
  const child = spawn(process.execPath, [join(directory, 'bin/pushgate.js'), ...argv], { stdio: ['ignore', stdoutFd ?? 'pipe', 'pipe'] });
  let stdout = '';
  let stderr = '';
  child.stdout?.on('data', (chunk) => (stdout += String(chunk)));
  child.stderr?.on('data', (chunk) => {
    stderr += String(chunk);
    onStderr(stderr, child);
  });
  return new Promise((resolve) => child.on('close', (code) => resolve({ code, stdout, stderr })));
}

describe('the command', { timeout: 20_000 }, () => {
  test('prints the version and the usage on stdout and ends with 0', async () => {
    expect(await run(['--version'])).toMatchObject({
      code: 0,
      stdout: expect.stringMatching(/^pushgateway, version /) as string,
      stderr: '',
    });
    expect(await run(['--help'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^usage: pushgate /) as string, stderr: '' });
  });

  test('refuses a wrong command line with 1', async () => {
    expect(await run(['--foo'])).toEqual({ code: 1, stdout: '', stderr: "pushgate: error: unknown long flag '--foo', try --help\n" });
  });

  test('hands the arguments behind the name of a command to it', async () => {
    expect(await run(['lint', join(directory, 'no-such-file')])).toEqual({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^pushgate: error: cannot read .*no-such-file: ENOENT.*\n$/) as string,
    });
    expect(await run(['export', '--help'])).toMatchObject({ code: 0, stdout: expect.stringMatching(/^usage: pushgate export /) as string });
  });

  test('says on one line why it cannot start and ends with 1', async () => {
    const { code, stderr } = await run(['--web.telemetry-path=/fail', '--log.level=error']);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^time=\S+ level=error msg="Cannot start" err="cannot listen on :9091: address already in use"\n$/);
  });

  test('serves until SIGTERM or SIGINT and ends with 0', async () => {
    for (const signal of ['SIGTERM', 'SIGINT'] as const) {
      let isSent = false;
      const { code, stderr } = await run([], (text, child) => {
        if (!isSent && text.includes('msg="Listening on" address=127.0.0.1:1')) isSent = child.kill(signal);
      });
      expect(code, signal).toBe(0);
      expect(stderr).toContain('msg=Stopped');
    }
  });

  test('ends at a second signal when it cannot stop', async () => {
    let sent = 0;
    const { code } = await run(['--web.telemetry-path=/hang'], (text, child) => {
      const wanted = text.includes('msg="Stopping') ? 2 : text.includes('msg="Listening on"') ? 1 : 0;
      for (; sent < wanted; sent++) child.kill('SIGTERM');
    });
    expect(code).toBe(143);
  });

  test('ends with 70 and a stack when an error was caught by nobody', async () => {
    expect(await run(['--web.telemetry-path=/bug'])).toMatchObject({
      code: 70,
      stderr: expect.stringMatching(/stack="TypeError: x is not/) as string,
    });
    expect(await run(['--web.telemetry-path=/rejection'])).toMatchObject({
      code: 70,
      stderr: expect.stringMatching(/err="nobody waits"/) as string,
    });
  });

  test('ends a command with a bug by 70 and one line, wherever the bug is', async () => {
    for (const [scene, error] of [
      ['rejects', 'x is not a function'],
      ['throws later', 'y is not a function'],
    ] as const) {
      const { code, stderr } = await run(['check', scene]);
      expect(code, scene).toBe(70);
      expect(stderr, scene).toMatch(new RegExp(`^time=\\S+ level=error msg="BUG: .*" err="${error}" stack=".*"\\n$`));
    }
  });

  test.runIf(process.platform === 'linux')('says that stdout is full, and ends with 1', async () => {
    const full = openSync('/dev/full', 'w');
    const ending = await run(['check', 'writes'], undefined, full);
    closeSync(full);
    expect(ending).toMatchObject({
      code: 1,
      stderr: expect.stringMatching(/^pushgate: error: cannot write to stdout: ENOSPC.*\n$/) as string,
    });
  });

  test('loses no log line at an abrupt exit', async () => {
    const { stderr } = await run(['--web.telemetry-path=/flood']);
    expect(stderr.match(/msg=flood/g)).toHaveLength(5000);
    expect(stderr.endsWith('i=4999\n')).toBe(true);
  });
});
