import { assert } from '../base/assert.ts';
import { cleanPath, decodePath, escapePath, escapeRawBytes, findPlainPathEnd, splitTarget } from './path.ts';
import { badRequestReply, notFoundReply, redirectReply, statusReply } from './replies.ts';
import { RouteTable, type Route, type RouteParams } from './route-table.ts';
import type { HttpHandler, HttpReply } from './types.ts';

/** A request that has found who answers it; for 404, 405 and redirects that is a handler of the router's own. */
export interface RoutedRequest {
  readonly handler: HttpHandler;
  readonly path: string;
  readonly rawPath: string;
  readonly rawQuery: string;
  readonly params: RouteParams;
  readonly hasInvalidUtf8: boolean;
  /** The API and what is answered before routing do not look at `Content-Encoding`; for all others a broken gzip header is a 400. */
  readonly ignoresContentEncoding: boolean;
}

export interface RouterOptions {
  /** Routes with rules of their own: patterns are relative to the prefix, no redirects for letter case, no `Content-Encoding`. */
  readonly api?: { readonly prefix: string; readonly routes: readonly Route[] };
}

export interface Router {
  /** Never throws. `target` is what stands in the request line. */
  route(method: string, target: string): RoutedRequest;
}

/** The path of a request, however it was found out. */
interface Located {
  readonly path: string;
  readonly rawPath: string;
  readonly rawQuery: string;
  readonly hasInvalidUtf8: boolean;
}

/**
 * Answers as the reference does (SPEC §2 "Routing rules"): Go's ServeMux, which cleans the path as it was sent and keeps the API apart,
 * and behind it a httprouter each for the API and for the rest.
 */
export function createRouter(routes: readonly Route[], options: RouterOptions = {}): Router {
  const main = new RouteTable(routes);
  const apiPrefix = options.api?.prefix ?? null;
  assert(
    apiPrefix === null || (apiPrefix.startsWith('/') && !apiPrefix.endsWith('/')),
    'the API prefix begins but does not end with a slash',
  );
  const api = new RouteTable((options.api?.routes ?? []).map((route) => ({ ...route, pattern: `${apiPrefix ?? ''}${route.pattern}` })));
  const apiStart = apiPrefix === null ? null : `${apiPrefix}/`;
  const isApiPath = (rawPath: string): boolean => apiStart !== null && rawPath.startsWith(apiStart);

  const routeSlowly = (method: string, target: string): RoutedRequest => {
    if (target === '*') return answered({ path: '*', rawPath: '*', rawQuery: '', hasInvalidUtf8: false }, answerAsterisk(method), true);
    const split = splitTarget(target);
    const decoded = split === null ? null : decodePath(split.rawPath);
    if (split === null || decoded === null) {
      return answered({ path: target, rawPath: target, rawQuery: '', hasInvalidUtf8: false }, badRequestReply, true);
    }
    const located = { ...decoded, ...split };
    const cleaned = cleanPath(split.rawPath);
    const wanted = cleaned === apiPrefix ? `${cleaned}/` : cleaned;
    if (wanted !== split.rawPath) {
      return answered(located, redirectReply(method, 301, withQuery(escapeRawBytes(wanted), split.rawQuery)), true);
    }
    const isApi = isApiPath(split.rawPath);
    const table = isApi ? api : main;
    const match = table.find(method, located.path);
    if (match !== null) return { ...located, ...match, ignoresContentEncoding: isApi };
    return answered(located, answerUnmatched(table, method, located, !isApi), isApi);
  };

  return {
    route(method, target) {
      // Fast path: an ordinary path that is routed.
      const end = findPlainPathEnd(target);
      if (end !== -1) {
        const path = end === target.length ? target : target.slice(0, end);
        const isApi = isApiPath(path);
        const match = (isApi ? api : main).find(method, path);
        if (match !== null) {
          const rawQuery = end === target.length ? '' : target.slice(end + 1);
          const { handler, params } = match;
          return { handler, path, rawPath: path, rawQuery, params, hasInvalidUtf8: false, ignoresContentEncoding: isApi };
        }
      }
      return routeSlowly(method, target);
    },
  };
}

function answered(located: Located, reply: HttpReply, ignoresContentEncoding: boolean): RoutedRequest {
  return { ...located, handler: () => reply, params: {}, ignoresContentEncoding };
}

/** `OPTIONS *` asks the server as a whole; with other methods it means nothing. */
function answerAsterisk(method: string): HttpReply {
  return method === 'OPTIONS' ? { status: 200 } : badRequestReply;
}

/** A path that no route of this method takes: a redirect to one that does, else what the other methods say. */
function answerUnmatched(table: RouteTable, method: string, { path, rawQuery }: Located, fixesCase: boolean): HttpReply {
  if (path !== '/') {
    const other = table.findWithOtherSlash(method, path) ?? (fixesCase ? table.findRespelled(method, path) : null);
    // Cleaned once more, as Go does: a Location that begins with two slashes would name another host.
    if (other !== null) return redirectReply(method, method === 'GET' ? 301 : 307, withQuery(escapePath(cleanPath(other)), rawQuery));
  }
  const allowed = table.findAllowed(method, path);
  if (allowed.length === 0) return notFoundReply;
  const headers = { Allow: allowed.join(', ') };
  return method === 'OPTIONS' ? { status: 200, headers } : statusReply(405, headers);
}

function withQuery(location: string, rawQuery: string): string {
  return rawQuery === '' ? location : `${location}?${escapeRawBytes(rawQuery)}`;
}
