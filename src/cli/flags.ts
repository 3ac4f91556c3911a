import type { FlagValue } from '../api/types.ts';
import { computeRoutePrefix } from './external-url.ts';
import { byteSizeKind, durationKind, switchKind, textKind, textListKind, urlKind, wordKind, type FlagKind } from './flag-kinds.ts';

/** What the command line asks for, defaults filled in. */
export interface Flags {
  readonly systemdSocket: boolean;
  /** `host:port` each, at least one; the host may be empty. Not checked. */
  readonly listenAddresses: readonly string[];
  readonly webConfigFile: string;
  /** Below the route prefix; begins with `/` when there is no prefix. */
  readonly telemetryPath: string;
  readonly externalUrl: string;
  /** The computed prefix: `''` for none, else with a slash at its start and none at its end. */
  readonly routePrefix: string;
  readonly enableLifecycle: boolean;
  readonly enableAdminApi: boolean;
  readonly persistenceFile: string;
  /** May be zero or negative, as in the reference. */
  readonly persistenceIntervalMs: number;
  readonly persistenceSync: PersistenceSync;
  readonly disableConsistencyCheck: boolean;
  readonly enableUtf8Names: boolean;
  /** After decompression; 0 for no limit. */
  readonly bodyBytesMax: number;
  readonly logLevel: LogLevel;
  readonly logFormat: LogFormat;
}

export type PersistenceSync = 'always' | 'interval';
export type LogLevel = 'debug' | 'info' | 'warn' | 'error';
export type LogFormat = 'logfmt' | 'json';

/** One row of the flag table: parser, usage, status page and the table in the README all come from it. */
export interface FlagSpec<T> {
  /** Without the dashes. */
  readonly name: string;
  readonly kind: FlagKind<T>;
  readonly fallback: T;
  readonly help: string;
}

export type FlagTable = { readonly [K in keyof Flags]: FlagSpec<Flags[K]> };

/** In the order of the usage. Names, defaults and meanings are the reference's (SPEC §8) but for those marked as ours. */
export const flagTable: FlagTable = {
  systemdSocket: {
    name: 'web.systemd-socket',
    kind: switchKind,
    fallback: false,
    help: 'Use systemd socket activation listeners instead of port listeners (Linux only).',
  },
  listenAddresses: {
    name: 'web.listen-address',
    kind: textListKind,
    fallback: [':9091'],
    help: 'Addresses on which to expose metrics and web interface. Repeatable for multiple addresses.',
  },
  webConfigFile: {
    name: 'web.config.file',
    kind: textKind,
    fallback: '',
    help: 'Path to configuration file that can enable TLS or authentication.',
  },
  telemetryPath: {
    name: 'web.telemetry-path',
    kind: textKind,
    fallback: '/metrics',
    help: 'Path under which to expose metrics.',
  },
  externalUrl: {
    name: 'web.external-url',
    kind: urlKind,
    fallback: '',
    help: 'The URL under which the Pushgateway is externally reachable.',
  },
  routePrefix: {
    name: 'web.route-prefix',
    kind: textKind,
    fallback: '',
    help: 'Prefix for the internal routes of web endpoints. Defaults to the path of --web.external-url.',
  },
  enableLifecycle: {
    name: 'web.enable-lifecycle',
    kind: switchKind,
    fallback: false,
    help: 'Enable shutdown via HTTP request.',
  },
  enableAdminApi: {
    name: 'web.enable-admin-api',
    kind: switchKind,
    fallback: false,
    help: 'Enable API endpoints for admin control actions.',
  },
  persistenceFile: {
    name: 'persistence.file',
    kind: textKind,
    fallback: '',
    help: 'File to persist metrics. If empty, metrics are only kept in memory.',
  },
  persistenceIntervalMs: {
    name: 'persistence.interval',
    kind: durationKind,
    fallback: 5 * 60_000,
    help: 'The minimum interval at which to write out the persistence file.',
  },
  // Ours.
  persistenceSync: {
    name: 'persistence.sync',
    kind: wordKind('sync mode', ['always', 'interval']),
    fallback: 'always',
    help: 'When a push is made safe on disk: before it is answered, or once per --persistence.interval. One of: [always, interval]',
  },
  disableConsistencyCheck: {
    name: 'push.disable-consistency-check',
    kind: switchKind,
    fallback: false,
    help: 'Do not check consistency of pushed metrics. DANGEROUS.',
  },
  enableUtf8Names: {
    name: 'push.enable-utf8-names',
    kind: switchKind,
    fallback: false,
    help: 'Allow UTF-8 characters in metric and label names, and in the label names of push URLs.',
  },
  // Ours.
  bodyBytesMax: {
    name: 'push.max-body-size',
    kind: byteSizeKind,
    fallback: 64 * 1024 * 1024,
    help: 'Largest body of a push in bytes, after decompression (64MiB, 64MB, 67108864); 0 for no limit.',
  },
  logLevel: {
    name: 'log.level',
    kind: wordKind('log level', ['debug', 'info', 'warn', 'error']),
    fallback: 'info',
    help: 'Only log messages with the given severity or above. One of: [debug, info, warn, error]',
  },
  logFormat: {
    name: 'log.format',
    kind: wordKind('log format', ['logfmt', 'json']),
    fallback: 'logfmt',
    help: 'Output format of log messages. One of: [logfmt, json]',
  },
};

/** Every flag by its name, as the status page and the API show it: defaults included, `web.route-prefix` as computed (SPEC §7). */
export function flagsForStatus(flags: Flags): Record<string, string> {
  const shown: Record<string, string> = {};
  const show = <K extends keyof Flags>(key: K): void => {
    const { name, kind } = flagTable[key];
    shown[name] = kind.format(flags[key]);
  };
  for (const key of flagKeys()) show(key);
  return shown;
}

/** Every flag with its value, its default and what it means, for the page. The default of `web.route-prefix` depends on the external URL. */
export function describeFlags(flags: Flags): FlagValue[] {
  const describe = <K extends keyof Flags>(key: K): FlagValue => {
    const { name, kind, fallback, help } = flagTable[key];
    const value = kind.format(flags[key]);
    const standard = key === 'routePrefix' ? computeRoutePrefix('', flags.externalUrl) : kind.format(fallback);
    return { name, value, default: standard, is_default: value === standard, help };
  };
  return flagKeys().map((key) => describe(key));
}

/** The keys of the table, in its order. */
export function flagKeys(): readonly (keyof Flags)[] {
  return Object.keys(flagTable) as (keyof Flags)[];
}
