import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, test } from 'vitest';
import { parseCommandLine } from '../../src/cli/command-line.ts';
import { commandOf, needs } from '../support/debian.ts';
import { type RunningServer, startProcess } from '../support/server.ts';
import { useTemporaryFolder } from '../support/temporary-folder.ts';
import { push, scrape } from './target.ts';

const root = path.join(import.meta.dirname, '..', '..');
const units = path.join(root, 'deploy', 'systemd');
const unit = readFileSync(path.join(units, 'pushgate.service'), 'utf8');
const installed = '/usr/local/bin/pushgate';
/** As `systemd-analyze security` counts it, from 0 (locked up) to 10; a service that nobody hardened has 9.6. */
const exposureMax = 1.5;

const folder = useTemporaryFolder();
const at = (name: string): string => path.join(folder(), name);
let server: RunningServer | null = null;
afterEach(async () => {
  await server?.stop();
  server = null;
});

/** Values of a key of the service, in their order. */
function valuesOf(key: string): string[] {
  return [...unit.matchAll(new RegExp(`^${key}=(.*)$`, 'gm'))].map(([, value = '']) => value);
}

/** What /etc/default/pushgate sets; `isWhole`: also what it only shows, commented out. */
function readEnvironmentFile(isWhole: boolean): Record<string, string> {
  const text = readFileSync(path.join(units, 'pushgate.default'), 'utf8');
  const lines = [...text.matchAll(isWhole ? /^#?(\w+)=(.*)$/gm : /^(\w+)=(.*)$/gm)];
  return Object.fromEntries(lines.map(([, name = '', value = '']) => [name, value.replace(/^"(.*)"$/, '$1')]));
}

/** The service's arguments as systemd makes them: `${NAME}` is one argument, `$NAME` is split at blanks. */
function readArguments(variables: Readonly<Record<string, string>>): string[] {
  const [command, ...words] = (valuesOf('ExecStart')[0] ?? '').split(' ');
  expect(command).toBe(installed);
  return words.flatMap((word) => {
    const list = /^\$(\w+)$/.exec(word)?.[1];
    if (list !== undefined) return (variables[list] ?? '').split(' ').filter((part) => part !== '');
    return [word.replaceAll(/\$\{(\w+)\}/g, (_, name: string) => variables[name] ?? '')];
  });
}

describe.runIf(needs('systemd-analyze'))('the units', () => {
  test('are understood by systemd, without a word of complaint', () => {
    const program = path.join(root, 'bin', 'pushgate.js');
    writeFileSync(at('pushgate.service'), unit.replaceAll(installed, program));
    copyFileSync(path.join(units, 'pushgate.socket'), at('pushgate.socket'));
    const args = ['verify', '--man=no', '--recursive-errors=no', at('pushgate.service'), at('pushgate.socket')];
    const { status, stdout, stderr } = spawnSync(commandOf('systemd-analyze'), args, { encoding: 'utf8' });
    expect({ status, said: stdout + stderr }).toEqual({ status: 0, said: '' });
  });

  test('leave little that the service could do to the machine', () => {
    const args = ['security', '--offline=true', `--threshold=${exposureMax * 10}`, '--no-pager', path.join(units, 'pushgate.service')];
    const { status, stdout } = spawnSync(commandOf('systemd-analyze'), args, { encoding: 'utf8' });
    console.info(stdout.trim().split('\n').at(-1));
    expect(status, stdout).toBe(0);
  });

  test.runIf(needs('strace'))('allow every system call that the server makes', { timeout: 60_000 }, async () => {
    const program = [process.execPath, path.join(root, 'bin', 'pushgate.js')];
    const flags = ['--web.listen-address=127.0.0.1:{port}', `--persistence.file=${at('store/p.mdb')}`];
    // What Node tries and does without fails as it would under the filter.
    const inject = `inject=${[...optionalCalls].join(',')}:error=EPERM`;
    const args = ['-f', '-qq', '-e', inject, '-o', at('calls'), ...program, ...flags];
    server = await startProcess(commandOf('strace'), args, { ready: '/-/ready', startMsMax: 30_000 });
    // strace hands no signal on to what it runs: the lock file says whom to stop.
    const { pid } = JSON.parse(readFileSync(at('store/p.mdb.lock'), 'utf8')) as { pid: number };
    try {
      await push(server, '/metrics/job/watched', 'a 1\n');
      await scrape(server);
    } finally {
      process.kill(pid);
    }
    expect(await server.exited).toEqual({ code: 0, signal: null });
    const made = new Set([...readFileSync(at('calls'), 'utf8').matchAll(/^\d+ +(\w+)\(/gm)].map(([, name = '']) => name));
    const allowed = readAllowedCalls();
    expect(made).toContain('pwrite64');
    expect([...made].filter((name) => !allowed.has(name) && !optionalCalls.has(name))).toEqual([]);
  });
});

/** Node tries them, and does without where they fail: quicker file access, and keys that guard compiled code. */
const optionalCalls: ReadonlySet<string> = new Set(['io_uring_setup', 'pkey_alloc']);

/** What the SystemCallFilter lines of the unit leave, by systemd's own lists. */
function readAllowedCalls(): Set<string> {
  const listing = execFileSync(commandOf('systemd-analyze'), ['syscall-filter', '--no-pager'], {
    encoding: 'utf8',
    // It complains where the kernel does not list its calls.
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  const sets = new Map<string, string[]>();
  for (const block of listing.split(/^(?=@)/m)) {
    const [name = '', ...members] = block.split('\n').map((line) => line.trim());
    sets.set(
      name,
      members.filter((member) => /^[@\w]/.test(member)),
    );
  }
  const expand = (name: string): string[] => (name.startsWith('@') ? (sets.get(name) ?? []).flatMap(expand) : [name]);
  const allowed = new Set<string>();
  for (const filter of valuesOf('SystemCallFilter')) {
    for (const name of filter.replace(/^~/, '').split(' ').flatMap(expand)) {
      if (filter.startsWith('~')) allowed.delete(name);
      else allowed.add(name);
    }
  }
  return allowed;
}

test('the example of /etc/default/pushgate gives flags that the server takes', () => {
  const commandLine = parseCommandLine(readArguments(readEnvironmentFile(true)));
  expect(commandLine).toMatchObject({
    kind: 'serve',
    flags: { systemdSocket: true, persistenceFile: '/var/lib/pushgate/pushgate.mdb', webConfigFile: '/etc/pushgate/web.yml' },
  });
});

test.runIf(needs('systemd-socket-activate'))('the first push starts the service by its socket and is stored', async () => {
  const args = readArguments({ ...readEnvironmentFile(false), STORE: at('state/pushgate.mdb') });
  const program = [process.execPath, path.join(root, 'bin', 'pushgate.js')];
  const started = await startProcess(commandOf('systemd-socket-activate'), ['-l', '127.0.0.1:{port}', ...program, ...args], {
    ready: '/-/ready',
  });
  server = started;
  await push(started, '/metrics/job/activated', 'a 1\n');
  expect(started.log()).toContain(`msg="Listening on" address=127.0.0.1:${started.port}`);
  expect(await started.stop()).toEqual({ code: 0, signal: null });
  const text = execFileSync(process.execPath, [path.join(root, 'bin', 'pushgate.js'), 'export', at('state/pushgate.mdb')], {
    encoding: 'utf8',
    stdio: 'pipe',
  });
  expect(text).toContain('a{instance="",job="activated"} 1\n');
});
