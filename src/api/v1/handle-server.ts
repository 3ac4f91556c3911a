import { getHeapStatistics } from 'node:v8';
import { formatRfc3339Nano } from '../../exposition/metrics-json.ts';
import { connectionsMaxDefault, openRequestsMaxDefault, requestTimeoutMsDefault } from '../../http/limits.ts';
import type { HttpHandler } from '../../http/types.ts';
import { recordsMax, recordsPerGroupMax } from '../../history/limits.ts';
import { queuedWritesMax } from '../../persistence/limits.ts';
import type { Gateway } from '../gateway.ts';
import { listenersMax } from '../limits.ts';
import type { LimitValue, RuntimeStatus, ServerStatus, StorageStatus } from '../types.ts';
import { replyWithData } from './json-reply.ts';

/** GET `/api/v1/server`: what the status page shows; `/api/v1/status` stays as the reference has it. */
export function createServerHandler(gateway: Gateway): HttpHandler {
  const { build, clock, options, scrapes } = gateway;
  return () =>
    replyWithData<ServerStatus>({
      version: build.version,
      build: { ...build },
      start_time: formatRfc3339Nano(options.startedAtMs),
      now: formatRfc3339Nano(clock.nowMs()),
      flags: options.flagValues,
      storage: describeStorage(gateway),
      limits: listLimits(gateway),
      runtime: describeRuntime(),
      scrapes: scrapes.list(),
      is_admin_api_enabled: options.enableAdminApi,
      is_lifecycle_enabled: options.enableLifecycle,
      telemetry_path: options.telemetryPath.replace(/^\/+/, ''),
      allows_utf8_names: options.allowUtf8Names,
    });
}

function describeStorage({ loader, log, options, store, writes }: Gateway): StorageStatus {
  const health = log.health();
  const reason = !loader.isLoaded ? loader.progress : !health.ready ? (health.reason ?? 'the store does not take writes') : null;
  return {
    kind: options.persistenceFile === '' ? 'memory' : 'file',
    is_ready: reason === null && !writes.isFull,
    reason: reason ?? (writes.isFull ? 'too many writes are waiting for the store' : null),
    path: options.persistenceFile === '' ? null : options.persistenceFile,
    groups: store.groupCount,
    families: store.familyCount,
    inconsistent_families: store.inconsistentFamilyCount,
  };
}

function listLimits({ options }: Gateway): LimitValue[] {
  return [
    { name: 'push_body_bytes', value: options.bodyBytesMax === 0 ? null : options.bodyBytesMax, help: 'Largest body of a push, unpacked.' },
    { name: 'request_seconds', value: requestTimeoutMsDefault / 1000, help: 'How long a request may take to arrive.' },
    { name: 'open_requests', value: openRequestsMaxDefault, help: 'Requests in work at a time; further ones are answered with 503.' },
    { name: 'connections', value: connectionsMaxDefault, help: 'Connections of one listen address.' },
    { name: 'waiting_writes', value: queuedWritesMax, help: 'Writes that may wait for the store; further ones are answered with 503.' },
    { name: 'history_per_group', value: recordsPerGroupMax, help: 'Writes that are remembered of one group.' },
    { name: 'history', value: recordsMax, help: 'Writes that are remembered over all groups.' },
    { name: 'event_listeners', value: listenersMax, help: 'Clients that may listen to events.' },
  ];
}

function describeRuntime(): RuntimeStatus {
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  return {
    node_version: process.version,
    platform: `${process.platform} ${process.arch}`,
    uptime_seconds: process.uptime(),
    cpu_seconds: (user + system) / 1e6,
    resident_bytes: rss,
    heap_used_bytes: heapUsed,
    heap_limit_bytes: getHeapStatistics().heap_size_limit,
  };
}
