import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { hashSync } from '@node-rs/bcrypt';
import { compressSync } from 'snappy';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from 'vitest';
import { maskedCrc32c } from '../../src/http/crc32c.ts';
import { commandOf, needs } from '../support/debian.ts';
import { type RunningServer, startProcess, type StartOptions } from '../support/server.ts';
import { push, scrape } from './target.ts';

const root = path.join(import.meta.dirname, '..', '..');
const built = mkdtempSync(path.join(tmpdir(), 'pushgate-built-'));
const executable = path.join(built, 'pushgate');
let folder = '';
let server: RunningServer | null = null;
const at = (name: string): string => path.join(folder, name);

beforeAll(() => {
  execFileSync(process.execPath, [path.join(root, 'scripts', 'single-executable', 'build.mjs'), executable], { stdio: 'pipe' });
}, 120_000);
afterAll(() => rmSync(built, { recursive: true }));
beforeEach(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'pushgate-alone-'));
  mkdirSync(at('tmp'));
});
afterEach(async () => {
  await server?.stop();
  server = null;
  rmSync(folder, { recursive: true });
});

/** Nothing of the machine's Node, and no command but by its path. */
const environment = (): NodeJS.ProcessEnv => ({ PATH: at('no-commands'), HOME: folder, TMPDIR: at('tmp') });

async function start(flags: readonly string[], options: StartOptions = {}): Promise<RunningServer> {
  server = await startProcess(executable, ['--web.listen-address=127.0.0.1:{port}', ...flags], {
    cwd: folder,
    env: environment(),
    ...options,
  });
  return server;
}

function run(...args: string[]): { status: number | null; output: string } {
  const { status, stdout, stderr } = spawnSync(executable, args, { cwd: folder, env: environment(), encoding: 'utf8' });
  return { status, output: stdout + stderr };
}

describe('the single executable, in an empty folder and without any command on its PATH', () => {
  test('keeps what was pushed over a restart, and leaves nothing but its store behind', async () => {
    let gateway = await start(['--persistence.file=data/p.mdb'], { ready: '/-/ready' });
    await push(gateway, '/metrics/job/alone', 'alone 42\n');
    await gateway.stop('SIGKILL');
    gateway = await start(['--persistence.file=data/p.mdb'], { ready: '/-/ready' });
    expect(await scrape(gateway)).toContain('\nalone{instance="",job="alone"} 42\n');
    expect(await gateway.stop()).toEqual({ code: 0, signal: null });
    expect(gateway.log()).not.toMatch(/warn|error/i);
    expect(readdirSync(at('tmp'))).toEqual([]);
    expect(readdirSync(folder).sort()).toEqual(['data', 'tmp']);
  });

  test('shows the page with all that it loads', async () => {
    const gateway = await start([]);
    const page = await (await fetch(`${gateway.url}/`)).text();
    const assets = [...page.matchAll(/(?:src|href)="\.\/(static\/[^"]+)"/g)].map(([, name = '']) => name);
    expect(assets.length).toBeGreaterThan(1);
    for (const asset of assets) {
      const reply = await fetch(`${gateway.url}/${asset}`);
      expect([reply.status, reply.headers.get('content-encoding') ?? ''], asset).toEqual([200, expect.stringMatching(/^(br|gzip)$/)]);
      expect((await reply.text()).length).toBeGreaterThan(100);
    }
  });

  test('takes a body in snappy, which a native add-on unpacks', async () => {
    const gateway = await start([]);
    const body = frameSnappy(Buffer.from('packed 7\n'));
    const reply = await fetch(`${gateway.url}/metrics/job/packed`, { method: 'PUT', headers: { 'Content-Encoding': 'snappy' }, body });
    expect([reply.status, await reply.text()]).toEqual([200, '']);
    expect(await scrape(gateway)).toContain('\npacked{instance="",job="packed"} 7\n');
    expect(readdirSync(at('tmp'))).toEqual([]);
  });

  test('writes its add-ons elsewhere when the temporary folder is not there', async () => {
    rmSync(at('tmp'), { recursive: true });
    const gateway = await start(['--persistence.file=data/p.mdb'], { ready: '/-/ready' });
    await push(gateway, '/metrics/job/alone', 'alone 1\n');
    mkdirSync(at('tmp'));
  });

  test.runIf(needs('openssl', 'curl'))('serves TLS and asks for a password, which a native add-on checks', async () => {
    makeCertificate();
    writeFileSync(
      at('web.yml'),
      `tls_server_config: { cert_file: cert.pem, key_file: key.pem }\nbasic_auth_users: { ann: '${hashSync('secret', { cost: 4 })}' }\n`,
    );
    const gateway = await start(['--web.config.file=web.yml'], { scheme: 'https' });
    const statusFor = (...args: string[]): string =>
      execFileSync(commandOf('curl'), ['-s', '--cacert', at('cert.pem'), '-w', '%{http_code}', '-o', at('answer'), ...args], {
        encoding: 'utf8',
      });
    const group = `${gateway.url}/metrics/job/secured`;
    expect(statusFor('-u', 'ann:wrong', '--data-binary', 'a 1\n', group)).toBe('401');
    expect(statusFor('-u', 'ann:secret', '--data-binary', 'a 1\n', group)).toBe('200');
  });

  test('does what the commands do', async () => {
    const gateway = await start(['--persistence.file=data/p.mdb'], { ready: '/-/ready' });
    await push(gateway, '/metrics/job/alone', 'alone 42\n');
    await gateway.stop();
    expect(run('--version').output).toContain(`runtime version:  node${process.versions.node}`);
    expect(run('check', 'data/p.mdb')).toMatchObject({ status: 0, output: expect.stringContaining('is sound: 1 groups') as string });
    expect(run('export', 'data/p.mdb', 'page.txt')).toMatchObject({ status: 0 });
    expect(run('import', 'data/copy.mdb', 'page.txt')).toMatchObject({ status: 0 });
    expect(run('export', 'data/copy.mdb').output).toContain('alone{instance="",job="alone"} 42\n');
    expect(run('import', '--help')).toMatchObject({ status: 0, output: expect.stringContaining('usage: pushgate import') as string });
    expect(run('--no-such-flag')).toMatchObject({ status: 1 });
  });
});

function makeCertificate(): void {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', at('key.pem')];
  const subject = ['-subj', '/CN=alone', '-addext', 'subjectAltName=IP:127.0.0.1', '-days', '2'];
  execFileSync(commandOf('openssl'), ['req', '-x509', ...key, '-out', at('cert.pem'), ...subject], { stdio: 'pipe' });
}

/** A stream in snappy's framing format with one compressed chunk. */
function frameSnappy(body: Buffer): Buffer<ArrayBuffer> {
  const block = compressSync(body);
  const header = Buffer.alloc(8);
  header.writeUIntLE(4 + block.length, 1, 3);
  header.writeUInt32LE(maskedCrc32c(body), 4);
  return Buffer.concat([Buffer.from('\xff\x06\0\0sNaPpY', 'latin1'), header, block]);
}
