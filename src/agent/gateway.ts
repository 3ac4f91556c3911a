import type { Logger } from '../base/logger.ts';
import type { ConnectionOptions, TlsOptions } from '../client/connection-options.ts';
import { PushRefusedError, PushUnreachableError } from '../client/errors.ts';
import { deleteGroup, push, pushAdd } from '../client/push.ts';
import type { GroupingKey } from '../model/grouping-key.ts';
import type { GatewayConfig, PushMethod, TlsClientConfig } from './config/agent-config.ts';
import { agentFileFailure } from './errors.ts';
import { readBoundedFile } from '../base/read-bounded-file.ts';
import { secretBytesMax } from './limits.ts';

/** How a push ended: `refused` is lasting, the same push would be refused again. */
export type PushOutcome = 'done' | 'unreachable' | { readonly refused: string };

/** The gateway that all groups are pushed to. Tells when it goes away and when it is back, once each. */
export class Gateway {
  #config: GatewayConfig;
  readonly #logger: Logger;
  /** Since when, by a clock that never goes back; `null` while it answers. */
  #awaySinceMs: number | null = null;

  constructor(config: GatewayConfig, logger: Logger) {
    this.#config = config;
    this.#logger = logger;
  }

  /** From now on pushes go there. */
  configure(config: GatewayConfig): void {
    if (config.url !== this.#config.url) this.#awaySinceMs = null;
    this.#config = config;
  }

  /** Sends once. Rejects only for the reason of the signal. */
  async push(key: GroupingKey, text: string, method: PushMethod, signal: AbortSignal): Promise<PushOutcome> {
    // The text is our own writing: the gateway's check is enough.
    const send = method === 'replace' ? push : pushAdd;
    return this.#attempt(signal, (connection) => send(text, { ...connection, ...groupOf(key), signal, check: false }));
  }

  async delete(key: GroupingKey, signal: AbortSignal): Promise<PushOutcome> {
    return this.#attempt(signal, (connection) => deleteGroup({ ...connection, ...groupOf(key), signal }));
  }

  async #attempt(signal: AbortSignal, send: (connection: ConnectionOptions) => Promise<unknown>): Promise<PushOutcome> {
    try {
      await send(readConnection(this.#config));
      this.#tellBack();
      return 'done';
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof PushRefusedError && !error.isTemporary && !isAuthentication(error.status)) {
        this.#tellBack();
        return { refused: error.message };
      }
      // What a password file lacks may be there in a moment; anything else is a bug.
      if (!isPassing(error)) throw error;
      this.#tellAway(error);
      return 'unreachable';
    }
  }

  #tellAway(error: Error): void {
    if (this.#awaySinceMs !== null) return;
    this.#awaySinceMs = performance.now();
    this.#logger.warn(
      { url: this.#config.url, err: error },
      'Cannot push; collecting goes on, and the newest values are pushed once it works',
    );
  }

  #tellBack(): void {
    if (this.#awaySinceMs === null) return;
    const seconds = Math.round((performance.now() - this.#awaySinceMs) / 1000);
    this.#awaySinceMs = null;
    this.#logger.info({ url: this.#config.url, away: `${seconds}s` }, 'Pushes again');
  }
}

/** A wrong password or token concerns all pushes alike. */
function isAuthentication(status: number): boolean {
  return status === 401 || status === 403;
}

function isPassing(error: unknown): error is Error {
  return (
    error instanceof PushUnreachableError ||
    error instanceof PushRefusedError ||
    (error as Partial<{ code: string }>).code === agentFileFailure.code
  );
}

function groupOf({ labels }: GroupingKey): { job: string; labels: Record<string, string> } {
  const all = Object.fromEntries(labels.map(({ name, value }) => [name, value]));
  const { job = '', ...others } = all;
  return { job, labels: others };
}

/** Reads the files anew: tokens and certificates are renewed while the agent runs. Retries are up to the caller. */
function readConnection({ url, timeoutMs, headers, basicAuth, bearerTokenFile, tls }: GatewayConfig): ConnectionOptions {
  return {
    url,
    timeoutMs,
    headers,
    retries: 0,
    basicAuth: basicAuth === null ? undefined : { user: basicAuth.username, password: readPassword(basicAuth) },
    bearerToken: bearerTokenFile === null ? undefined : readSecret(bearerTokenFile),
    tls: readTls(tls),
  };
}

function readPassword({ password, passwordFile }: NonNullable<GatewayConfig['basicAuth']>): string {
  return passwordFile === null ? password : readSecret(passwordFile);
}

function readTls({ caFile, certFile, keyFile, serverName, isVerified }: TlsClientConfig): TlsOptions {
  return {
    ca: caFile === null ? undefined : readSecret(caFile),
    cert: certFile === null ? undefined : readSecret(certFile),
    key: keyFile === null ? undefined : readSecret(keyFile),
    serverName: serverName ?? undefined,
    insecure: !isVerified,
  };
}

/** Without the line feed that editors put at the end. */
function readSecret(file: string): string {
  try {
    return readBoundedFile(file, secretBytesMax).toString().trimEnd();
  } catch (cause) {
    throw agentFileFailure(`cannot read ${file}: ${(cause as Error).message}`, { cause });
  }
}
