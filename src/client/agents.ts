import { createHash } from 'node:crypto';
import { Agent } from 'undici';
import type { TlsOptions } from './connection-options.ts';
import { agentsMax, connectionsMax, connectTimeoutMsMax } from './limits.ts';

/**
 * Connections kept alive between pushes, shared by all of the process that use the same TLS settings. Idle ones do not keep the process alive.
 * They hold no user, password or token: those go with each request.
 */
const agents = new Map<string, Agent>();

/** The pool for these settings; the one used least lately is closed when there are too many. */
export function findAgent(tls: TlsOptions): Agent {
  const key = describeTls(tls);
  const agent = agents.get(key) ?? createAgent(tls);
  agents.delete(key);
  agents.set(key, agent);
  if (agents.size > agentsMax) closeOldest();
  return agent;
}

function closeOldest(): void {
  const [oldest] = agents;
  if (oldest === undefined) return;
  agents.delete(oldest[0]);
  // Requests that run on it come to their end; nobody waits for that.
  void oldest[1].close();
}

function createAgent({ ca, cert, key, serverName, insecure }: TlsOptions): Agent {
  return new Agent({
    connections: connectionsMax,
    // Each attempt has a limit of its own for all of it.
    headersTimeout: 0,
    bodyTimeout: 0,
    connect: {
      timeout: connectTimeoutMsMax,
      rejectUnauthorized: insecure !== true,
      ...(ca === undefined ? {} : { ca: Buffer.from(ca) }),
      ...(cert === undefined ? {} : { cert: Buffer.from(cert) }),
      ...(key === undefined ? {} : { key: Buffer.from(key) }),
      ...(serverName === undefined ? {} : { servername: serverName }),
    },
  });
}

/** Equal for equal settings. A hash, so that no key lies about as text. */
function describeTls({ ca, cert, key, serverName, insecure }: TlsOptions): string {
  const parts = [ca, cert, key, serverName].map((part) => (part === undefined ? null : Buffer.from(part).toString('base64')));
  return createHash('sha256')
    .update(JSON.stringify([...parts, insecure === true]))
    .digest('base64');
}
