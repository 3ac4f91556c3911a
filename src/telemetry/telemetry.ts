import { collectDefaultMetrics, Counter, Gauge, Registry } from 'prom-client';
import { createSystemClock, type Clock } from '../base/clock.ts';
import { compareAsBytes } from '../base/bytes.ts';
import type { MetricFamily, MetricType } from '../model/metric-family.ts';
import type { BuildInfo } from './build-info.ts';
import { makeFamily, makeMetric, readRegistry, readRegistryTypes } from './own-families.ts';
import { registerPersistenceMetrics, type PersistenceRecorder } from './persistence-metrics.ts';
import { createWindowSummary, type WindowSummary } from './window-summary.ts';

/** The server's own metrics: counted here, handed out as metric families. */
export interface Telemetry {
  /** One answered request, in any letter case; scrapes, 404 and 405 are not to be counted (SPEC §6). Handlers are few fixed words. */
  countRequest(handler: string, method: string, code: number): void;
  /** One push. Size: request line, headers and body as they came. */
  observePush(method: string, sizeBytes: number, durationSeconds: number): void;
  /** Adds a gauge whose value is read when the metrics are collected; at start only, so that its name is reserved before any push. */
  addGauge(name: string, help: string, read: () => number): void;
  /**
   * Adds the `pushgate_persistence_*` families; at start only, as above. Failures with the named codes are counted from 0 on, so that
   * `increase` sees the first one.
   */
  addPersistence(failureCodes: readonly string[]): PersistenceRecorder;
  /** The families that have metrics, sorted by name; their labels and metrics are in the order of an exposition. */
  collect(): Promise<MetricFamily[]>;
  /** Every family this server may ever show, also while it has no metrics: pushes must not clash with them. Grows with `addGauge`. */
  ownTypes(): ReadonlyMap<string, MetricType>;
}

const pushSize = { name: 'pushgateway_http_push_size_bytes', help: 'HTTP request size for pushes to the Pushgateway.' };
const pushDuration = { name: 'pushgateway_http_push_duration_seconds', help: 'HTTP request duration for pushes to the Pushgateway.' };
const pushQuantiles: readonly number[] = [0.1, 0.5, 0.9];

/** Methods by their label; all others, which a client may invent, share one. */
const methodLabels: ReadonlyMap<string, string> = new Map(
  ['GET', 'PUT', 'POST', 'DELETE', 'HEAD', 'OPTIONS', 'PATCH', 'CONNECT', 'TRACE', 'NOTIFY'].flatMap((method) => [
    [method, method.toLowerCase()],
    [method.toLowerCase(), method.toLowerCase()],
  ]),
);
const otherMethodLabel = 'unknown';

/** Requests with the same labels that prom-client has not heard of yet. */
interface RequestCount {
  readonly labels: { readonly code: number; readonly handler: string; readonly method: string };
  count: number;
}

interface PushSummaries {
  readonly size: WindowSummary;
  readonly duration: WindowSummary;
}

/** Names and HELP texts are the reference's; what it does not have begins with `nodejs_` or `pushgate_`. */
export function createTelemetry(build: BuildInfo, clock: Clock = createSystemClock()): Telemetry {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry });
  registerBuildInfo(registry, build);
  new Counter({
    name: 'pushgateway_http_requests_total',
    help: 'Total HTTP requests processed by the Pushgateway, excluding scrapes.',
    labelNames: ['code', 'handler', 'method'],
    registers: [registry],
    collect() {
      for (const { labels, count } of uncollected.splice(0)) this.inc(labels, count);
    },
  });
  const uncollected: RequestCount[] = [];
  const pushes = new Map<string, PushSummaries>();
  const types = new Map<string, MetricType>([...readRegistryTypes(registry), [pushSize.name, 'summary'], [pushDuration.name, 'summary']]);
  return {
    // Hot path: prom-client, which makes a text of the labels, is told when somebody asks.
    countRequest(handler, method, code) {
      const label = methodLabelOf(method);
      const known = uncollected.find(({ labels }) => labels.code === code && labels.handler === handler && labels.method === label);
      if (known === undefined) uncollected.push({ labels: { code, handler, method: label }, count: 1 });
      else known.count++;
    },
    // Hot path: once per push.
    observePush(method, sizeBytes, durationSeconds) {
      const label = methodLabelOf(method);
      let summaries = pushes.get(label);
      if (summaries === undefined) {
        summaries = { size: createWindowSummary(), duration: createWindowSummary() };
        pushes.set(label, summaries);
      }
      const nowMs = clock.nowMs();
      summaries.size.observe(sizeBytes, nowMs);
      summaries.duration.observe(durationSeconds, nowMs);
    },
    addGauge(name, help, read) {
      new Gauge({
        name,
        help,
        registers: [registry],
        collect() {
          this.set(read());
        },
      });
      types.set(name, 'gauge');
    },
    addPersistence(failureCodes) {
      const recorder = registerPersistenceMetrics(registry, failureCodes);
      for (const [name, type] of readRegistryTypes(registry)) types.set(name, type);
      return recorder;
    },
    async collect() {
      const families = [...(await readRegistry(registry)), ...readPushSummaries(pushes, clock.nowMs())];
      return families.sort((a, b) => compareAsBytes(a.name, b.name));
    },
    ownTypes: () => types,
  };
}

function methodLabelOf(method: string): string {
  return methodLabels.get(method) ?? otherMethodLabel;
}

function registerBuildInfo(registry: Registry, build: BuildInfo): void {
  const labels = {
    version: build.version,
    revision: build.revision,
    branch: build.branch,
    goversion: build.goVersion,
    goos: process.platform,
    goarch: process.arch,
  };
  const help =
    "A metric with a constant '1' value labeled by version, revision, branch, goversion from which pushgateway was built, and the goos and goarch for the build.";
  new Gauge({ name: 'pushgateway_build_info', help, labelNames: Object.keys(labels), registers: [registry] }).set(labels, 1);
}

/** Absent until the first push. */
function readPushSummaries(pushes: ReadonlyMap<string, PushSummaries>, nowMs: number): MetricFamily[] {
  if (pushes.size === 0) return [];
  return ([pushSize, pushDuration] as const).map(({ name, help }) => {
    const metrics = [...pushes].map(([method, { size, duration }]) => {
      const summary = name === pushSize.name ? size : duration;
      const values = summary.quantiles(pushQuantiles, nowMs);
      return makeMetric(
        { method },
        {
          summary: {
            sampleCount: BigInt(summary.count),
            sampleSum: summary.sum,
            quantiles: pushQuantiles.map((quantile, i) => ({ quantile, value: values[i] ?? Number.NaN, unknownFields: null })),
            createdTimestamp: null,
            unknownFields: null,
          },
        },
      );
    });
    return makeFamily(name, help, 'summary', metrics);
  });
}
