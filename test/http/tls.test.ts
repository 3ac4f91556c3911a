import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { connect as connectHttp2 } from 'node:http2';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { connect, type ConnectionOptions } from 'node:tls';
import { afterAll, beforeAll, describe, expect, onTestFinished, test, vi } from 'vitest';
import { silentLogger } from '../../src/base/logger.ts';
import { webConfigCheckIntervalMs } from '../../src/http/limits.ts';
import { parseAlternativeNames } from '../../src/http/tls.ts';
import type { StartOptions } from '../../src/http/server.ts';
import { commandOf, needs } from '../support/debian.ts';
import { echoRoutes, exchange, request, route, start } from './harness.ts';

const hash = '$2b$04$eQJWhNi56QwkpJsOD3xkDe8pe1i2ONIYq1q/V7hTLmsRtM8R/15nS';
const alice = { Authorization: `Basic ${Buffer.from('alice:s3cret').toString('base64')}` };
let folder = '';
const at = (name: string): string => path.join(folder, name);
const read = (name: string): string => readFileSync(at(name), 'utf8');
const hasOpenssl = needs('openssl');
const openssl = (...args: string[]): Buffer => execFileSync(commandOf('openssl'), args, { cwd: folder, stdio: ['ignore', 'pipe', 'pipe'] });

/** A certificate and key; `by` names the authority that signs, itself if left out. */
function makeCertificate(name: string, san: string, by?: string): void {
  const signer = by === undefined ? [] : ['-CA', `${by}.pem`, '-CAkey', `${by}.key`];
  const subject = ['-subj', `/CN=${name}`, '-addext', `subjectAltName=${san}`];
  openssl(
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:P-256',
    '-nodes',
    '-keyout',
    `${name}.key`,
    '-out',
    `${name}.pem`,
    ...subject,
    '-days',
    '2',
    ...signer,
  );
}

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'pushgate-tls-'));
  if (!hasOpenssl) return;
  makeCertificate('ca', 'DNS:ca');
  makeCertificate('server', 'DNS:localhost,IP:127.0.0.1');
  makeCertificate('other', 'DNS:localhost');
  makeCertificate('client', 'DNS:pusher.example,email:a@b.c,IP:::1,URI:spiffe://x/y', 'ca');
  makeCertificate('stranger', 'DNS:pusher.example');
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** A clock that makes the files be looked at again at once. */
function makeClock(): { nowMs(): number; skip(): void } {
  let nowMs = 1e12;
  return { nowMs: () => nowMs, skip: () => void (nowMs += webConfigCheckIntervalMs) };
}

let configs = 0;
function writeConfig(...lines: string[]): string {
  const file = at(`web-${configs++}.yml`);
  writeFileSync(file, lines.join('\n'));
  return file;
}
const tlsLines = (...lines: string[]): string[] => [
  'tls_server_config:',
  '  cert_file: server.pem',
  '  key_file: server.key',
  ...lines.map((line) => `  ${line}`),
];
const startWith = (lines: string[], options: Partial<StartOptions> = {}): ReturnType<typeof start> =>
  start(echoRoutes, { webConfigFile: writeConfig(...lines), ...options });

/** `GET /hello` over HTTPS: status and body, or the error's code. */
function get(port: number, options: RequestOptions = {}): Promise<string> {
  return new Promise((resolve) => {
    const outgoing = httpsRequest(
      { host: '127.0.0.1', port, path: '/hello', rejectUnauthorized: false, agent: false, ...options },
      (reply) => {
        let body = '';
        reply.on('data', (chunk: Buffer) => (body += chunk.toString()));
        reply.on('end', () => resolve(`${reply.statusCode} ${body}`));
      },
    );
    outgoing.on('error', () => resolve('failed')).end();
  });
}

/** Name of the certificate, protocol and cipher that a handshake ends with. */
function shakeHands(port: number, options: ConnectionOptions = {}): Promise<{ name: string; protocol: string; cipher: string }> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ...options }, () => {
      resolve({
        name: socket.getPeerCertificate().subject.CN as string,
        protocol: socket.getProtocol() ?? '',
        cipher: socket.getCipher().standardName,
      });
      socket.destroy();
    });
    socket.on('error', reject);
  });
}

describe.runIf(hasOpenssl)('TLS', () => {
  test('a message of another version on an HTTP/1 connection is answered with 505', async () => {
    for (const http2 of ['yes', 'no']) {
      const { port } = await startWith([...tlsLines(), 'http_server_config:', `  http2: ${http2}`]);
      for (const version of ['0.9', '2.0']) {
        const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
        onTestFinished(() => void socket.destroy());
        let reply = '';
        socket.on('data', (chunk: Buffer) => (reply += chunk.toString())).write(`GET /hello HTTP/${version}\r\nHost: h\r\n\r\n`);
        await once(socket, 'close');
        expect(reply, `${http2} ${version}`).toMatch(/^HTTP\/1.1 505 /);
      }
      expect(await get(port)).toBe('200 hello');
    }
  });

  test('HTTP/1 and HTTP/2 are served beside each other', async () => {
    const server = await startWith(tlsLines());
    expect(server.isTls).toBe(true);
    expect(await get(server.port)).toBe('200 hello');
    const session = connectHttp2(`https://127.0.0.1:${server.port}`, { rejectUnauthorized: false });
    onTestFinished(() => session.destroy());
    const f = (headers: Record<string, string>, body = ''): Promise<string> =>
      new Promise((resolve) => {
        const stream = session.request(headers, { endStream: false });
        let status = 0;
        let text = '';
        stream.on('response', (reply) => (status = reply[':status'] ?? 0));
        stream.on('data', (chunk: Buffer) => (text += chunk.toString()));
        stream.on('close', () => resolve(`${status} ${text}`));
        stream.end(body);
      });
    expect(await f({ ':path': '/hello' })).toBe('200 hello');
    expect(await f({ ':path': '/echo', ':method': 'PUT' }, 'abc')).toBe('200 abc');
    expect(await f({ ':path': '/echo', ':method': 'PUT' })).toBe('200 ');
    expect(await f({ ':path': '/%zz' })).toBe('400 400 Bad Request');
    expect(await f({ ':method': 'CONNECT', ':authority': 'a.example:443' })).toBe('404 404 page not found\n');
    expect(await f({ ':path': '/hello', ':method': 'HEAD' })).toBe('405 ');
    expect(await f({ ':path': '/hello', 'content-encoding': 'gzip' })).toBe('400 EOF\n');
    await server.close();
  });

  test('a client of HTTP/2 that never closes its connection does not hold up a stop', async () => {
    const server = await startWith(tlsLines());
    // Node passes it on to the socket; its types do not know.
    const halfOpen: ConnectionOptions & { allowHalfOpen: boolean } = {
      allowHalfOpen: true,
      rejectUnauthorized: false,
      ALPNProtocols: ['h2'],
    };
    const socket = connect(server.port, '127.0.0.1', halfOpen);
    onTestFinished(() => void socket.destroy());
    socket.on('error', () => undefined).resume();
    await new Promise((resolve) => socket.once('secureConnect', resolve));
    // The preface and empty settings: a session without streams.
    socket.write(Buffer.concat([Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'), Buffer.from([0, 0, 0, 4, 0, 0, 0, 0, 0])]));
    await new Promise((resolve) => socket.once('data', resolve));
    await expect(server.close()).resolves.toBeUndefined();
  });

  test('a too large body over HTTP/2 is 413 and leaves the connection usable', async () => {
    const { port } = await startWith(tlsLines(), { bodyBytesMax: 1000 });
    const session = connectHttp2(`https://127.0.0.1:${port}`, { rejectUnauthorized: false });
    onTestFinished(() => session.destroy());
    const statusOf = (body: Buffer): Promise<number> =>
      new Promise((resolve) => {
        const stream = session.request({ ':path': '/echo', ':method': 'PUT' });
        stream.on('response', (reply) => resolve(reply[':status'] ?? 0)).on('error', () => resolve(-1));
        stream.end(body);
      });
    expect(await statusOf(Buffer.alloc(3_000_000))).toBe(413);
    expect(await statusOf(Buffer.alloc(10))).toBe(200);
  });

  test('http2: no leaves HTTP/1 alone', async () => {
    const { port } = await startWith([...tlsLines(), 'http_server_config:', '  http2: no']);
    expect(await get(port)).toBe('200 hello');
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false, ALPNProtocols: ['h2', 'http/1.1'] });
    onTestFinished(() => void socket.destroy());
    await new Promise((resolve) => socket.once('secureConnect', resolve));
    expect(socket.alpnProtocol).toBe('http/1.1');
  });

  test('certificates may stand in the configuration itself', async () => {
    const indent = (text: string): string[] =>
      text
        .trim()
        .split('\n')
        .map((line) => `    ${line}`);
    const { port } = await startWith([
      'tls_server_config:',
      '  cert: |',
      ...indent(read('server.pem')),
      '  key: |',
      ...indent(read('server.key')),
    ]);
    expect(await get(port)).toBe('200 hello');
  });

  test('versions and ciphers are those of the configuration', async () => {
    const old = await startWith(tlsLines('max_version: TLS12', 'cipher_suites: [TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256]'));
    const agreed = await shakeHands(old.port);
    expect(agreed).toEqual({ name: 'server', protocol: 'TLSv1.2', cipher: 'TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256' });
    const recent = await startWith(tlsLines('min_version: TLS13'));
    expect((await shakeHands(recent.port)).protocol).toBe('TLSv1.3');
    await expect(shakeHands(recent.port, { maxVersion: 'TLSv1.2' })).rejects.toThrow();
    const ancient = await startWith(tlsLines('min_version: TLS10', 'cipher_suites: [TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA]'));
    expect((await shakeHands(ancient.port, { minVersion: 'TLSv1', maxVersion: 'TLSv1', ciphers: 'ALL:@SECLEVEL=0' })).protocol).toBe(
      'TLSv1',
    );
  });

  test('clients come in by the rules of client_auth_type', async () => {
    const known = { cert: read('client.pem'), key: read('client.key') };
    const unknown = { cert: read('stranger.pem'), key: read('stranger.key') };
    const f = async (type: string, want: [none: string, known: string, unknown: string], ...more: string[]): Promise<void> => {
      const { port } = await startWith(tlsLines(`client_auth_type: ${type}`, ...more));
      expect([await get(port), await get(port, known), await get(port, unknown)], `${type} ${more.join()}`).toEqual(want);
    };
    const ca = 'client_ca_file: ca.pem';
    const [ok, no] = ['200 hello', 'failed'];
    await f('NoClientCert', [ok, ok, ok]);
    await f('RequestClientCert', [ok, ok, ok], ca);
    await f('RequireAnyClientCert', [no, ok, ok], ca);
    await f('VerifyClientCertIfGiven', [ok, ok, no], ca);
    await f('RequireAndVerifyClientCert', [no, ok, no], ca);
    await f('RequireAndVerifyClientCert', [no, ok, no], ca, 'client_allowed_sans: [pusher.example]');
    await f('RequireAndVerifyClientCert', [no, ok, no], ca, 'client_allowed_sans: [other, "::1"]');
    await f('RequireAndVerifyClientCert', [no, no, no], ca, 'client_allowed_sans: [other]');
    await f('RequireAnyClientCert', [no, ok, ok], 'client_allowed_sans: [pusher.example]');
  });

  test('alternative names are read so that none can pass for another', () => {
    const f = (text: string, want: string[]): void => expect(parseAlternativeNames(text), text).toEqual(want);
    f('', []);
    f('DNS:a.b, DNS:c', ['a.b', 'c']);
    f('IP Address:127.0.0.1, IP Address:0:0:0:0:0:0:0:1', ['127.0.0.1', '::1']);
    f('email:a@b, URI:spiffe://x/y:1', ['a@b', 'spiffe://x/y:1']);
    f('URI:"http://x/, DNS:evil", DNS:b', ['http://x/, DNS:evil', 'b']);
    f('othername:<unsupported>, DNS:b', ['b']);
  });
});

describe.runIf(hasOpenssl)('reloading', () => {
  test('a renewed certificate is used for the next connection', async () => {
    const clock = makeClock();
    writeFileSync(at('live.pem'), read('server.pem'));
    writeFileSync(at('live.key'), read('server.key'));
    const { port } = await startWith(['tls_server_config:', '  cert_file: live.pem', '  key_file: live.key'], { clock });
    expect((await shakeHands(port)).name).toBe('server');
    writeFileSync(at('live.pem'), read('other.pem'));
    writeFileSync(at('live.key'), read('other.key'));
    expect((await shakeHands(port)).name, 'not looked at yet').toBe('server');
    clock.skip();
    expect((await shakeHands(port)).name).toBe('other');
  });

  test('a broken pair keeps the old certificate, answers 500, and recovers', async () => {
    const clock = makeClock();
    const error = vi.fn();
    writeFileSync(at('live2.pem'), read('server.pem'));
    writeFileSync(at('live2.key'), read('server.key'));
    const lines = ['tls_server_config:', '  cert_file: live2.pem', '  key_file: live2.key'];
    const { port } = await startWith(lines, { clock, logger: { ...silentLogger, error } });
    writeFileSync(at('live2.pem'), `${read('other.pem')}\n`);
    clock.skip();
    expect(await get(port)).toBe('500 Internal Server Error\n');
    expect(await get(port)).toBe('500 Internal Server Error\n');
    expect(error).toHaveBeenCalledTimes(1);
    expect((await shakeHands(port)).name).toBe('server');
    writeFileSync(at('live2.key'), `${read('other.key')}\n`);
    clock.skip();
    expect(await get(port)).toBe('200 hello');
    expect((await shakeHands(port)).name).toBe('other');
  });

  test('client rules can be switched on', async () => {
    const clock = makeClock();
    const file = writeConfig(...tlsLines());
    const { port } = await start(echoRoutes, { webConfigFile: file, clock });
    expect(await get(port)).toBe('200 hello');
    writeFileSync(file, tlsLines('client_auth_type: RequireAndVerifyClientCert', 'client_ca_file: ca.pem').join('\n'));
    clock.skip();
    expect(await get(port)).toBe('failed');
    expect(await get(port, { cert: read('client.pem'), key: read('client.key') })).toBe('200 hello');
  });

  test('users and headers follow the file', async () => {
    const clock = makeClock();
    const file = writeConfig('');
    const { port } = await start(echoRoutes, { webConfigFile: file, clock });
    expect(await exchange(port, request('GET', '/hello'))).toMatch(/^HTTP\/1.1 200/);
    writeFileSync(file, `basic_auth_users: {alice: ${hash}}\nhttp_server_config: {headers: {X-Frame-Options: deny}}`);
    clock.skip();
    expect(await exchange(port, request('GET', '/hello'))).toMatch(/^HTTP\/1.1 401 [^]*X-Frame-Options: deny\r\n/);
    writeFileSync(file, 'nonsense: true');
    clock.skip();
    expect(await exchange(port, request('GET', '/hello', alice))).toMatch(/^HTTP\/1.1 500 [^]*\r\n\r\nInternal Server Error\n$/);
    rmSync(file);
    clock.skip();
    expect(await exchange(port, request('GET', '/hello', alice))).toMatch(/^HTTP\/1.1 500/);
    writeFileSync(file, '');
    clock.skip();
    expect(await exchange(port, request('GET', '/hello'))).toMatch(/^HTTP\/1.1 200/);
  });
});

describe('basic auth', () => {
  test('every path needs the password', async () => {
    let calls = 0;
    const routes = [route('PUT', '/p', () => ({ status: 200, body: String(calls++) }))];
    const { port } = await start(routes, { webConfigFile: writeConfig('basic_auth_users:', `  alice: ${hash}`) });
    for (const target of ['/p', '/nope', '//p', '/-/healthy', '/api/v1/metrics']) {
      const reply = await exchange(port, request('PUT', target));
      expect(reply, target).toMatch(/^HTTP\/1.1 401 [^]*WWW-Authenticate: Basic\r\n[^]*\r\n\r\nUnauthorized\n$/);
    }
    expect(await exchange(port, request('PUT', '/p', { Authorization: 'Basic YWxpY2U6eA==' }))).toMatch(/^HTTP\/1.1 401/);
    expect(calls).toBe(0);
    expect(await exchange(port, request('PUT', '/p', alice))).toMatch(/^HTTP\/1.1 200/);
    expect(await exchange(port, request('PUT', '/p', alice))).toMatch(/^HTTP\/1.1 200/);
    expect(await exchange(port, request('PUT', '/nope', alice))).toMatch(/^HTTP\/1.1 404/);
    expect(calls).toBe(2);
  });

  test('a body is still there after the password was checked', async () => {
    const { port } = await startWith([`basic_auth_users: {alice: ${hash}}`]);
    expect(await exchange(port, request('PUT', '/echo', { ...alice, 'Content-Length': 3 }), 'abc')).toMatch(/abc$/);
  });
});

test('a rate limit answers 429 when its tokens are used up', async () => {
  const clock = makeClock();
  const { port } = await startWith(['rate_limit: {interval: 1s, burst: 2}'], { clock });
  const status = async (): Promise<string> => (await exchange(port, request('GET', '/hello'))).slice(9, 12);
  expect([await status(), await status(), await status()]).toEqual(['200', '200', '429']);
  clock.skip();
  expect([await status(), await status()]).toEqual(['200', '429']);
});

test('a configuration that cannot be used stops the start in one line', async () => {
  const f = async (file: string, want: string): Promise<void> => {
    const attempt = start(echoRoutes, { webConfigFile: file });
    await expect(attempt, want).rejects.toMatchObject({
      code: 'PG_WEB_CONFIG',
      message: `cannot use the web configuration ${file}: ${want}`,
    });
  };
  await f(at('none.yml'), 'there is no such file');
  await f(folder, 'it is a directory');
  await f(writeConfig('nonsense: true'), 'nonsense is not a known key');
  await f(
    writeConfig('tls_server_config: {cert_file: none.pem, key_file: server.key}'),
    `tls_server_config.cert_file: cannot read ${at('none.pem')}: there is no such file`,
  );
  const mismatch = start(echoRoutes, { webConfigFile: writeConfig('tls_server_config: {cert_file: server.pem, key_file: other.key}') });
  await expect(mismatch).rejects.toThrow('tls_server_config: the certificate or a setting does not work: ');
});
