import { silentLogger } from '../../src/base/logger.ts';
import { createRateLimitedLog } from '../../src/base/rate-limited-log.ts';
import { createInsight } from '../../src/api/insight.ts';
import { GroupingPathParser } from '../../src/api/parse-grouping-path.ts';
import type { Gateway, GatewayOptions } from '../../src/api/gateway.ts';
import { PushDecoder } from '../../src/exposition/decode-push.ts';
import type { HttpReply, HttpRequest } from '../../src/http/types.ts';
import { encodeGroupRecord } from '../../src/persistence/group-record.ts';
import { GroupLoader } from '../../src/persistence/group-loader.ts';
import { MemoryGroupLog } from '../../src/persistence/memory-group-log.ts';
import { WriteQueue } from '../../src/persistence/write-queue.ts';
import type { MetricStore } from '../../src/store/metric-store.ts';
import { readBuildInfo } from '../../src/telemetry/build-info.ts';
import { selectReservedTypes } from '../../src/telemetry/reserved-families.ts';
import { createTelemetry } from '../../src/telemetry/telemetry.ts';
import { createStore, pushOf } from '../store/support.ts';

/** A gateway without a socket, and the time standing still at the year 2001. */
export function createGateway(options: Partial<GatewayOptions> = {}): Gateway {
  const build = readBuildInfo({});
  const telemetry = createTelemetry(build);
  const isChecked = options.isChecked ?? true;
  const clock = { nowMs: () => 1_000_000_000_000 };
  const insight = createInsight(clock, (id) => store.group(id));
  const store: MetricStore = createStore({
    isChecked,
    ownTypes: selectReservedTypes(telemetry.ownTypes()),
    onApplied: insight.apply,
  });
  const repeats = createRateLimitedLog(silentLogger, { nowMs: () => 0 }, 1);
  const log = new MemoryGroupLog();
  const loader = new GroupLoader();
  void loader.load(store);
  return {
    ...insight,
    loader,
    store,
    paths: new GroupingPathParser(false, () => 0),
    decoder: new PushDecoder(false),
    log,
    telemetry,
    build,
    writes: new WriteQueue(store, log, encodeGroupRecord, repeats),
    clock,
    page: null,
    logger: silentLogger,
    repeats,
    options: {
      isChecked,
      allowUtf8Names: false,
      routePrefix: '',
      externalPrefix: '',
      telemetryPath: '/metrics',
      enableAdminApi: false,
      enableLifecycle: false,
      flags: { 'web.telemetry-path': '/metrics' },
      flagValues: [],
      persistenceFile: '',
      bodyBytesMax: 0,
      startedAtMs: 1_000_000_000_000,
      quit: () => undefined,
      ...options,
    },
  };
}

export async function push(gateway: Gateway, labels: Readonly<Record<string, string>>, body: string): Promise<void> {
  await gateway.writes.submit(pushOf('replace', labels, body, gateway.clock.nowMs()));
}

export function requestOf(parts: Partial<HttpRequest> & { body?: string | Buffer } = {}): HttpRequest {
  const { body = '', ...rest } = parts;
  return {
    method: 'GET',
    path: '/',
    rawPath: '/',
    rawQuery: '',
    params: {},
    hasInvalidUtf8: false,
    headers: {},
    remoteAddress: '127.0.0.1:1',
    approximateSizeBytes: () => 100,
    readBody: () => Promise.resolve(Buffer.from(body)),
    ...rest,
  };
}

export async function readReply(reply: HttpReply): Promise<string> {
  const { body = '' } = reply;
  if (typeof body === 'string') return body;
  if (body instanceof Uint8Array) return Buffer.from(body).toString();
  const chunks: Uint8Array[] = [];
  for await (const chunk of body) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks).toString();
}
