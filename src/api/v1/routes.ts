import type { HttpHandler } from '../../http/types.ts';
import type { Route } from '../../http/route-table.ts';
import type { Gateway } from '../gateway.ts';
import { createLateHandler } from '../late-handler.ts';
import { whenLoaded } from '../when-loaded.ts';
import { createEventsHandler } from './handle-events.ts';
import { withJsonErrors } from './json-reply.ts';
import type * as PageHandlersFile from './page-handlers.ts';

type PageHandlers = typeof PageHandlersFile;

/** A route with the name under which its requests are counted. */
export interface NamedRoute extends Route {
  readonly name: string;
}

/** The endpoints of ours in the query API, relative to its prefix. `docs/openapi.yaml` describes each of them; a test holds both together. */
export function createPageApiRoutes(gateway: Gateway): NamedRoute[] {
  const late = (name: keyof PageHandlers): HttpHandler =>
    createLateHandler(async () => {
      const handlers = await import('./page-handlers.ts');
      return handlers[name](gateway);
    });
  const shown = (name: keyof PageHandlers): HttpHandler => withJsonErrors(whenLoaded(gateway, late(name)));
  return [
    { name: 'api/v1/groups', method: 'GET', pattern: '/groups', handler: shown('createGroupsHandler') },
    { name: 'api/v1/groups', method: 'DELETE', pattern: '/groups', handler: shown('createBulkDeleteHandler') },
    { name: 'api/v1/group', method: 'GET', pattern: '/groups/:id', handler: shown('createGroupHandler') },
    { name: 'api/v1/labels', method: 'GET', pattern: '/labels', handler: shown('createLabelNamesHandler') },
    { name: 'api/v1/label_values', method: 'GET', pattern: '/label/:name/values', handler: shown('createLabelValuesHandler') },
    { name: 'api/v1/events', method: 'GET', pattern: '/events', handler: withJsonErrors(createEventsHandler(gateway)) },
    { name: 'api/v1/lint', method: 'POST', pattern: '/lint', handler: shown('createLintHandler') },
    { name: 'api/v1/server', method: 'GET', pattern: '/server', handler: withJsonErrors(late('createServerHandler')) },
  ];
}
