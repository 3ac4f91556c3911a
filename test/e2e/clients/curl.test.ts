import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { hashSync } from '@node-rs/bcrypt';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { commandOf, needs } from '../../support/debian.ts';
import { type RunningServer, startPushgate } from '../../support/server.ts';
import { scrape, startGateway } from '../target.ts';
import { clients } from './clients.ts';
import { OwnAuthority } from './own-authority.ts';
import { readPrintedFiles, readSnippets } from './snippets.ts';

const run = promisify(execFile);
const body = path.join(import.meta.dirname, 'curl-body.txt');

/** The status of the answer. */
const statusOf = async (...args: string[]): Promise<string> =>
  (await run(commandOf('curl'), ['-sS', '-w', '%{http_code}', ...args])).stdout;

describe.runIf(needs('curl'))('curl', () => {
  let gateway: RunningServer;
  beforeAll(async () => {
    gateway = await startGateway();
  });
  afterAll(() => gateway.stop());

  test('pushes a file in pieces, compressed, and deletes', async () => {
    const url = `${gateway.url}/metrics/job/curl`;
    expect(await statusOf('-T', body, url)).toBe('200');
    expect(await statusOf('-H', 'Transfer-Encoding: chunked', '--data-binary', `@${body}`, url)).toBe('200');
    const page = (await run('curl', ['-sS', '--compressed', `${gateway.url}/metrics`])).stdout;
    expect(page).toContain('curl_rows{instance="",job="curl"} 42\n');
    expect(await statusOf('-X', 'DELETE', url)).toBe('202');
    await expect.poll(() => scrape(gateway)).not.toContain('curl_rows');
  });

  test('is asked to wait with Expect: 100-continue and answered all the same', async () => {
    expect(await statusOf('-H', 'Expect: 100-continue', '--data-binary', `@${body}`, `${gateway.url}/metrics/job/expect`)).toBe('200');
  });

  test('strips the line feeds with -d, which is refused with what to change', async () => {
    const refused = run('curl', ['-sS', '--fail-with-body', '-d', `@${body}`, `${gateway.url}/metrics/job/stripped`]);
    await expect(refused).rejects.toMatchObject({ code: 22, stdout: expect.stringContaining('text format parsing error') as string });
  });

  const [snippet = ''] = readSnippets('sh');
  const commands = snippet.split(/\n\n+/).filter((command) => !command.includes('https:'));
  test.each(commands)('docs/clients.md: %s', async (command) => {
    await run('bash', ['-eo', 'pipefail', '-c', command.replaceAll('localhost:9091', `127.0.0.1:${String(gateway.port)}`)]);
    const [, labels] = /^# (\{.*\})$/m.exec(command) ?? [];
    if (labels !== undefined) expect(await scrape(gateway)).toContain(`backup_size_bytes${labels} 1.23456789e+08\n`);
  });

  test('docs/clients.md: with a password over TLS', async () => {
    const [command = ''] = snippet.split(/\n\n+/).filter((text) => text.includes('https:'));
    const authority = new OwnAuthority();
    const config = authority.writeFile(
      'web.yml',
      `tls_server_config: { cert_file: server.pem, key_file: server.key }\nbasic_auth_users: { backup: ${hashSync('s3cret', { cost: 4 })} }`,
    );
    const secured = await startPushgate([`--web.config.file=${config}`], { scheme: 'https' });
    try {
      const script = command.replaceAll('localhost:9091', `localhost:${String(secured.port)}`);
      await run('bash', ['-eo', 'pipefail', '-c', script], { cwd: authority.folder });
      const args = ['-sS', '-u', 'backup:s3cret', '--cacert', authority.certificate, `${secured.url}/metrics`];
      expect((await run('curl', args)).stdout).toContain('backup_size_bytes{instance="",job="backup"} 1.23456789e+08\n');
      await expect(run('bash', ['-eo', 'pipefail', '-c', script.replace(':s3cret', ':wrong')], { cwd: authority.folder })).rejects.toThrow(
        '401',
      );
    } finally {
      await secured.stop();
      authority.remove();
    }
  });
});

test('docs/clients.md prints the very programs that are run here', () => {
  const printed = readPrintedFiles();
  expect(printed.length).toBe(clients.filter(({ example }) => example !== undefined).length);
  for (const { file, text } of printed) expect(text, file).toBe(readFileSync(path.join(import.meta.dirname, file), 'utf8'));
});
