import { lookup } from 'node:dns/promises';
import { isIP, type AddressInfo } from 'node:net';
import { listenFailure } from './errors.ts';
import { listenBacklog, systemdSocketsMax } from './limits.ts';

/** One thing to listen on. */
export interface ListenTarget {
  /** For messages: the address as it was given. */
  readonly name: string;
  readonly listen: { readonly port: number; readonly host?: string; readonly backlog: number } | { readonly fd: number };
}

/** The first socket that systemd hands over (sd_listen_fds(3)). */
const firstSystemdFd = 3;

/**
 * Reads an address in Go's forms: `:9091` (every address of the machine), `host:port`, `[::1]:9091`; port 0 or none asks for any free one.
 * A host name listens on its first IPv4 address, as in Go.
 */
export async function parseListenAddress(address: string): Promise<ListenTarget> {
  const fail = (reason: string): Error => listenFailure(`cannot listen on ${address}: ${reason}`);
  const match = /^(?:\[([^\]]*)\]|([^:]*)):(\d*)$/.exec(address);
  if (match === null) throw fail('an address is host:port, :port or [IPv6 host]:port');
  const [, bracketed, plain = '', portText = ''] = match;
  const port = Number(portText);
  if (port > 65_535) throw fail(`${portText} is not a port`);
  const host = bracketed ?? plain;
  // Without a host Node listens on every IPv6 and IPv4 address.
  if (host === '') return { name: address, listen: { port, backlog: listenBacklog } };
  if (isIP(host.replace(/%.*$/, '')) !== 0) return { name: address, listen: { host, port, backlog: listenBacklog } };
  try {
    const resolved = await lookup(host, { verbatim: false });
    return { name: address, listen: { host: resolved.address, port, backlog: listenBacklog } };
  } catch (cause) {
    throw listenFailure(`cannot listen on ${address}: the host name is not known`, { cause });
  }
}

/**
 * The sockets that systemd passed to this process (`LISTEN_PID`, `LISTEN_FDS`). The variables are removed, so that no child takes the
 * sockets for its own.
 */
export function takeSystemdSockets(environment: NodeJS.ProcessEnv, pid: number): ListenTarget[] {
  const { LISTEN_PID: listenPid, LISTEN_FDS: listenFds } = environment;
  delete environment['LISTEN_PID'];
  delete environment['LISTEN_FDS'];
  delete environment['LISTEN_FDNAMES'];
  const count = Number(listenFds);
  if (Number(listenPid) !== pid || !Number.isInteger(count) || count < 1) {
    throw listenFailure('cannot listen on systemd sockets: none were passed to this process');
  }
  if (count > systemdSocketsMax) throw listenFailure(`cannot listen on systemd sockets: ${count} are more than ${systemdSocketsMax}`);
  return Array.from({ length: count }, (_, i) => ({ name: `systemd socket ${i}`, listen: { fd: firstSystemdFd + i } }));
}

/** An address as Go prints it: IPv6 hosts in brackets. */
export function formatAddress(address: AddressInfo | string | null): string {
  if (address === null) return '';
  if (typeof address === 'string') return address;
  return address.family === 'IPv6' ? `[${address.address}]:${address.port}` : `${address.address}:${address.port}`;
}

const bindReasons: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the address is in use',
  EACCES: 'permission denied',
  EADDRNOTAVAIL: 'this machine has no such address',
  EAFNOSUPPORT: 'this machine does not speak that kind of address',
  EINVAL: 'it is not a socket to listen on',
  EBADF: 'there is no such socket',
};

/** The failure to bind an address, in one line. It keeps no cause: an error is printed with its causes, and this one says the same. */
export function explainBindError(name: string, cause: NodeJS.ErrnoException): Error {
  return listenFailure(`cannot listen on ${name}: ${bindReasons[cause.code ?? ''] ?? cause.message}`);
}
