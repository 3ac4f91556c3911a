import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import { createServer as createSocketServer, type AddressInfo, type Server as SocketServer } from 'node:net';
import path from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { HttpCollector } from '../../../src/agent/collectors/http.ts';
import type { Collection } from '../../../src/agent/collector.ts';
import type { HttpConfig } from '../../../src/agent/config/agent-config.ts';
import { findFreePort } from '../../support/server.ts';
import { useTemporaryFolder } from '../../support/temporary-folder.ts';
import { linesOf, never, readConfig } from '../support.ts';

const folder = useTemporaryFolder();
const servers = new Set<Server | SocketServer>();

afterEach(() => {
  for (const server of servers) {
    if ('closeAllConnections' in server) server.closeAllConnections();
    server.close();
  }
  servers.clear();
});

function listen(server: Server | SocketServer, host = '127.0.0.1'): Promise<number> {
  servers.add(server);
  return new Promise((resolve) => server.listen(0, host, () => resolve((server.address() as AddressInfo).port)));
}

async function serve(listener: RequestListener): Promise<string> {
  return `http://127.0.0.1:${await listen(createServer(listener))}/`;
}

function collect(targets: string, signal = never, options = ''): Promise<Collection> {
  const { source } = readConfig(`collectors: [{ kind: http${options}, targets: [${targets}] }]`).collectors[0] ?? {};
  return new HttpCollector(source as HttpConfig).collect(signal);
}

/** The values of one target by metric, `failure` the reason. */
async function check(target: string, signal = never): Promise<Record<string, number | string>> {
  const lines = linesOf(await collect(target, signal));
  const values = lines.map((line): [string, number | string] => {
    const [, name = '', label = '', value = ''] =
      /^http_check_(\w+)\{target=.*?,url=".*?"(?:,(?:phase|reason)="(\w+)")?\} (.*)$/.exec(line) ?? [];
    if (name === 'failure_info') return ['failure', label];
    return [name === 'phase_duration_seconds' ? label : name, Number(value)];
  });
  return Object.fromEntries(values);
}

test('a target that answers is up, with its phases', async () => {
  const url = await serve((_, response) => response.end('hello'));
  const found = await check(url);
  expect(found).toMatchObject({ up: 1, status_code: 200, body_bytes: 5, redirects: 0, dns: 0, tls: 0 });
  expect(found).not.toHaveProperty('failure');
  expect(found).not.toHaveProperty('body_match');
  expect(Number(found['connect'])).toBeGreaterThan(0);
  expect(Number(found['first_byte'])).toBeGreaterThan(0);
  const phases = ['dns', 'connect', 'tls', 'first_byte', 'transfer'].reduce((sum, phase) => sum + Number(found[phase]), 0);
  expect(phases).toBeLessThanOrEqual(Number(found['duration_seconds']));
});

test('a name is looked up, and an address of IPv6 is reached', async () => {
  const port = await listen(
    createServer((_, response) => response.end()),
    '::1',
  );
  expect(await check(`"http://[::1]:${port}/"`)).toMatchObject({ up: 1, dns: 0 });
  const other = await listen(
    createServer((_, response) => response.end()),
    '127.0.0.1',
  );
  const named = await check(`http://localhost:${other}/`);
  expect(named['up']).toBe(1);
  expect(Number(named['dns'])).toBeGreaterThan(0);
});

test('what is asked for goes out as it was written', async () => {
  let seen: { request: IncomingMessage; body: string } | null = null;
  const url = await serve((request, response) => {
    let body = '';
    request.on('data', (chunk) => (body += String(chunk)));
    request.on('end', () => {
      seen = { request, body };
      response.writeHead(201).end();
    });
  });
  expect(await check(`{ url: '${url}a?b=c', method: post, headers: { x-a: b }, body: text, expected_status: [201] }`)).toMatchObject({
    up: 1,
  });
  expect(seen).toMatchObject({
    body: 'text',
    request: { method: 'POST', url: '/a?b=c', headers: { 'x-a': 'b', host: new URL(url).host } },
  });
});

test('a target that does not do as expected is down, and says why', async () => {
  const url = await serve((request, response) => {
    if (request.url === '/hang') return;
    if (request.url === '/slow') return void response.writeHead(200).write('a');
    if (request.url === '/cut') return void response.writeHead(200, { 'content-length': '9' }).end('a', () => response.destroy());
    if (request.url === '/loop') return void response.writeHead(302, { location: '/loop' }).end();
    response.writeHead(request.url === '/bad' ? 503 : 200).end('state: ok');
  });
  const f = async (target: string, want: Record<string, unknown>): Promise<void> => {
    expect(await check(target), target).toMatchObject(want);
  };
  await f(`${url}bad`, { up: 0, status_code: 503, failure: 'status' });
  await f(`{ url: '${url}bad', expected_status: [5xx] }`, { up: 1, status_code: 503 });
  await f(`{ url: '${url}', expected_status: [201-204, 301] }`, { up: 0, failure: 'status' });
  await f(`{ url: '${url}', body_match: 'state: [a-z]+$' }`, { up: 1, body_match: 1 });
  await f(`{ url: '${url}', body_match: 'state: bad' }`, { up: 0, body_match: 0, failure: 'body' });
  await f(`{ url: '${url}hang', timeout: 100ms }`, { up: 0, status_code: 0, failure: 'timeout' });
  await f(`{ url: '${url}slow', timeout: 100ms }`, { up: 0, status_code: 200, failure: 'timeout' });
  await f(`${url}cut`, { up: 0, failure: 'protocol' });
  await f(`{ url: '${url}', body_bytes_max: 5 }`, { up: 0, failure: 'too_large' });
  await f(`${url}loop`, { up: 0, failure: 'redirect' });
  await f(`http://127.0.0.1:${await findFreePort()}/`, { up: 0, status_code: 0, failure: 'connect' });
  await f('http://a..b/', { up: 0, failure: 'dns' });
  await f(`{ url: '${url}', headers: { 'a b': c } }`, { up: 0, failure: 'protocol' });
  const garbage = await listen(createSocketServer((socket) => socket.on('error', () => {}).end('SSH-2.0\r\n')));
  await f(`http://127.0.0.1:${garbage}/`, { up: 0, failure: 'protocol' });
  await f(`https://127.0.0.1:${garbage}/`, { up: 0, failure: 'tls' });
});

test('redirects are followed unless that is switched off, without taking secrets elsewhere', async () => {
  const seen: (string | undefined)[] = [];
  const elsewhere = await serve((request, response) => {
    seen.push(request.headers.authorization);
    response.end('there');
  });
  const url = await serve((_, response) => response.writeHead(302, { location: elsewhere }).end());
  expect(await check(`{ url: '${url}', headers: { authorization: secret } }`)).toMatchObject({
    up: 1,
    status_code: 200,
    redirects: 1,
    body_bytes: 5,
  });
  expect(seen).toEqual([undefined]);
  expect(await check(`{ url: '${url}', follow_redirects: no }`)).toMatchObject({ up: 0, status_code: 302, failure: 'status' });
});

test('the end of a certificate is told, whether it is trusted or not', async () => {
  const [key, cert] = [path.join(folder(), 'key.pem'), path.join(folder(), 'cert.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, '-days', '10', ...subject], {
    stdio: 'ignore',
  });
  const requests: string[] = [];
  const server = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, (request, response) => {
    requests.push(request.headers.host ?? '');
    response.end('secret');
  });
  const port = await listen(server);
  const distrusted = await check(`https://localhost:${port}/`);
  expect(distrusted).toMatchObject({ up: 0, status_code: 0, failure: 'tls' });
  // Nothing was sent to a server that is not trusted.
  expect(requests).toEqual([]);
  const trusted = await check(`{ url: 'https://localhost:${port}/', tls: { ca_file: ${cert} } }`);
  expect(trusted).toMatchObject({ up: 1, status_code: 200 });
  expect(Number(trusted['tls'])).toBeGreaterThan(0);
  for (const { tls_expiry_time_seconds: ends } of [distrusted, trusted]) {
    expect(Number(ends) - Date.now() / 1000).toBeGreaterThan(9 * 86_400);
    expect(Number(ends) - Date.now() / 1000).toBeLessThanOrEqual(10 * 86_400);
  }
  expect(await check(`{ url: 'https://127.0.0.1:${port}/', tls: { ca_file: ${cert} } }`)).toMatchObject({ up: 0, failure: 'tls' });
  expect(await check(`{ url: 'https://127.0.0.1:${port}/', tls: { insecure_skip_verify: yes } }`)).toMatchObject({ up: 1 });
  expect(await check(`{ url: 'https://127.0.0.1:${port}/', tls: { ca_file: ${cert}, server_name: localhost } }`)).toMatchObject({ up: 1 });
});

test('only so many targets are asked at once, and at the time limit all of them are told of', async () => {
  let open = 0;
  let openMost = 0;
  const url = await serve((request, response) => {
    openMost = Math.max(openMost, ++open);
    setTimeout(() => {
      open--;
      if (request.url !== '/hang') response.end();
    }, 20);
  });
  const targets = Array.from({ length: 8 }, (_, i) => `'${url}${i}'`).join(',');
  const all = linesOf(await collect(targets, never, ', concurrency: 3'));
  expect(all.filter((line) => /^http_check_up\{.*\} 1$/.test(line))).toHaveLength(8);
  expect(openMost).toBe(3);
  const { families, problem } = await collect(`'${url}hang','${url}b'`, AbortSignal.timeout(100), ', concurrency: 1');
  expect(problem).toContain('not all targets were asked in time');
  expect(linesOf({ families }).filter((line) => /^http_check_failure_info\{.*reason="timeout"\} 1$/.test(line))).toHaveLength(2);
});
