import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type RunningServer, startPushgate } from '../support/server.ts';

/** `pushgate/client` as those have it who install the package: from its archive, in a project of their own, in plain JavaScript and in TypeScript. */
const root = path.join(import.meta.dirname, '../..');
const project = mkdtempSync(path.join(tmpdir(), 'pushgate-client-'));
const run = promisify(execFile);
let server: RunningServer;

beforeAll(async () => {
  const installed = path.join(project, 'node_modules', 'pushgate');
  mkdirSync(installed, { recursive: true });
  await run('npm', ['pack', '--ignore-scripts', '--silent', '--pack-destination', project], { cwd: root });
  const archive = readdirSync(project).find((name) => name.endsWith('.tgz')) ?? '';
  await run('tar', ['-xzf', path.join(project, archive), '--strip-components=1', '-C', installed]);
  for (const name of ['undici', 'prom-client', '@opentelemetry', 'tdigest', 'bintrees', '@types']) {
    symlinkSync(path.join(root, 'node_modules', name), path.join(project, 'node_modules', name));
  }
  writeFileSync(path.join(project, 'package.json'), '{"name":"job","private":true,"type":"commonjs"}');
  server = await startPushgate();
}, 120_000);

afterAll(async () => {
  await server.stop();
  rmSync(project, { recursive: true, force: true });
});

/** A short script: it ends by itself although its connection is kept alive. */
const script = `
import { Counter, Registry } from 'prom-client';
import { deleteGroup, push, pushAdd, PushRefusedError, withPush } from 'pushgate/client';

const registry = new Registry();
new Counter({ name: 'files_total', help: 'Files.', registers: [registry] }).inc(3);
const options = { url: process.argv[2], job: 'nightly', labels: { path: '/var/tmp', empty: '' } };
await push(registry, options);
await pushAdd('extra 1', options);
await withPush({ ...options, job: 'wrapped' }, () => 'done');
await push('x 1\\n', { ...options, job: 'short' });
await deleteGroup({ ...options, job: 'short' });
try {
  await push('# TYPE files_total gauge\\nfiles_total 1\\n', { ...options, job: 'other' });
} catch (error) {
  console.log(error instanceof PushRefusedError, error.status, error.body.includes('files_total'));
}
`;

test('a script in plain JavaScript pushes and ends', async () => {
  writeFileSync(path.join(project, 'job.mjs'), script);
  const startedAt = performance.now();
  const { stdout } = await run(process.execPath, ['job.mjs', server.url], { cwd: project, timeout: 15_000 });
  expect(stdout).toBe('true 400 true\n');
  // Node keeps idle connections for four seconds; the process is not kept by them.
  expect(performance.now() - startedAt).toBeLessThan(3_500);
  const page = await (await fetch(`${server.url}/metrics`)).text();
  expect(page).toContain('files_total{empty="",instance="",job="nightly",path="/var/tmp"} 3\n');
  expect(page).toContain('extra{empty="",instance="",job="nightly",path="/var/tmp"} 1\n');
  expect(page).toContain('job_success{empty="",instance="",job="wrapped",path="/var/tmp"} 1\n');
  expect(page).not.toContain('job="short"');
});

test('a program in CommonJS can import it, too', async () => {
  writeFileSync(
    path.join(project, 'job.cjs'),
    `import('pushgate/client').then(({ push }) => push('y 1', { url: process.argv[2], job: 'c' }));`,
  );
  await run(process.execPath, ['job.cjs', server.url], { cwd: project, timeout: 15_000 });
  expect(await (await fetch(`${server.url}/metrics`)).text()).toContain('y{instance="",job="c"} 1\n');
});

test('a program in TypeScript is checked against its types', async () => {
  const program = `
import { Registry } from 'prom-client';
import { push, PushUnreachableError, withPush, type PushOptions, type PushResult } from 'pushgate/client';

const options: PushOptions = { url: new URL('http://127.0.0.1:9091'), job: 'j', labels: { a: 'b' }, signal: undefined, tls: { insecure: true } };
const result: Promise<PushResult> = push([new Registry(), 'x 1', new Uint8Array()], options);
const answer: Promise<number> = withPush(options, async () => 42);
export const attempts = (error: unknown): number => (error instanceof PushUnreachableError ? error.attempts : 0);
export { answer, result };
`;
  const tsconfig = {
    compilerOptions: {
      module: 'NodeNext',
      target: 'ES2022',
      strict: true,
      exactOptionalPropertyTypes: true,
      noEmit: true,
      types: ['node'],
    },
    files: ['job.mts'],
  };
  writeFileSync(path.join(project, 'tsconfig.json'), JSON.stringify(tsconfig));
  const check = (): Promise<unknown> =>
    run(process.execPath, [path.join(root, 'node_modules/typescript/bin/tsc'), '-p', project], { timeout: 60_000 });
  writeFileSync(path.join(project, 'job.mts'), program);
  await check();
  writeFileSync(path.join(project, 'job.mts'), program.replace("job: 'j'", 'job: 7'));
  await expect(check()).rejects.toMatchObject({ stdout: expect.stringMatching(/job\.mts\(5,.*'number' is not assignable/) as string });
}, 120_000);
