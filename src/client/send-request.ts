import { type Dispatcher, request as sendHttp } from 'undici';
import { findAgent } from './agents.ts';
import { AnswerTooLongError, AttemptTimeoutError, RedirectError } from './connection-errors.ts';
import type { TlsOptions } from './connection-options.ts';
import { answerBytesMax as answerBytesMaxDefault, redirectsMax } from './limits.ts';

export interface Answer {
  readonly status: number;
  /** By lower-case name; of a header that came twice the first. */
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

interface RequestParts {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE';
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  readonly signal?: AbortSignal | undefined;
  readonly answerBytesMax?: number;
}

/**
 * Sends a request once, and again to where a 307 or 308 says; a GET follows every redirect. Other redirects of a push are answers: a client
 * that repeated it as a GET would lose it. Rejects when there is no whole answer in time.
 */
export async function sendRequest(
  url: URL,
  parts: RequestParts,
  { tls, timeoutMs }: { readonly tls: TlsOptions; readonly timeoutMs: number },
): Promise<Answer> {
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(new AttemptTimeoutError(timeoutMs)), timeoutMs);
  const signal = parts.signal === undefined ? limit.signal : AbortSignal.any([limit.signal, parts.signal]);
  try {
    let target = url;
    for (let redirects = 0; ; redirects++) {
      const answer = await sendOnce(target, parts, findAgent(tls), signal, target.origin === url.origin);
      const next = readRedirect(target, answer, parts.method);
      if (next === null) return answer;
      if (redirects === redirectsMax) throw new RedirectError(`more than ${redirectsMax} redirects, the last one to ${next.origin}`);
      target = next;
    }
  } catch (error) {
    // undici wraps the reason of a signal now and then.
    if (limit.signal.aborted) throw limit.signal.reason;
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

async function sendOnce(url: URL, parts: RequestParts, dispatcher: Dispatcher, signal: AbortSignal, isOwnOrigin: boolean): Promise<Answer> {
  const { method, body = null, answerBytesMax = answerBytesMaxDefault } = parts;
  // What was meant for one server is not told to another one.
  const { authorization, cookie, ...otherHeaders } = parts.headers;
  const ownHeaders = { ...(authorization === undefined ? {} : { authorization }), ...(cookie === undefined ? {} : { cookie }) };
  const headers = isOwnOrigin ? { ...otherHeaders, ...ownHeaders } : otherHeaders;
  const response = await sendHttp(url, { dispatcher, method, headers, body, signal });
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of response.body as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > answerBytesMax) {
      // The text of a refusal may be cut, an answer to work with may not.
      if (response.statusCode < 300) throw new AnswerTooLongError(answerBytesMax);
      break;
    }
    chunks.push(chunk);
  }
  return { status: response.statusCode, headers: readHeaders(response.headers), body: Buffer.concat(chunks) };
}

function readHeaders(headers: Readonly<Record<string, string | string[] | undefined>>): Answer['headers'] {
  return Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value[0] : value]));
}

function readRedirect(from: URL, { status, headers }: Answer, method: RequestParts['method']): URL | null {
  const isFollowed = status === 307 || status === 308 || (method === 'GET' && (status === 301 || status === 302 || status === 303));
  const { location } = headers;
  if (!isFollowed || location === undefined) return null;
  const to = URL.canParse(location, from.href) ? new URL(location, from.href) : null;
  if (to === null || !/^https?:$/.test(to.protocol)) throw new RedirectError('a redirect to an address that is none');
  if (from.protocol === 'https:' && to.protocol === 'http:') throw new RedirectError(`a redirect from https to ${to.origin}`);
  to.username = to.password = '';
  return to;
}
