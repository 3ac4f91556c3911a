import type { HttpHandler } from '../http/types.ts';
import { storeLoading } from './errors.ts';
import type { Gateway } from './gateway.ts';

/** Nothing of a store that is still being read is shown or changed. */
export function whenLoaded(gateway: Gateway, handler: HttpHandler): HttpHandler {
  return (request) => {
    requireLoaded(gateway);
    return handler(request);
  };
}

export function requireLoaded({ loader }: Gateway): void {
  if (!loader.isLoaded) throw storeLoading(`the gateway has just started: ${loader.progress}; try again in a moment`);
}
