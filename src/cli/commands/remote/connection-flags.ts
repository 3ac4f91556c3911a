import { readBoundedFile } from '../../../base/read-bounded-file.ts';
import { parsePrometheusDuration } from '../../../base/durations.ts';
import type { ConnectionOptions, TlsOptions } from '../../../client/connection-options.ts';
import { retriesDefault, retriesMax, timeoutMsDefault } from '../../../client/limits.ts';
import type { GroupOptions } from '../../../client/push.ts';
import { badCommandLine } from '../../errors.ts';
import type { CommandIo, CommandOption } from '../command.ts';
import type { CommandArguments } from '../command-arguments.ts';
import { commandFileUnusable } from '../errors.ts';
import { keyFileBytesMax } from '../limits.ts';

const urlDefault = 'http://127.0.0.1:9091';

/** How a command is told to reach a gateway. No secret is ever a value on the command line, where everybody on the machine can read it. */
export const connectionOptions: readonly CommandOption[] = [
  { name: 'url', value: 'URL', help: `The gateway, with its route prefix. Or PUSHGATE_URL; ${urlDefault} without both.` },
  {
    name: 'user',
    value: 'NAME',
    help: 'User of basic authentication. Or PUSHGATE_USER. The password comes from PUSHGATE_PASSWORD or --password-file.',
  },
  { name: 'password-file', value: 'FILE', help: 'File that holds the password.' },
  { name: 'bearer-token-file', value: 'FILE', help: 'File that holds a bearer token. Or the token itself in PUSHGATE_TOKEN.' },
  { name: 'ca-file', value: 'FILE', help: "Authorities to trust for the gateway's certificate, PEM." },
  { name: 'cert-file', value: 'FILE', help: 'Certificate to show to the gateway, PEM.' },
  { name: 'key-file', value: 'FILE', help: 'Its key.' },
  { name: 'server-name', value: 'NAME', help: "The name that the gateway's certificate must have." },
  { name: 'insecure', help: "Do not check the gateway's certificate." },
  { name: 'timeout', value: '10s', help: 'How long one attempt may take.' },
  {
    name: 'retries',
    value: String(retriesDefault),
    help: 'Further attempts when there is no connection, or the answer is 429, 502, 503 or 504.',
  },
];

/** Which group a command is about. */
export const groupOptions: readonly CommandOption[] = [
  { name: 'job', value: 'JOB', help: 'The job of the group.' },
  { name: 'label', value: 'NAME=VALUE', isRepeatable: true, help: 'A further grouping label, with any value. Repeatable.' },
  { name: 'utf8-names', help: 'Take any label names, for a gateway with --push.enable-utf8-names.' },
];

/** Reads the connection options and the environment. Each wait for another attempt is told on stderr. */
export function readConnectionFlags(args: CommandArguments, { env, stderr }: Pick<CommandIo, 'env' | 'stderr'>): ConnectionOptions {
  const retries = readRetries(args.value('retries'));
  const urlFlag = args.value('url');
  if (urlFlag !== undefined && holdsPassword(readUrl(urlFlag))) stderr.write(passwordWarning);
  return {
    url: readUrl(urlFlag ?? readVariable(env, 'PUSHGATE_URL') ?? urlDefault),
    ...readCredentials(args, env),
    tls: readTls(args),
    timeoutMs: readTimeoutMs(args.value('timeout')),
    retries,
    onRetry: ({ attempt, delayMs, reason }) =>
      void stderr.write(`pushgate: ${reason}; trying again in ${(delayMs / 1000).toFixed(1)} s (${attempt} of ${retries})\n`),
  };
}

/** The group of `--job` and `--label`. Their values are checked where the group is used. */
export function readGroupFlags(args: CommandArguments): GroupOptions {
  const job = args.value('job');
  if (job === undefined || job === '') throw badCommandLine('--job is missing: every group has a job');
  const labels = new Map<string, string>();
  for (const pair of args.values('label')) {
    const at = pair.indexOf('=');
    if (at <= 0) throw badCommandLine(`--label ${pair} is not a name, an equals sign and a value`);
    const name = pair.slice(0, at);
    if (labels.has(name)) throw badCommandLine(`the label ${name} is given twice`);
    labels.set(name, pair.slice(at + 1));
  }
  return { job, labels: Object.fromEntries(labels), utf8Names: args.has('utf8-names') };
}

const passwordWarning =
  'pushgate: warning: everybody on this machine can read the password in --url, with ps: put the address into PUSHGATE_URL, or use --user and --password-file\n';

function holdsPassword(url: string): boolean {
  return URL.canParse(url) && new URL(url).password !== '';
}

/** `localhost:9091` is an address, too. */
function readUrl(text: string): string {
  return /^[a-z][a-z0-9+.-]*:\/\//i.test(text) ? text : `http://${text}`;
}

type Credentials = Pick<ConnectionOptions, 'basicAuth' | 'bearerToken'>;

/** What is said on the command line goes before the environment. */
function readCredentials(args: CommandArguments, env: CommandIo['env']): Credentials {
  const user = args.value('user') ?? '';
  const passwordFile = args.value('password-file');
  const tokenFile = args.value('bearer-token-file');
  if (tokenFile !== undefined && (user !== '' || passwordFile !== undefined)) {
    throw badCommandLine('--bearer-token-file and --user or --password-file exclude each other');
  }
  if (tokenFile !== undefined) return { bearerToken: readSecret(tokenFile) };
  const userVariable = readVariable(env, 'PUSHGATE_USER');
  const token = readVariable(env, 'PUSHGATE_TOKEN');
  if (user !== '' || passwordFile !== undefined) return readBasicAuth(user === '' ? userVariable : user, passwordFile, env);
  if (userVariable !== undefined && token !== undefined) throw badCommandLine('PUSHGATE_USER and PUSHGATE_TOKEN exclude each other');
  if (userVariable !== undefined) return readBasicAuth(userVariable, undefined, env);
  return token === undefined ? {} : { bearerToken: token.trim() };
}

/** One that is set to nothing is not set. */
function readVariable(env: CommandIo['env'], name: string): string | undefined {
  return env[name] === '' ? undefined : env[name];
}

function readBasicAuth(user: string | undefined, passwordFile: string | undefined, env: CommandIo['env']): Credentials {
  if (user === undefined) throw badCommandLine('--password-file needs --user, or PUSHGATE_USER');
  if (user.includes(':')) throw badCommandLine('--user takes the name alone; the password comes from PUSHGATE_PASSWORD or --password-file');
  const password = passwordFile === undefined ? env['PUSHGATE_PASSWORD'] : readSecret(passwordFile);
  if (password === undefined) throw badCommandLine(`the password of ${user} is missing: set PUSHGATE_PASSWORD, or give --password-file`);
  return { basicAuth: { user, password } };
}

function readTls(args: CommandArguments): TlsOptions {
  const read = (name: string): Buffer | undefined => {
    const file = args.value(name);
    return file === undefined ? undefined : readKeyFile(file);
  };
  return {
    ca: read('ca-file'),
    cert: read('cert-file'),
    key: read('key-file'),
    serverName: args.value('server-name'),
    insecure: args.has('insecure'),
  };
}

function readTimeoutMs(text: string | undefined): number {
  const timeoutMs = text === undefined ? timeoutMsDefault : parsePrometheusDuration(text);
  if (timeoutMs === 0) throw badCommandLine('--timeout must be longer than 0');
  return timeoutMs;
}

function readRetries(text: string | undefined): number {
  if (text === undefined) return retriesDefault;
  if (!/^\d{1,3}$/.test(text) || Number(text) > retriesMax)
    throw badCommandLine(`--retries takes a whole number from 0 to ${retriesMax}, not ${text}`);
  return Number(text);
}

/** Without the line feed that editors leave. */
function readSecret(file: string): string {
  return readKeyFile(file)
    .toString()
    .replace(/\r?\n$/, '');
}

function readKeyFile(file: string): Buffer {
  try {
    return readBoundedFile(file, keyFileBytesMax);
  } catch (cause) {
    throw commandFileUnusable(`cannot read ${file}: ${(cause as Error).message}`, { cause });
  }
}
