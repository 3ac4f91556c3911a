import { request as requestHttp, type RequestOptions } from 'node:http';
import { request as requestHttps } from 'node:https';
import { Failure } from '../base/errors.ts';
import { parseListenAddress } from '../http/listen-address.ts';
import type { Flags } from './flags.ts';
import { healthCheckTimeoutMs } from './limits.ts';
import { findServerFlags } from './running-server.ts';

/** `healthy`: the process answers. `ready`: it takes pushes. */
export type HealthQuestion = 'healthy' | 'ready';

export interface HealthVerdict {
  readonly isGood: boolean;
  /** One line for the log of whoever asked. */
  readonly message: string;
}

/** Who asks, where the server wants a password. */
export interface Credentials {
  readonly user: string;
  readonly password: string;
}

/**
 * The program behind HEALTHCHECK and exec probes: asks the server that runs in this container, says the answer in one line, and leaves
 * 0 or 1 as the exit code. `--ready` asks whether pushes are taken. PROBE_USER and PROBE_PASSWORD are for a server that wants a password.
 */
export async function runHealthCheck(argv: readonly string[], env: NodeJS.ProcessEnv): Promise<void> {
  const { PROBE_USER: user = '', PROBE_PASSWORD: password = '' } = env;
  const flags = findServerFlags();
  const verdict: HealthVerdict =
    flags === null
      ? { isGood: false, message: 'no pushgate server runs here' }
      : await checkHealth(flags, argv.includes('--ready') ? 'ready' : 'healthy', user === '' ? null : { user, password });
  process.stdout.write(`${verdict.message}\n`);
  process.exitCode = verdict.isGood ? 0 : 1;
}

/**
 * Asks the server with these flags on its first address, over the loopback interface where it listens on all. A server that wants a
 * password or a certificate that we do not have has answered, so it is healthy, and taken for ready. Never rejects.
 */
export async function checkHealth(flags: Flags, question: HealthQuestion, credentials: Credentials | null): Promise<HealthVerdict> {
  const [address = ''] = flags.listenAddresses;
  if (flags.systemdSocket) return { isGood: false, message: 'cannot ask a server that listens on systemd sockets' };
  try {
    const { listen } = await parseListenAddress(address);
    if (!('port' in listen) || listen.port === 0)
      return { isGood: false, message: `cannot ask a server on ${address}: the port is not known` };
    const where: RequestOptions = {
      host: reachableHost(listen.host),
      port: listen.port,
      path: encodeURI(`${flags.routePrefix}/-/${question}`),
      ...(credentials === null ? {} : { auth: `${credentials.user}:${credentials.password}` }),
    };
    return judge(await ask(where, flags.webConfigFile !== ''), question, credentials !== null);
  } catch (error) {
    const reason = error instanceof Failure ? error.message : describe(error);
    return { isGood: false, message: `not ${question}: ${reason}` };
  }
}

/** What came back: a status and its text, or, over TLS, that a certificate is wanted of us. */
type Answer = { readonly status: number; readonly body: string } | 'certificate wanted';

function judge(answer: Answer, question: HealthQuestion, hasCredentials: boolean): HealthVerdict {
  if (answer === 'certificate wanted') return { isGood: true, message: `${question}, as far as can be told without a client certificate` };
  const { status, body } = answer;
  if (status === 200) return { isGood: true, message: question };
  if (status === 401 && !hasCredentials) {
    return { isGood: true, message: `${question}, as far as can be told without a password (PROBE_USER, PROBE_PASSWORD)` };
  }
  return { isGood: false, message: `not ${question}: ${status} ${body.trim().split('\n')[0] ?? ''}`.trim() };
}

/** A server with a web configuration most often speaks TLS; one that does not shows it at once. */
async function ask(where: RequestOptions, hasWebConfig: boolean): Promise<Answer> {
  if (!hasWebConfig) return send(where, requestHttp);
  try {
    return await send({ ...where, rejectUnauthorized: false } as RequestOptions, requestHttps);
  } catch (error) {
    const { code = '' } = error as NodeJS.ErrnoException;
    // In TLS 1.3 a server refuses a client without a certificate by closing the connection that it has just made with it.
    if (/^ERR_SSL_.*ALERT/.test(code) || code === 'ECONNRESET') return 'certificate wanted';
    if (code === 'EPROTO' || code.startsWith('ERR_SSL_')) return send(where, requestHttp);
    throw error;
  }
}

function send(where: RequestOptions, request: typeof requestHttp): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const asked = request({ ...where, signal: AbortSignal.timeout(healthCheckTimeoutMs), agent: false }, (reply) => {
      let body = '';
      reply.setEncoding('utf8');
      reply.on('data', (text: string) => (body = (body + text).slice(0, bodyCharsMax)));
      reply.on('end', () => resolve({ status: reply.statusCode ?? 0, body }));
      reply.on('error', reject);
    });
    asked.on('error', reject);
    asked.end();
  });
}

const bodyCharsMax = 1000;

/** An address to connect to for an address that is listened on. */
function reachableHost(host: string | undefined): string {
  if (host === undefined || host === '0.0.0.0') return '127.0.0.1';
  return host === '::' ? '::1' : host;
}

function describe(error: unknown): string {
  const { name, message, code } = error as NodeJS.ErrnoException;
  if (name === 'AbortError' || name === 'TimeoutError') return `no answer within ${healthCheckTimeoutMs} ms`;
  return message === '' ? (code ?? name) : message;
}
