import type { HttpHandler } from '../http/types.ts';

/** A handler that is loaded with the first request for it: what only the page asks for should not keep a server from its first answer. */
export function createLateHandler(load: () => Promise<HttpHandler>): HttpHandler {
  let loading: Promise<HttpHandler> | null = null;
  return async (request) => {
    const handler = await (loading ??= load());
    return handler(request);
  };
}
