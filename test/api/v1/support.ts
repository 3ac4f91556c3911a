import { createPageApiRoutes } from '../../../src/api/v1/routes.ts';
import type { Gateway } from '../../../src/api/gateway.ts';
import type { ApiError } from '../../../src/api/types.ts';
import type { HttpReply, HttpRequest } from '../../../src/http/types.ts';
import { readReply, requestOf } from '../support.ts';

type RequestParts = Partial<HttpRequest> & { readonly body?: string };

/** Sends a request to an endpoint of the API, `GET /groups`, without a socket. */
export async function call(gateway: Gateway, route: string, parts: RequestParts = {}): Promise<HttpReply> {
  const [method = '', pattern = ''] = route.split(' ');
  const found = createPageApiRoutes(gateway).find((known) => known.method === method && known.pattern === pattern);
  if (found === undefined) throw new Error(`there is no route ${route}`);
  return found.handler(requestOf({ method, ...parts }));
}

/** The data of a good answer. */
export async function ask<T>(gateway: Gateway, route: string, parts: RequestParts = {}): Promise<T> {
  const reply = await call(gateway, route, parts);
  const text = await readReply(reply);
  if (reply.status !== 200) throw new Error(`${route} was answered with ${reply.status}: ${text}`);
  return (JSON.parse(text) as { data: T }).data;
}

/** Status, kind and words of an error. */
export async function askWrongly(gateway: Gateway, route: string, parts: RequestParts = {}): Promise<string> {
  const reply = await call(gateway, route, parts);
  const { errorType, error } = JSON.parse(await readReply(reply)) as ApiError;
  return `${reply.status} ${errorType}: ${error}`;
}

/** A push in the history, but for its time and what became of it. */
export const pushRecord = {
  method: 'PUT',
  scope: 'group',
  status: 400,
  error: 'no',
  bytes: 0,
  samples: 0,
  durationMs: 1,
  remoteAddress: '',
  userAgent: null,
} as const;
