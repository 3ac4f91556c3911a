import { badPushOptions } from './errors.ts';
import { retriesDefault, retriesMax, timeoutMsDefault } from './limits.ts';

/** How to reach a gateway. */
export interface ConnectionOptions {
  /** Where it answers, with its route prefix if it has one: `http://gateway:9091/prefix`. A user and password in it become `basicAuth`. */
  readonly url: string | URL;
  readonly basicAuth?: BasicAuth | undefined;
  /** Sent as `Authorization: Bearer ...`. */
  readonly bearerToken?: string | undefined;
  /** Further headers, such as the tenant of a proxy. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly tls?: TlsOptions | undefined;
  /** For one attempt, from the connection to the end of the answer. 10 000 if left out. */
  readonly timeoutMs?: number | undefined;
  /** Further attempts when the gateway cannot be reached, or answers 429, 502, 503 or 504. 3 if left out. */
  readonly retries?: number | undefined;
  /** Told before each wait for another attempt. */
  readonly onRetry?: ((retry: Retry) => void) | undefined;
}

export interface BasicAuth {
  readonly user: string;
  readonly password: string;
}

/** PEM, as text or bytes. */
export interface TlsOptions {
  /** The authorities to trust instead of those that Node knows. */
  readonly ca?: string | Uint8Array | undefined;
  /** The client's certificate and its key. */
  readonly cert?: string | Uint8Array | undefined;
  readonly key?: string | Uint8Array | undefined;
  /** The name that the gateway's certificate must have, where it is not that of the address. */
  readonly serverName?: string | undefined;
  /** Takes any certificate. Whoever stands between can then read and change what is sent. */
  readonly insecure?: boolean | undefined;
}

export interface Retry {
  /** Of the attempt that failed, from 1. */
  readonly attempt: number;
  readonly delayMs: number;
  /** Why it failed: one line. */
  readonly reason: string;
}

/** The options with everything filled in and checked. */
export interface ConnectionSettings {
  /** With a slash at its end, without user and password. */
  readonly base: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TlsOptions;
  readonly timeoutMs: number;
  readonly retries: number;
  readonly onRetry: (retry: Retry) => void;
}

/** Throws PG_PUSH_OPTIONS for what no request could be made with. */
export function readConnectionOptions(options: ConnectionOptions): ConnectionSettings {
  const { timeoutMs = timeoutMsDefault, retries = retriesDefault } = options;
  if (!(timeoutMs > 0 && timeoutMs < 2 ** 31)) throw badPushOptions(`timeoutMs must be a number of milliseconds above 0, not ${timeoutMs}`);
  if (!Number.isInteger(retries) || retries < 0 || retries > retriesMax) {
    throw badPushOptions(`retries must be a whole number from 0 to ${retriesMax}, not ${retries}`);
  }
  const { base, basicAuth } = readUrl(options.url);
  return {
    base,
    headers: { ...readHeaders(options.headers ?? {}), ...writeAuthorization(options.basicAuth ?? basicAuth, options.bearerToken) },
    tls: checkTls(options.tls ?? {}),
    timeoutMs,
    retries,
    onRetry: options.onRetry ?? (() => {}),
  };
}

function readUrl(given: string | URL): { base: URL; basicAuth: BasicAuth | undefined } {
  // An address that holds a password shall not be repeated in a message.
  if (!URL.canParse(String(given)))
    throw badPushOptions('cannot read the address of the gateway: write it as http://HOST:9091, or https://HOST/PREFIX');
  const url = new URL(given);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') {
    throw badPushOptions(
      `cannot push to an address that begins with ${url.protocol}: write it as http://HOST:9091, or https://HOST/PREFIX`,
    );
  }
  const hasUser = url.username !== '' || url.password !== '';
  const basicAuth = hasUser ? { user: decodePart(url.username), password: decodePart(url.password) } : undefined;
  const base = new URL(url.href);
  base.username = base.password = base.search = base.hash = '';
  if (!base.pathname.endsWith('/')) base.pathname += '/';
  return { base, basicAuth };
}

function checkTls(tls: TlsOptions): TlsOptions {
  if ((tls.cert === undefined) === (tls.key === undefined)) return tls;
  throw badPushOptions('a client certificate needs both the certificate and its key');
}

function decodePart(part: string): string {
  try {
    return decodeURIComponent(part);
  } catch {
    return part;
  }
}

function readHeaders(headers: Readonly<Record<string, string>>): Record<string, string> {
  const read: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers)) {
    if (!/^[\w!#$%&'*+.^`|~-]+$/.test(name) || !/^[\t\x20-\x7e\x80-\xff]*$/.test(value)) {
      throw badPushOptions(`cannot send the header ${JSON.stringify(name)}: its name or value holds what no header may`);
    }
    read[name.toLowerCase()] = value;
  }
  return read;
}

function writeAuthorization(basicAuth: BasicAuth | undefined, bearerToken: string | undefined): Record<string, string> {
  if (basicAuth !== undefined && bearerToken !== undefined) {
    throw badPushOptions('cannot authenticate with a password and a bearer token at once: give one of them');
  }
  if (bearerToken !== undefined) {
    if (!/^[\x21-\x7e]+$/.test(bearerToken)) throw badPushOptions('the bearer token is empty, or holds what no header may');
    return { authorization: `Bearer ${bearerToken}` };
  }
  if (basicAuth === undefined) return {};
  const { user, password } = basicAuth;
  if (user.includes(':')) throw badPushOptions('the user of basic authentication must not hold a colon');
  return { authorization: `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` };
}
