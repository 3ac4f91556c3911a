import { describe, expect, test } from 'vitest';
import { parseWebConfig } from '../../src/http/web-config.ts';

const hash = '$2b$04$eQJWhNi56QwkpJsOD3xkDe8pe1i2ONIYq1q/V7hTLmsRtM8R/15nS';
const parse = (...lines: string[]): ReturnType<typeof parseWebConfig> => parseWebConfig(lines.join('\n'), '/etc/web');
const tls = (...lines: string[]): string[] => [
  'tls_server_config:',
  '  cert_file: c.pem',
  '  key_file: k.pem',
  ...lines.map((line) => `  ${line}`),
];

test('an empty file, or empty parts of one, mean the defaults', () => {
  const defaults = { tls: null, http2: true, headers: {}, users: new Map(), rateLimit: null };
  expect(parse('')).toEqual(defaults);
  expect(parse('# nothing')).toEqual(defaults);
  expect(parse('tls_server_config:', 'http_server_config: ~', 'basic_auth_users: {}', 'rate_limit:')).toEqual(defaults);
});

describe('YAML 1.1', () => {
  test('booleans come in all their words', () => {
    const f = (word: string, want: boolean): void => expect(parse('http_server_config:', `  http2: ${word}`).http2, word).toBe(want);
    for (const word of ['yes', 'Yes', 'on', 'true', 'y', 'TRUE']) f(word, true);
    for (const word of ['no', 'off', 'false', 'n', 'False']) f(word, false);
    expect(() => parse('http_server_config:', '  http2: 1')).toThrow('http_server_config.http2: "1" is neither yes nor no');
  });

  test('user names are the text that was written', () => {
    const names = ['yes', '123', '0x10', '1_000', 'null', '1.0', 'on', '"a b"'];
    const { users } = parse('basic_auth_users:', ...names.map((name) => `  ${name}: ${hash}`));
    expect([...users.keys()].sort()).toEqual(['yes', '123', '0x10', '1_000', 'null', '1.0', 'on', 'a b'].sort());
  });

  test('no user is left out, whatever an object has of its own', () => {
    const names = ['constructor', '__proto__', 'prototype', 'hasOwnProperty', 'toString'];
    for (const name of names) expect([...parse('basic_auth_users:', `  ${name}: ${hash}`).users], name).toEqual([[name, hash]]);
    const { users } = parse('basic_auth_users:', ...names.map((name) => `  ${name}: ${hash}`));
    expect([...users.keys()]).toEqual(names);
    const merged = parse(`basic_auth_users: {<<: {__proto__: ${hash}, constructor: ${hash}}, b: ${hash}}`);
    expect([...merged.users.keys()].sort()).toEqual(['__proto__', 'b', 'constructor']);
  });

  test('anchors and merge keys work', () => {
    const { users } = parse(`basic_auth_users: {a: &h ${hash}, b: *h}`);
    expect([...users]).toEqual([
      ['a', hash],
      ['b', hash],
    ]);
  });
});

test('what is unknown, repeated or of the wrong kind is refused by name', () => {
  const f = (lines: string[], want: string): void => expect(() => parse(...lines), lines.join('|')).toThrow(want);
  f(['nonsense: true'], 'nonsense is not a known key');
  f(['tls_server_config:', '  crt_file: x'], 'tls_server_config.crt_file is not a known key');
  f(['http_server_config:', '  http3: yes'], 'http_server_config.http3 is not a known key');
  f(['a: 1', 'a: 2'], 'it is not YAML: Map keys must be unique');
  f(['a: ['], 'it is not YAML: ');
  f(['- a'], 'a mapping is needed here');
  f(['just text'], 'a mapping is needed here');
  for (const key of ['constructor', '__proto__', 'prototype', 'toString']) {
    f([`${key}: {}`], `${key} is not a known key`);
    f(['http_server_config:', `  ${key}: yes`], `http_server_config.${key} is not a known key`);
    f(['http_server_config:', '  headers:', `    ${key}: a`], `HTTP header "${key}" can not be configured`);
    f(['basic_auth_users:', `  ${key}: plain`], `basic_auth_users.${key}: the password is not a bcrypt hash`);
  }
  f(['basic_auth_users:', '  ? {a: b}', `  : ${hash}`], 'a text is needed here');
  f(['basic_auth_users: text'], 'basic_auth_users: a mapping is needed here');
  f(['basic_auth_users:', '  a: [x]'], 'basic_auth_users.a: a text is needed here');
  f(['basic_auth_users:', '  a: plain'], 'basic_auth_users.a: the password is not a bcrypt hash');
  f(['rate_limit: {interval: 1}'], 'rate_limit.interval: time: missing unit in duration "1"');
  f(['rate_limit: {burst: -1}'], 'rate_limit.burst: "-1" is not a whole number');
});

test('every form of bcrypt hash is taken', () => {
  for (const form of ['2a', '2b', '2y', '2x'])
    expect(parse('basic_auth_users:', `  a: ${hash.replace('2b', form)}`).users.size, form).toBe(1);
});

test('headers are those of the toolkit, empty ones are left out', () => {
  const f = (header: string, want: string): void =>
    expect(() => parse('http_server_config:', '  headers:', `    ${header}`), header).toThrow(want);
  expect(
    parse('http_server_config:', '  headers:', '    X-Frame-Options: deny', '    X-XSS-Protection: 1', '    Content-Security-Policy: ""')
      .headers,
  ).toEqual({ 'X-Frame-Options': 'deny', 'X-XSS-Protection': '1' });
  f('X-Other: a', 'http_server_config.headers: HTTP header "X-Other" can not be configured');
  f('x-frame-options: deny', 'can not be configured');
  f('X-Frame-Options: allow', 'invalid value for X-Frame-Options, expected deny or sameorigin');
  f('X-XSS-Protection: "a\\nb"', 'does not fit into a header');
});

test('a rate limit counts only with an interval', () => {
  expect(parse('rate_limit: {interval: 1500ms, burst: 3}').rateLimit).toEqual({ intervalMs: 1500, burst: 3 });
  expect(parse('rate_limit: {burst: 3}').rateLimit).toBeNull();
  expect(parse('rate_limit: {interval: 0, burst: 3}').rateLimit).toBeNull();
});

describe('tls_server_config', () => {
  test('files are relative to the configuration, texts stand in it', () => {
    expect(parse(...tls()).tls).toMatchObject({
      cert: { kind: 'file', file: '/etc/web/c.pem' },
      key: { kind: 'file', file: '/etc/web/k.pem' },
      clientCa: null,
      clientAuth: 'NoClientCert',
      clientAllowedSans: null,
      minVersion: 'TLSv1.2',
      maxVersion: 'TLSv1.3',
      ciphers: [],
      prefersServerCiphers: true,
      curves: [],
    });
    const inline = parse('tls_server_config:', '  cert: |', '    AAA', '  key_file: /abs/k.pem').tls;
    expect(inline).toMatchObject({ cert: { kind: 'text', text: 'AAA\n' }, key: { kind: 'file', file: '/abs/k.pem' } });
  });

  test('names of Go become those of OpenSSL', () => {
    const f = (line: string, want: object): void => expect(parse(...tls(line)).tls, line).toMatchObject(want);
    f('min_version: TLS10', { minVersion: 'TLSv1' });
    f('max_version: TLS12', { maxVersion: 'TLSv1.2' });
    f('cipher_suites: [TLS_ECDHE_RSA_WITH_AES_256_GCM_SHA384]', { ciphers: ['ECDHE-RSA-AES256-GCM-SHA384'] });
    f('curve_preferences: [X25519, CurveP256]', { curves: ['X25519', 'P-256'] });
    f('prefer_server_cipher_suites: no', { prefersServerCiphers: false });
    f('client_auth_type: RequireClientCert', { clientAuth: 'RequireAnyClientCert' });
    f('client_auth_type: VerifyClientCertIfGiven', { clientAuth: 'VerifyClientCertIfGiven' });
  });

  test('what does not fit together is refused as in the toolkit', () => {
    const f = (lines: string[], want: string): void => expect(() => parse(...lines), lines.join('|')).toThrow(want);
    f(['tls_server_config: {key_file: k}'], 'tls_server_config: missing one of cert or cert_file');
    f(['tls_server_config: {cert_file: c}'], 'tls_server_config: missing one of key or key_file');
    f(tls('client_ca_file: ca.pem'), 'configured without a client auth policy');
    f(tls('client_allowed_sans: [a]'), 'client_allowed_sans requires client_auth_type');
    f(tls('client_auth_type: VerifyClientCertIfGiven', 'client_allowed_sans: [a]'), 'client_allowed_sans requires client_auth_type');
    f(tls('client_auth_type: Sometimes'), 'client_auth_type: "Sometimes" is not a client_auth_type we know');
    f(tls('min_version: SSL3'), 'tls_server_config.min_version: "SSL3" is not a TLS version we know');
    f(
      tls('cipher_suites: [TLS_RSA_WITH_RC4_128_SHA]'),
      'tls_server_config.cipher_suites.0: "TLS_RSA_WITH_RC4_128_SHA" is not a cipher we know',
    );
    f(tls('curve_preferences: [constructor]'), 'is not a curve we know');
  });
});
