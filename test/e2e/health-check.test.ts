import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { checkHealth, type Credentials, type HealthQuestion, type HealthVerdict } from '../../src/cli/health-check.ts';
import { parseCommandLine } from '../../src/cli/command-line.ts';
import { commandOf, needs } from '../support/debian.ts';
import { findFreePort, startPushgate } from '../support/server.ts';
import { useTemporaryFolder } from '../support/temporary-folder.ts';

const folder = useTemporaryFolder();
const alice: Credentials = { user: 'alice', password: 's3cret' };
const users = 'basic_auth_users:\n  alice: $2b$04$eQJWhNi56QwkpJsOD3xkDe8pe1i2ONIYq1q/V7hTLmsRtM8R/15nS\n';

/** What the check says of a server with these flags. */
async function check(flags: readonly string[], question: HealthQuestion, credentials: Credentials | null = null): Promise<HealthVerdict> {
  const commandLine = parseCommandLine(flags);
  if (commandLine.kind !== 'serve') throw new Error(commandLine.stderr);
  return checkHealth(commandLine.flags, question, credentials);
}

/** Starts the real server with the flags, and asks as the check does. */
async function startAndCheck(flags: readonly string[], question: HealthQuestion, credentials?: Credentials): Promise<HealthVerdict> {
  const server = await startPushgate(flags);
  onTestFinished(() => void server.stop());
  return check([`--web.listen-address=127.0.0.1:${server.port}`, ...flags], question, credentials);
}

function writeConfig(text: string): string {
  const file = path.join(folder(), 'web-config.yaml');
  writeFileSync(file, text);
  return `--web.config.file=${file}`;
}

test('a server is healthy and ready, whatever its route prefix is', async () => {
  expect(await startAndCheck([], 'healthy')).toEqual({ isGood: true, message: 'healthy' });
  expect(await startAndCheck(['--web.external-url=http://example.org/push/ä b'], 'ready')).toEqual({ isGood: true, message: 'ready' });
});

test('a server that wants a password is healthy without one; with one it is asked', async () => {
  const config = writeConfig(users);
  const withoutPassword = await startAndCheck([config], 'ready');
  expect(withoutPassword.isGood).toBe(true);
  expect(withoutPassword.message).toContain('without a password');
  expect(await startAndCheck([config], 'ready', alice)).toEqual({ isGood: true, message: 'ready' });
  expect(await startAndCheck([config], 'ready', { ...alice, password: 'wrong' })).toEqual({
    isGood: false,
    message: 'not ready: 401 Unauthorized',
  });
});

describe.runIf(needs('openssl'))('over TLS', () => {
  test('a server is asked whatever its certificate says, and one that wants a certificate of us has answered', async () => {
    const files = ['server.pem', 'server.key'].map((name) => path.join(folder(), name)) as [string, string];
    const [certificate, key] = files;
    const openssl = ['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-subj', '/CN=elsewhere.example'];
    execFileSync(commandOf('openssl'), [...openssl, '-days', '2', '-keyout', key, '-out', certificate], { stdio: 'ignore' });
    const tls = `tls_server_config:\n  cert_file: ${certificate}\n  key_file: ${key}\n`;
    expect(await startAndCheck([writeConfig(tls)], 'ready')).toEqual({ isGood: true, message: 'ready' });
    expect(await startAndCheck([writeConfig(tls + users)], 'ready', alice)).toEqual({ isGood: true, message: 'ready' });
    const mutual = `${tls}  client_auth_type: RequireAndVerifyClientCert\n  client_ca_file: ${certificate}\n`;
    const verdict = await startAndCheck([writeConfig(mutual)], 'healthy');
    expect(verdict.isGood).toBe(true);
    expect(verdict.message).toContain('without a client certificate');
  });
});

test('nobody who listens, another answer, and an address that cannot be known are told apart', async () => {
  const port = await findFreePort();
  expect(await check([`--web.listen-address=127.0.0.1:${port}`], 'healthy')).toEqual({
    isGood: false,
    message: `not healthy: connect ECONNREFUSED 127.0.0.1:${port}`,
  });
  const loading = createServer((_, reply) => reply.writeHead(503).end('not ready: loading 12 of 40 groups\n')).listen(0, '127.0.0.1');
  onTestFinished(() => void loading.close());
  await new Promise((resolve) => loading.once('listening', resolve));
  const address = `--web.listen-address=127.0.0.1:${(loading.address() as AddressInfo).port}`;
  expect(await check([address], 'ready')).toEqual({ isGood: false, message: 'not ready: 503 not ready: loading 12 of 40 groups' });
  expect((await check(['--web.listen-address=127.0.0.1:0'], 'ready')).message).toContain('the port is not known');
  expect((await check(['--web.listen-address=nonsense'], 'ready')).message).toContain('cannot listen on nonsense');
  expect((await check(['--web.systemd-socket'], 'ready')).message).toContain('systemd sockets');
});
