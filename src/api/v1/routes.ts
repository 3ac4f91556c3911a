import type { HttpHandler } from '../../http/types.ts';
import type { Route } from '../../http/route-table.ts';
import type { Gateway } from '../gateway.ts';
import { whenLoaded } from '../when-loaded.ts';
import { createEventsHandler } from './handle-events.ts';
import { createGroupHandler } from './handle-group.ts';
import { createBulkDeleteHandler, createGroupsHandler } from './handle-groups.ts';
import { createLabelNamesHandler, createLabelValuesHandler } from './handle-labels.ts';
import { createLintHandler } from './handle-lint.ts';
import { createServerHandler } from './handle-server.ts';
import { withJsonErrors } from './json-reply.ts';

/** A route with the name under which its requests are counted. */
export interface NamedRoute extends Route {
  readonly name: string;
}

/** The endpoints of ours in the query API, relative to its prefix. `docs/openapi.yaml` describes each of them; a test holds both together. */
export function createPageApiRoutes(gateway: Gateway): NamedRoute[] {
  const shown = (handler: HttpHandler): HttpHandler => withJsonErrors(whenLoaded(gateway, handler));
  return [
    { name: 'api/v1/groups', method: 'GET', pattern: '/groups', handler: shown(createGroupsHandler(gateway)) },
    { name: 'api/v1/groups', method: 'DELETE', pattern: '/groups', handler: shown(createBulkDeleteHandler(gateway)) },
    { name: 'api/v1/group', method: 'GET', pattern: '/groups/:id', handler: shown(createGroupHandler(gateway)) },
    { name: 'api/v1/labels', method: 'GET', pattern: '/labels', handler: shown(createLabelNamesHandler(gateway)) },
    { name: 'api/v1/label_values', method: 'GET', pattern: '/label/:name/values', handler: shown(createLabelValuesHandler(gateway)) },
    { name: 'api/v1/events', method: 'GET', pattern: '/events', handler: withJsonErrors(createEventsHandler(gateway)) },
    { name: 'api/v1/lint', method: 'POST', pattern: '/lint', handler: shown(createLintHandler(gateway)) },
    { name: 'api/v1/server', method: 'GET', pattern: '/server', handler: withJsonErrors(createServerHandler(gateway)) },
  ];
}
