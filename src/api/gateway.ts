import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { RateLimitedLog } from '../base/rate-limited-log.ts';
import type { PushDecoder } from '../exposition/decode-push.ts';
import type { WriteQueue } from '../persistence/write-queue.ts';
import type { GroupLoader } from '../persistence/group-loader.ts';
import type { GroupLog } from '../persistence/group-log.ts';
import type { MetricStore } from '../store/metric-store.ts';
import type { GroupingPathParser } from './parse-grouping-path.ts';
import type { BuildInfo } from '../telemetry/build-info.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { FlagValue } from './types.ts';
import type { Insight } from './insight.ts';
import type { PageFiles } from './page-files.ts';

/** What the endpoints work on. `cli/assemble.ts` puts it together. */
export interface Gateway extends Insight {
  readonly store: MetricStore;
  readonly paths: GroupingPathParser;
  readonly decoder: PushDecoder;
  readonly writes: WriteQueue;
  readonly log: GroupLog;
  readonly loader: GroupLoader;
  readonly telemetry: Telemetry;
  /** The built page; `null` if it was not built. */
  readonly page: PageFiles | null;
  readonly clock: Clock;
  readonly logger: Logger;
  /** For lines that a client can cause over and over. */
  readonly repeats: RateLimitedLog;
  readonly build: BuildInfo;
  readonly options: GatewayOptions;
}

export interface GatewayOptions {
  /** Without it a push is answered with 202 whatever the store says of it (`--push.disable-consistency-check`). */
  readonly isChecked: boolean;
  /** `--push.enable-utf8-names`. */
  readonly allowUtf8Names: boolean;
  /** Computed: `''`, or with a slash at its start and none at its end. */
  readonly routePrefix: string;
  /** Path of the external URL in the same form; links of the page begin with it. */
  readonly externalPrefix: string;
  readonly telemetryPath: string;
  readonly enableAdminApi: boolean;
  readonly enableLifecycle: boolean;
  /** For the status API: flag names without dashes and their values. */
  readonly flags: Readonly<Record<string, string>>;
  /** The same with their defaults and meanings, for the page. */
  readonly flagValues: readonly FlagValue[];
  /** Where groups are kept; `''`: in memory alone. */
  readonly persistenceFile: string;
  /** After decompression; 0 for no limit. */
  readonly bodyBytesMax: number;
  readonly startedAtMs: number;
  /** Called once, after the answer to `/-/quit` was handed over. */
  readonly quit: () => void;
}
