import path from 'node:path';
import { parseOptions } from '@node-rs/bcrypt';
import * as v from 'valibot';
import { parseDocument } from 'yaml';
import {
  countField,
  durationField,
  flagField,
  listField,
  mappingField,
  sectionField,
  textField,
  unknownKeyMessage,
} from '../base/yaml-fields.ts';
import { webConfigFailure } from './errors.ts';
import { cipherNames, curveNames, tlsVersions, type TlsVersion } from './tls-names.ts';

/** A text in PEM: in the configuration itself, or in a file whose path is absolute. */
export type PemSource = { readonly kind: 'text'; readonly text: string } | { readonly kind: 'file'; readonly file: string };

/** Go's five policies; `RequireClientCert` is read as `RequireAnyClientCert`. */
export type ClientAuthType =
  'NoClientCert' | 'RequestClientCert' | 'RequireAnyClientCert' | 'VerifyClientCertIfGiven' | 'RequireAndVerifyClientCert';

export interface TlsConfig {
  readonly cert: PemSource;
  readonly key: PemSource;
  readonly clientCa: PemSource | null;
  readonly clientAuth: ClientAuthType;
  /** Null: any. */
  readonly clientAllowedSans: readonly string[] | null;
  readonly minVersion: TlsVersion;
  readonly maxVersion: TlsVersion;
  /** OpenSSL's names; empty: the defaults. */
  readonly ciphers: readonly string[];
  readonly prefersServerCiphers: boolean;
  /** OpenSSL's names, best first; empty: the defaults. */
  readonly curves: readonly string[];
}

export interface WebConfig {
  /** Null: plain HTTP. */
  readonly tls: TlsConfig | null;
  readonly http2: boolean;
  readonly headers: Readonly<Record<string, string>>;
  /** bcrypt hashes by user name; empty: no authentication. */
  readonly users: ReadonlyMap<string, string>;
  /** Null: no limit. */
  readonly rateLimit: { readonly intervalMs: number; readonly burst: number } | null;
}

/** One of Go's names, turned into Node's. */
function nameOf(what: string, names: Readonly<Record<string, string>>) {
  return v.pipe(
    textField,
    v.check(
      (name) => Object.hasOwn(names, name),
      ({ input }) => `${JSON.stringify(input)} is not a ${what} we know`,
    ),
    v.transform((name) => names[name] ?? ''),
  );
}

const clientAuthTypes = {
  '': 'NoClientCert',
  NoClientCert: 'NoClientCert',
  RequestClientCert: 'RequestClientCert',
  RequireClientCert: 'RequireAnyClientCert',
  RequireAnyClientCert: 'RequireAnyClientCert',
  VerifyClientCertIfGiven: 'VerifyClientCertIfGiven',
  RequireAndVerifyClientCert: 'RequireAndVerifyClientCert',
} as const satisfies Record<string, ClientAuthType>;

const tlsSchema = sectionField({
  cert: v.optional(textField, ''),
  key: v.optional(textField, ''),
  client_ca: v.optional(textField, ''),
  cert_file: v.optional(textField, ''),
  key_file: v.optional(textField, ''),
  client_ca_file: v.optional(textField, ''),
  client_auth_type: v.optional(nameOf('client_auth_type', clientAuthTypes), ''),
  client_allowed_sans: v.optional(listField(textField)),
  min_version: v.optional(nameOf('TLS version', tlsVersions), 'TLS12'),
  max_version: v.optional(nameOf('TLS version', tlsVersions), 'TLS13'),
  cipher_suites: v.optional(listField(nameOf('cipher', cipherNames)), []),
  curve_preferences: v.optional(listField(nameOf('curve', curveNames)), []),
  prefer_server_cipher_suites: v.optional(flagField, 'true'),
});

/** The only headers the toolkit lets be set, with the values it takes where those are an enumeration. */
const headerValues: Readonly<Record<string, readonly string[]>> = {
  'Strict-Transport-Security': [],
  'X-Content-Type-Options': ['nosniff'],
  'X-Frame-Options': ['deny', 'sameorigin'],
  'X-XSS-Protection': [],
  'Content-Security-Policy': [],
};
const headersSchema = v.pipe(
  mappingField(textField),
  v.rawCheck(({ dataset, addIssue }) => {
    if (!dataset.typed) return;
    for (const [name, value] of dataset.value) {
      const allowed = Object.hasOwn(headerValues, name) ? headerValues[name] : undefined;
      if (allowed === undefined) addIssue({ message: `HTTP header ${JSON.stringify(name)} can not be configured` });
      else if (allowed.length > 0 && !allowed.includes(value))
        addIssue({ message: `invalid value for ${name}, expected ${allowed.join(' or ')}` });
      else if (/[^\t\x20-\x7e\x80-\xff]/.test(value)) addIssue({ message: `the value for ${name} does not fit into a header` });
    }
  }),
);

const configSchema = sectionField({
  tls_server_config: v.optional(tlsSchema, ''),
  http_server_config: v.optional(sectionField({ http2: v.optional(flagField, 'true'), headers: v.optional(headersSchema, '') }), ''),
  rate_limit: v.optional(sectionField({ interval: v.optional(durationField, '0'), burst: v.optional(countField, '0') }), ''),
  basic_auth_users: v.optional(mappingField(textField), ''),
});

/**
 * Reads the web configuration of the exporter toolkit (SPEC §10): strict about unknown and repeated keys, relative paths are relative to
 * `directory`. Throws a Failure that names the key. The files it names are not looked at.
 */
export function parseWebConfig(yaml: string, directory: string): WebConfig {
  const document = parseDocument(yaml, { version: '1.1', schema: 'failsafe', merge: true });
  const [syntaxError] = document.errors;
  if (syntaxError !== undefined) throw webConfigFailure(`it is not YAML: ${syntaxError.message.split('\n', 1)[0] ?? ''}`);
  const result = v.safeParse(configSchema, (document.toJS({ mapAsMap: true }) as unknown) ?? '');
  if (!result.success) throw webConfigFailure(explainIssue(result.issues[0]));
  const { tls_server_config: tls, http_server_config: http, rate_limit: rate, basic_auth_users: users } = result.output;
  checkUsers(users);
  return {
    tls: readTlsConfig(tls, directory),
    http2: http.http2,
    headers: Object.fromEntries([...http.headers].filter(([, value]) => value !== '')),
    users,
    rateLimit: rate.interval > 0 ? { intervalMs: rate.interval, burst: rate.burst } : null,
  };
}

function explainIssue(issue: v.BaseIssue<unknown>): string {
  const key = (issue.path ?? []).map(({ key }) => String(key)).join('.');
  if (issue.message === unknownKeyMessage) return `${key} ${unknownKeyMessage}`;
  return key === '' ? issue.message : `${key}: ${issue.message}`;
}

function checkUsers(users: ReadonlyMap<string, string>): void {
  for (const [user, hash] of users) {
    try {
      parseOptions(hash);
    } catch {
      // The hash itself stays out of the message: it is half a secret.
      throw webConfigFailure(`basic_auth_users.${user}: the password is not a bcrypt hash`);
    }
  }
}

/** The toolkit's rules for what belongs together. */
function readTlsConfig(tls: v.InferOutput<typeof tlsSchema>, directory: string): TlsConfig | null {
  const clientAuth = tls.client_auth_type as ClientAuthType;
  const cert = pemSource(tls.cert_file, tls.cert, directory);
  const key = pemSource(tls.key_file, tls.key, directory);
  const clientCa = pemSource(tls.client_ca_file, tls.client_ca, directory);
  if (cert === null && key === null && clientCa === null && clientAuth === 'NoClientCert') return null;
  if (cert === null) throw webConfigFailure('tls_server_config: missing one of cert or cert_file');
  if (key === null) throw webConfigFailure('tls_server_config: missing one of key or key_file');
  if (clientCa !== null && clientAuth === 'NoClientCert') {
    throw webConfigFailure("tls_server_config: client CA's have been configured without a client auth policy");
  }
  const isCertRequired = clientAuth === 'RequireAnyClientCert' || clientAuth === 'RequireAndVerifyClientCert';
  if (tls.client_allowed_sans !== undefined && !isCertRequired) {
    const types = 'RequireAnyClientCert or RequireAndVerifyClientCert';
    throw webConfigFailure(`tls_server_config: client_allowed_sans requires client_auth_type to be one of ${types}`);
  }
  return {
    cert,
    key,
    clientCa,
    clientAuth,
    clientAllowedSans: tls.client_allowed_sans ?? null,
    minVersion: tls.min_version as TlsVersion,
    maxVersion: tls.max_version as TlsVersion,
    ciphers: tls.cipher_suites,
    prefersServerCiphers: tls.prefer_server_cipher_suites,
    curves: tls.curve_preferences,
  };
}

/** A file takes precedence over a text, as in the toolkit. */
function pemSource(file: string, written: string, directory: string): PemSource | null {
  if (file !== '') return { kind: 'file', file: path.resolve(directory, file) };
  return written === '' ? null : { kind: 'text', text: written };
}
