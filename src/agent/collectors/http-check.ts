import { setMaxListeners } from 'node:events';
import http, { type IncomingMessage, type OutgoingHttpHeaders } from 'node:http';
import type { Socket } from 'node:net';
import type { HttpTarget, TlsClientConfig } from '../config/agent-config.ts';
import { httpRedirectsMax } from '../limits.ts';
import { connectTo } from './http-connection.ts';
import { type HttpPhase, HttpStopwatch } from './http-stopwatch.ts';

/** Why a target counts as down. */
export type HttpFailure = 'dns' | 'connect' | 'tls' | 'timeout' | 'protocol' | 'redirect' | 'status' | 'body' | 'too_large';

/** What one look at a target found. */
export interface HttpResult {
  /** `null`: up. */
  readonly failure: HttpFailure | null;
  /** 0 without an answer. */
  readonly status: number;
  readonly totalSeconds: number;
  /** In seconds, summed over redirects; a phase that was not reached is 0. */
  readonly phases: Readonly<Record<HttpPhase, number>>;
  readonly bodyBytes: number;
  readonly redirects: number;
  /** `null` if nothing is looked for, or there was no body to look into. */
  readonly bodyMatches: boolean | null;
  /** When the first certificate of the chain ends, in Unix seconds; `null` without TLS. */
  readonly tlsExpirySeconds: number | null;
}

/** What is known so far; a target that fails midway keeps it. */
interface Findings {
  status: number;
  bodyBytes: number;
  redirects: number;
  bodyMatches: boolean | null;
  tlsExpirySeconds: number | null;
}

/** Ends a check early. */
class CheckError extends Error {
  readonly failure: HttpFailure;

  constructor(failure: HttpFailure) {
    super(failure);
    this.failure = failure;
  }
}

/** Asks a target once, over a connection of its own so that each phase is measured. Never rejects for what the target does. */
export async function checkTarget(target: HttpTarget, signal: AbortSignal): Promise<HttpResult> {
  const findings: Findings = { status: 0, bodyBytes: 0, redirects: 0, bodyMatches: null, tlsExpirySeconds: null };
  const stopwatch = new HttpStopwatch();
  const startedMs = performance.now();
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), target.timeoutMs);
  const bound = AbortSignal.any([signal, limit.signal]);
  // Each redirect listens to it.
  setMaxListeners(httpRedirectsMax * 4, bound);
  const failure = await follow(target, findings, stopwatch, bound).catch((error: unknown) => explain(error, stopwatch, bound));
  clearTimeout(timer);
  stopwatch.end();
  return { ...findings, failure, phases: stopwatch.phases, totalSeconds: (performance.now() - startedMs) / 1000 };
}

/** Sends the request, and again wherever it is redirected to. */
async function follow(target: HttpTarget, findings: Findings, stopwatch: HttpStopwatch, signal: AbortSignal): Promise<HttpFailure | null> {
  let { url, method, body, headers } = target;
  for (;;) {
    const hop = await exchange({ url, method, body, headers, tls: target.tls, bytesMax: target.bodyBytesMax }, findings, stopwatch, signal);
    const location = target.followsRedirects && hop.status >= 300 && hop.status < 400 ? hop.location : undefined;
    if (location === undefined) return judge(target, hop.text, findings);
    if (++findings.redirects > httpRedirectsMax || !URL.canParse(location, url.href)) return 'redirect';
    const next = new URL(location, url);
    if (next.protocol !== 'http:' && next.protocol !== 'https:') return 'redirect';
    // What was meant for one server is no business of another: it may hold a secret.
    if (next.origin !== url.origin) headers = {};
    if (hop.status === 303 || (hop.status < 303 && method === 'POST')) [method, body] = [method === 'HEAD' ? 'HEAD' : 'GET', null];
    url = next;
  }
}

function judge({ expectedStatus, bodyPattern }: HttpTarget, text: string, findings: Findings): HttpFailure | null {
  if (bodyPattern !== null) findings.bodyMatches = bodyPattern.matches(text);
  if (!expectedStatus.some(({ from, to }) => findings.status >= from && findings.status <= to)) return 'status';
  return findings.bodyMatches === false ? 'body' : null;
}

interface HopRequest {
  readonly url: URL;
  readonly method: string;
  readonly body: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly tls: TlsClientConfig;
  readonly bytesMax: number;
}

interface HopAnswer {
  readonly status: number;
  readonly location: string | undefined;
  readonly text: string;
}

async function exchange(hop: HopRequest, findings: Findings, stopwatch: HttpStopwatch, signal: AbortSignal): Promise<HopAnswer> {
  signal.throwIfAborted();
  const { socket, tlsExpirySeconds, distrust } = await connectTo(hop.url, hop.tls, stopwatch, signal);
  try {
    findings.tlsExpirySeconds = tlsExpirySeconds;
    if (distrust !== null) throw new CheckError('tls');
    stopwatch.begin('first_byte');
    const response = await send(hop, socket);
    stopwatch.begin('transfer');
    findings.status = response.statusCode ?? 0;
    const text = await readBody(response, hop.bytesMax, findings);
    return { status: findings.status, location: response.headers.location, text };
  } finally {
    socket.destroy();
  }
}

function send({ url, method, body, headers }: HopRequest, socket: Socket): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    const named: OutgoingHttpHeaders = { 'user-agent': 'pushgate-agent', connection: 'close', ...headers };
    const defaultPort = url.protocol === 'https:' ? 443 : 80;
    const options = { method, headers: named, defaultPort, port: url.port === '' ? defaultPort : url.port, host: url.hostname };
    const request = http.request({ ...options, path: url.pathname + url.search, createConnection: () => socket });
    request.once('response', resolve);
    request.on('error', reject);
    request.end(body ?? undefined);
  });
}

async function readBody(response: IncomingMessage, bytesMax: number, findings: Findings): Promise<string> {
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    length += chunk.length;
    findings.bodyBytes += chunk.length;
    if (length > bytesMax) throw new CheckError('too_large');
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString();
}

/** The failure that an error means, by the phase that it came in. */
function explain(error: unknown, { phase }: HttpStopwatch, signal: AbortSignal): HttpFailure {
  if (error instanceof CheckError) return error.failure;
  if (signal.aborted) return 'timeout';
  return phase === 'dns' || phase === 'connect' || phase === 'tls' ? phase : 'protocol';
}
