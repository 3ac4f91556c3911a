import type { GroupingKey } from '../../model/grouping-key.ts';
import type { Pattern } from '../pattern.ts';

/** What the file of `pushgate agent` says, defaults filled in. */
export interface AgentConfig {
  readonly gateway: GatewayConfig;
  readonly own: OwnConfig;
  readonly collectors: readonly CollectorConfig[];
}

/** Where pushes go. Files are read anew for each push, since tokens are renewed. */
export interface GatewayConfig {
  readonly url: string;
  readonly timeoutMs: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly basicAuth: { readonly username: string; readonly passwordFile: string | null; readonly password: string } | null;
  readonly bearerTokenFile: string | null;
  readonly tls: TlsClientConfig;
}

/** Paths of PEM files, absolute; `null`: the system's. */
export interface TlsClientConfig {
  readonly caFile: string | null;
  readonly certFile: string | null;
  readonly keyFile: string | null;
  readonly serverName: string | null;
  readonly isVerified: boolean;
}

/** The agent's own health. */
export interface OwnConfig {
  readonly key: GroupingKey;
  readonly intervalMs: number;
  readonly deletesOnStop: boolean;
  /** How long running collections may take to end at a stop. */
  readonly stopTimeoutMs: number;
}

export interface CollectorConfig {
  /** Unique: label `collector` of the health metrics, and the job unless there is another. */
  readonly name: string;
  readonly key: GroupingKey;
  readonly intervalMs: number;
  readonly timeoutMs: number;
  readonly method: PushMethod;
  readonly deletesOnStop: boolean;
  readonly source: SourceConfig;
  /** Equal for two configurations that say the same: such a collector goes on over a reload. */
  readonly fingerprint: string;
}

/** `replace` is PUT: the group holds what the last push brought. `add` is POST: families that are not pushed stay. */
export type PushMethod = 'replace' | 'add';

export type SourceConfig = NetworkConfig | HttpConfig | ProcessConfig | HdfsConfig | ExecConfig | FileConfig;
export type CollectorKind = SourceConfig['kind'];

export interface NetworkConfig {
  readonly kind: 'network';
  readonly include: Pattern;
  readonly exclude: Pattern | null;
  readonly unit: TrafficUnit;
  readonly instance: string;
  readonly procfs: string;
}

/** As it stands in the label `unit` of the rates. */
export type TrafficUnit = 'Byte/s' | 'KByte/s' | 'bit/s';

export interface HttpConfig {
  readonly kind: 'http';
  readonly concurrency: number;
  readonly targets: readonly HttpTarget[];
}

export interface HttpTarget {
  readonly name: string;
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | null;
  readonly timeoutMs: number;
  readonly followsRedirects: boolean;
  readonly expectedStatus: readonly StatusRange[];
  readonly bodyPattern: Pattern | null;
  readonly bodyBytesMax: number;
  readonly tls: TlsClientConfig;
}

export interface StatusRange {
  readonly from: number;
  readonly to: number;
}

export interface ProcessConfig {
  readonly kind: 'process';
  readonly procfs: string;
  readonly watches: readonly ProcessWatch[];
}

/** All that is set must fit. */
export interface ProcessWatch {
  /** Label `process`. */
  readonly label: string;
  readonly name: string | null;
  readonly user: string | null;
  readonly pidFile: string | null;
  readonly commandLine: Pattern | null;
}

export interface HdfsConfig {
  readonly kind: 'hdfs';
  /** What stands before `-du`, for example `hadoop fs`. */
  readonly command: readonly string[];
  readonly paths: readonly string[];
  /** One sum for each path, instead of one for each entry in it. */
  readonly isSummary: boolean;
}

export interface ExecConfig {
  readonly kind: 'exec';
  readonly command: readonly string[];
  readonly directory: string;
  /** Beside the agent's own environment. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface FileConfig {
  readonly kind: 'file';
  readonly directory: string;
  readonly files: readonly Pattern[];
}
