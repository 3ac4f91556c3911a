import path from 'node:path';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import { webConfigFailure } from './errors.ts';
import { FileWatch, readSmallFile } from './file-watch.ts';
import { readTlsOptions } from './tls-options.ts';
import { parseWebConfig, type WebConfig } from './web-config.ts';

/** The web configuration as it is now. */
export interface WebConfigSource {
  /** As it was at the start. What cannot change while running is taken from here: whether there is TLS and HTTP/2, and the rate limit. */
  readonly initial: WebConfig;
  /** Null while the file is broken: then nobody can be let in, and nobody refused. At most a second old. */
  current(): WebConfig | null;
  /** Calls back whenever the configuration, or a certificate it names, has changed and can be used. */
  onChange(listener: (config: WebConfig) => void): void;
}

/**
 * Reads the web configuration file and follows it, and the certificates it names, while the server runs. The reference reads them anew
 * for each request; we look at their time and size once a second. Throws a Failure if they cannot be used at the start; later that is
 * logged once, and the certificates stay those that worked last.
 */
export function openWebConfig(file: string, logger: Logger, clock: Clock): WebConfigSource {
  const watch = new FileWatch([file], clock);
  const initial = readWebConfig(file, watch);
  const listeners: ((config: WebConfig) => void)[] = [];
  let current: WebConfig | null = initial;

  const reload = (): void => {
    current = null;
    try {
      const config = readWebConfig(file, watch);
      for (const listener of listeners) listener(config);
      current = config;
      logger.info({ file }, 'Web configuration reloaded');
    } catch (err) {
      logger.error({ err }, 'Cannot use the changed web configuration; requests are answered with 500 until it is repaired');
    }
  };
  return {
    initial,
    current() {
      if (watch.hasChanged()) reload();
      return current;
    },
    onChange(listener) {
      listeners.push(listener);
    },
  };
}

/** Reads the file and tries its certificates, which are watched from then on, also if they do not work yet. */
function readWebConfig(file: string, watch: FileWatch): WebConfig {
  try {
    const config = parseWebConfig(readSmallFile(file), path.dirname(file));
    watch.follow(listFiles(file, config));
    if (config.tls !== null) readTlsOptions(config.tls);
    return config;
  } catch (cause) {
    throw webConfigFailure(`cannot use the web configuration ${file}: ${(cause as Error).message}`, { cause });
  }
}

function listFiles(file: string, { tls }: WebConfig): string[] {
  const pems = tls === null ? [] : [tls.cert, tls.key, tls.clientCa];
  return [file, ...pems.flatMap((pem) => (pem?.kind === 'file' ? [pem.file] : []))];
}
