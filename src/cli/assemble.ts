import { setTimeout as sleep } from 'node:timers/promises';
import { createSystemClock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import { createRateLimitedLog } from '../base/rate-limited-log.ts';
import type { Gateway } from '../api/gateway.ts';
import { explainUnready } from '../api/handle-health.ts';
import { GroupingPathParser } from '../api/parse-grouping-path.ts';
import { createApiRoutes, createRoutes } from '../api/routes.ts';
import { createInsight } from '../api/insight.ts';
import { findPageFiles } from '../api/page-files.ts';
import { Rehearsal } from '../api/v1/rehearsal.ts';
import { PushDecoder } from '../exposition/decode-push.ts';
import { createRouter } from '../http/router.ts';
import { startServer } from '../http/server.ts';
import { encodeGroupRecord } from '../persistence/group-record.ts';
import { GroupLoader } from '../persistence/group-loader.ts';
import { WriteQueue } from '../persistence/write-queue.ts';
import { MetricStore } from '../store/metric-store.ts';
import { readBuildInfo } from '../telemetry/build-info.ts';
import { selectReservedTypes } from '../telemetry/reserved-families.ts';
import { createTelemetry, type Telemetry } from '../telemetry/telemetry.ts';
import { computeRoutePrefix } from './external-url.ts';
import { describeFlags, flagsForStatus, type Flags } from './flags.ts';
import { createGroupLog } from './open-group-log.ts';
import type { Assembly } from './serve.ts';

/** How long the store may load before the server answers without it. */
const silentLoadMs = 100;

/** How often a line is printed that a client can cause over and over. */
const repeatIntervalMs = 10_000;

/** Joins the rooms into a running server: the only place where that happens. Rejects with a Failure when it cannot start. */
export async function assemble(flags: Flags, logger: Logger): Promise<Assembly> {
  const clock = createSystemClock();
  const build = readBuildInfo();
  const telemetry = createTelemetry(build, clock);
  const repeats = createRateLimitedLog(logger, clock, repeatIntervalMs);
  addGauges(telemetry, () => gateway);
  const log = createGroupLog(flags, telemetry, build.version, clock, logger);
  const insight = createInsight(clock, (id) => store.group(id));
  const rehearsal = new Rehearsal(insight);
  const store: MetricStore = new MetricStore({
    ownTypes: selectReservedTypes(telemetry.ownTypes()),
    isChecked: !flags.disableConsistencyCheck,
    log: repeats,
    onApplied(changes) {
      insight.apply(changes);
      rehearsal.noteSize();
    },
  });
  const loader = new GroupLoader();
  await log.open(loader);
  const loaded = loader.load(store);
  const writes = new WriteQueue(store, log, encodeGroupRecord, repeats);

  let requestQuit = (): void => {};
  const quit = new Promise<void>((resolve) => (requestQuit = resolve));
  const gateway: Gateway = {
    ...insight,
    store,
    paths: new GroupingPathParser(flags.enableUtf8Names, () => store.groupCount),
    decoder: new PushDecoder(flags.enableUtf8Names),
    writes,
    log,
    loader,
    telemetry,
    page: findPageFiles(),
    clock,
    logger,
    repeats,
    build,
    options: {
      isChecked: !flags.disableConsistencyCheck,
      allowUtf8Names: flags.enableUtf8Names,
      routePrefix: flags.routePrefix,
      externalPrefix: computeRoutePrefix('', flags.externalUrl),
      telemetryPath: flags.telemetryPath,
      enableAdminApi: flags.enableAdminApi,
      enableLifecycle: flags.enableLifecycle,
      flags: flagsForStatus(flags),
      flagValues: describeFlags(flags),
      persistenceFile: flags.persistenceFile,
      bodyBytesMax: flags.bodyBytesMax,
      startedAtMs: clock.nowMs(),
      quit: requestQuit,
    },
  };
  // A small store is there before anybody can ask; a large one is waited for with 503s, so that health checks pass meanwhile.
  await Promise.race([loaded, sleep(silentLoadMs)]);
  const server = await startServer({
    router: createRouter(createRoutes(gateway), { api: { prefix: `${flags.routePrefix}/api/v1`, routes: createApiRoutes(gateway) } }),
    listenAddresses: flags.listenAddresses,
    usesSystemdSockets: flags.systemdSocket,
    webConfigFile: flags.webConfigFile,
    bodyBytesMax: flags.bodyBytesMax,
    logger,
    clock,
  });
  try {
    await loaded;
  } catch (error) {
    insight.changes.close();
    await server.close();
    throw error;
  }
  return {
    addresses: server.addresses,
    quit,
    async stop() {
      insight.changes.close();
      await server.close();
      await writes.drain();
      await log.close();
    },
  };
}

/** What alerts and dashboards ask of each gateway. Before the store is made, so that no push takes the names. */
function addGauges(telemetry: Telemetry, gateway: () => Gateway): void {
  telemetry.addGauge(
    'pushgate_inconsistent_families',
    'Metric families of groups that are stored but left out of the exposition because they contradict others.',
    () => gateway().store.inconsistentFamilyCount,
  );
  telemetry.addGauge('pushgate_groups', 'Groups that are stored.', () => gateway().store.groupCount);
  telemetry.addGauge('pushgate_ready', 'Whether pushes are taken: 1, or 0 while the store takes no writes, as /-/ready says.', () =>
    explainUnready(gateway()) === null ? 1 : 0,
  );
}
