import type { Collection, Collector } from '../collector.ts';
import type { HttpConfig, HttpTarget } from '../config/agent-config.ts';
import { type MetricDefinition, MetricSheet } from '../metric-sheet.ts';
import { checkTarget, type HttpResult } from './http-check.ts';
import { httpPhases } from './http-stopwatch.ts';

const define = (name: string, help: string): MetricDefinition => ({ name: `http_check_${name}`, type: 'gauge', help });

const up = define('up', '1 if the target answered in time and as expected, else 0.');
const status = define('status_code', 'Status of the last answer; 0 without one.');
const duration = define('duration_seconds', 'How long the check took, redirects included.');
const phase = define('phase_duration_seconds', 'How long each phase of the check took: dns, connect, tls, first_byte, transfer.');
const bodyBytes = define('body_bytes', 'Bytes of the answer, as they came over the wire.');
const redirects = define('redirects', 'Redirects that were followed.');
const bodyMatch = define('body_match', '1 if the body fits body_match, 0 if not. Only for targets that have one.');
const tlsExpiry = define('tls_expiry_time_seconds', "When the server's certificate ends, in seconds since 1970. Only with TLS.");
const failure = define('failure_info', 'Why the target is down. Always 1; not there while it is up.');

export const httpMetrics: readonly MetricDefinition[] = [up, status, duration, phase, bodyBytes, redirects, bodyMatch, tlsExpiry, failure];

/** Asks a list of URLs, some at a time. */
export class HttpCollector implements Collector {
  readonly #config: HttpConfig;

  constructor(config: HttpConfig) {
    this.#config = config;
  }

  async collect(signal: AbortSignal): Promise<Collection> {
    const { targets, concurrency } = this.#config;
    const results: HttpResult[] = [];
    let next = 0;
    const work = async (): Promise<void> => {
      for (let i = next++; i < targets.length; i = next++) results[i] = await checkTarget(targets[i] as HttpTarget, signal);
    };
    await Promise.all(Array.from({ length: Math.min(concurrency, targets.length) }, work));
    const sheet = new MetricSheet();
    for (const [i, target] of targets.entries()) addResult(sheet, target, results[i] as HttpResult);
    const problem = signal.aborted
      ? 'not all targets were asked in time; raise timeout or concurrency, or lower the timeout of the targets'
      : null;
    return { families: sheet.families(), problem };
  }
}

function addResult(sheet: MetricSheet, { name, url }: HttpTarget, result: HttpResult): void {
  const labels = { target: name, url: url.href };
  sheet.addAll(labels, [
    [up, result.failure === null ? 1 : 0],
    [status, result.status],
    [duration, result.totalSeconds],
    [bodyBytes, result.bodyBytes],
    [redirects, result.redirects],
  ]);
  for (const name of httpPhases) sheet.add(phase, { ...labels, phase: name }, result.phases[name]);
  if (result.bodyMatches !== null) sheet.add(bodyMatch, labels, result.bodyMatches ? 1 : 0);
  if (result.tlsExpirySeconds !== null) sheet.add(tlsExpiry, labels, result.tlsExpirySeconds);
  if (result.failure !== null) sheet.add(failure, { ...labels, reason: result.failure }, 1);
}
