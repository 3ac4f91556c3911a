import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { startPushgate } from '../support/server.ts';

/** What a process loads, it pays for: with time at each start, and with memory for as long as it lives. */
const root = path.join(import.meta.dirname, '..', '..');
let folder = '';
let records = '';
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'pushgate-loaded-'));
  records = path.join(folder, 'records');
});
afterEach(() => rmSync(folder, { recursive: true }));

/** With this, Node writes at its end which scripts it has loaded. */
const recorded = (): NodeJS.ProcessEnv => ({ ...process.env, NODE_V8_COVERAGE: records });

/** What a server has loaded until it was asked for these paths and stopped: packages, and files of `src/`. */
async function loadedByServer(flags: readonly string[], ...paths: readonly string[]): Promise<Set<string>> {
  const server = await startPushgate(flags, { ready: '/-/ready', env: recorded() });
  try {
    for (const target of paths) expect((await fetch(server.url + target)).status, target).toBe(200);
  } finally {
    await server.stop();
  }
  return readLoaded();
}

function loadedByCommand(...args: readonly string[]): Set<string> {
  execFileSync(process.execPath, [path.join(root, 'bin', 'pushgate.js'), ...args], { env: recorded(), stdio: 'pipe' });
  return readLoaded();
}

/** The scripts that were loaded, and what was bundled into them. */
function readLoaded(): Set<string> {
  const scripts = readdirSync(records).flatMap((name) => {
    const { result } = JSON.parse(readFileSync(path.join(records, name), 'utf8')) as { result: { url: string }[] };
    return result.flatMap(({ url }) => (url.startsWith('file:') ? [fileURLToPath(url)] : []));
  });
  return new Set(scripts.flatMap((file) => [file, ...listSources(file)]).map(nameOf));
}

function listSources(file: string): string[] {
  if (!existsSync(`${file}.map`)) return [];
  const { sources } = JSON.parse(readFileSync(`${file}.map`, 'utf8')) as { sources: string[] };
  return sources.map((source) => path.resolve(path.dirname(file), source));
}

function nameOf(file: string): string {
  return /.*\/node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(file)?.[1] ?? path.relative(root, file);
}

const heavyPackages = [
  'undici',
  'yaml',
  'valibot',
  're2js',
  '@prometheus-io/lezer-promql',
  '@node-rs/bcrypt',
  'snappy',
  'lmdb',
  'pprof-format',
];
const heavyFiles = ['src/cli/commands/exec.ts', 'src/agent/agent.ts', 'src/client/push.ts', 'src/http/tls.ts', 'src/api/v1/handle-lint.ts'];

test('a server that holds all in memory loads no command, no engine and nothing that only the page asks for', async () => {
  const loaded = await loadedByServer([], '/metrics');
  expect([...loaded]).toEqual(expect.arrayContaining(['src/cli/assemble.ts', 'prom-client']));
  expect([...heavyPackages, ...heavyFiles].filter((name) => loaded.has(name))).toEqual([]);
});

test('what was left out comes with the flag or the request that needs it', async () => {
  const loaded = await loadedByServer(
    [`--persistence.file=${path.join(folder, 'p.mdb')}`],
    `/api/v1/groups?match[]=${encodeURIComponent('{job=~"(?i)n.*"}')}`,
  );
  expect([...loaded]).toEqual(expect.arrayContaining(['lmdb', 're2js', '@prometheus-io/lezer-promql', 'src/api/v1/handle-groups.ts']));
});

test('a command loads itself alone, and a list of commands none', () => {
  const f = (args: readonly string[], own: readonly string[], notWanted: readonly string[]): void => {
    const loaded = loadedByCommand(...args);
    expect([...loaded], args.join(' ')).toEqual(expect.arrayContaining([...own]));
    expect(
      notWanted.filter((name) => loaded.has(name)),
      args.join(' '),
    ).toEqual([]);
    rmSync(records, { recursive: true });
  };
  const server = ['src/cli/assemble.ts', 'src/http/server.ts', 'prom-client'];
  f(['--help'], ['src/cli/usage.ts'], [...server, ...heavyPackages, ...heavyFiles]);
  f(['--version'], ['src/cli/command-line.ts'], [...server, ...heavyPackages, ...heavyFiles]);
  f(['exec', '--help'], ['src/cli/commands/exec.ts', 'undici'], [...server, 'yaml', 're2js', 'lmdb', 'src/agent/agent.ts']);
  f(['push', '--help'], ['src/cli/commands/remote/push.ts', 'undici'], [...server, 'yaml', 're2js', 'lmdb', 'src/agent/agent.ts']);
});
