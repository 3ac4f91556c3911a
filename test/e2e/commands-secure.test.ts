import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { hashSync } from '@node-rs/bcrypt';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Ending, run } from '../cli/commands/support.ts';
import { commandOf, needs } from '../support/debian.ts';
import { type RunningServer, startPushgate } from '../support/server.ts';

/** The commands against a gateway with TLS, client certificates and passwords. */
describe.runIf(needs('openssl'))('a gateway with TLS and passwords', () => {
  const folder = mkdtempSync(path.join(tmpdir(), 'pushgate-secure-'));
  const at = (name: string): string => path.join(folder, name);
  let server: RunningServer;

  function makeCertificate(name: string, alternativeName: string, authority?: string): void {
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes', '-keyout', `${name}.key`, '-out', `${name}.pem`];
    const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=${alternativeName}`, '-days', '2'];
    const signer = authority === undefined ? [] : ['-CA', `${authority}.pem`, '-CAkey', `${authority}.key`];
    execFileSync(commandOf('openssl'), ['req', '-x509', ...key, ...subject, ...signer], { cwd: folder, stdio: 'ignore' });
  }

  beforeAll(async () => {
    makeCertificate('ca', 'DNS:ca');
    makeCertificate('server', 'DNS:gateway.example', 'ca');
    makeCertificate('client', 'DNS:pusher.example', 'ca');
    writeFileSync(at('password'), 'geheim\n');
    writeFileSync(
      at('web.yml'),
      `tls_server_config:
  cert_file: server.pem
  key_file: server.key
  client_auth_type: RequireAndVerifyClientCert
  client_ca_file: ca.pem
basic_auth_users:
  pusher: ${hashSync('geheim', { cost: 4 })}
`,
    );
    server = await startPushgate([`--web.config.file=${at('web.yml')}`], { scheme: 'https' });
  });
  afterAll(async () => {
    await server.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const certificate = (): string[] => ['--cert-file', at('client.pem'), '--key-file', at('client.key')];
  const trust = (): string[] => ['--ca-file', at('ca.pem'), '--server-name', 'gateway.example'];
  const user = (): string[] => ['--user', 'pusher', '--password-file', at('password')];
  const pg = (argv: readonly string[]): Promise<Ending> => run([...argv, '--url', server.url], { stdin: 'x 1\n' });

  test('everything that is asked for is shown, and then it works', async () => {
    expect(await pg(['push', '--job', 'j', ...trust(), ...certificate(), ...user()])).toEqual({ code: 0, stdout: '', stderr: '' });
    expect(await pg(['push', '--job', 'k', '--insecure', ...certificate(), ...user()])).toMatchObject({ code: 0 });
    expect((await pg(['list', ...trust(), ...certificate(), ...user()])).stdout).toContain('{job="k"}');
  });

  test('what is missing is named, at once and without a secret', async () => {
    const f = async (argv: readonly string[], code: number, want: RegExp): Promise<void> => {
      expect(await pg(['push', '--job', 'j', ...argv])).toEqual({ code, stdout: '', stderr: expect.stringMatching(want) as string });
    };
    await f([...certificate(), ...user()], 4, /^pushgate: error: .*certificate is not trusted.*\n$/);
    await f(['--ca-file', at('ca.pem'), ...certificate(), ...user()], 4, /^pushgate: error: .*certificate is for another name.*\n$/);
    await f([...trust(), ...user(), '--retries=0'], 4, /^pushgate: error: cannot push/);
    await f([...trust(), ...certificate()], 3, /answered 401: .*user and password/);
    await f([...trust(), '--cert-file', at('client.pem'), ...user()], 2, /needs both the certificate and its key/);
    await f(['--ca-file', at('gone.pem')], 1, /cannot read .*gone\.pem/);
  });

  test('http spoken to https is said', async () => {
    const ended = await run(['push', '--job', 'j', '--url', server.url.replace('https', 'http'), '--retries', '0'], { stdin: 'x 1\n' });
    expect(ended.code).not.toBe(0);
  });
});
