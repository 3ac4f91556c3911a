import type { Route } from '../http/route-table.ts';
import type { HttpHandler, HttpReply, HttpRequest } from '../http/types.ts';
import type { Telemetry } from '../telemetry/telemetry.ts';
import type { Gateway } from './gateway.ts';
import { createHealthyHandler, createReadyHandler } from './handle-health.ts';
import { createQuitHandler, rejectQuitByGet } from './handle-lifecycle.ts';
import { handleProfile } from './handle-profile.ts';
import { createPageHandler, createStaticHandler } from './handle-page.ts';
import { createDeleteHandler, createPushHandler } from './handle-push.ts';
import { answerOptions, createMetricsHandler, createStatusHandler, createWipeHandler } from './handle-query-api.ts';
import { whenLoaded } from './when-loaded.ts';
import { createScrapeHandler } from './handle-scrape.ts';
import { joinPath } from './served-paths.ts';
import { statusOf } from './remember-write.ts';
import { createPageApiRoutes } from './v1/routes.ts';

/** Every endpoint but the API, prefix included (SPEC §2). */
export function createRoutes(gateway: Gateway): Route[] {
  const { routePrefix: prefix, telemetryPath } = gateway.options;
  const counted = (name: string, handler: HttpHandler): HttpHandler => countRequests(gateway.telemetry, name, handler);
  const page = counted('status', gateway.page === null ? whenLoaded(gateway, createPageHandler(gateway)) : createPageHandler(gateway));
  const quit = createQuitHandler(gateway);
  return [
    ...['', '@base64'].flatMap((suffix) => createPushRoutes(gateway, `${prefix}/metrics/job${suffix}/:job`, suffix !== '')),
    { method: 'GET', pattern: joinPath(prefix, telemetryPath), handler: whenLoaded(gateway, createScrapeHandler(gateway)) },
    { method: 'GET', pattern: `${prefix}/-/healthy`, handler: counted('healthy', createHealthyHandler()) },
    { method: 'GET', pattern: `${prefix}/-/ready`, handler: counted('ready', createReadyHandler(gateway)) },
    { method: 'PUT', pattern: `${prefix}/-/quit`, handler: quit },
    { method: 'POST', pattern: `${prefix}/-/quit`, handler: quit },
    { method: 'GET', pattern: '/-/quit', handler: rejectQuitByGet },
    { method: 'GET', pattern: `${prefix}/`, handler: page },
    { method: 'GET', pattern: `${prefix}/status`, handler: page },
    { method: 'GET', pattern: `${prefix}/static/*filepath`, handler: counted('static', createStaticHandler(gateway)) },
    { method: 'GET', pattern: `${prefix}/debug/pprof/*profile`, handler: handleProfile },
  ];
}

/** The endpoints of the query API, relative to its own prefix. */
export function createApiRoutes(gateway: Gateway): Route[] {
  const counted = (name: string, handler: HttpHandler): HttpHandler => countRequests(gateway.telemetry, name, handler);
  const routes: Route[] = [
    { method: 'OPTIONS', pattern: '/*path', handler: counted('api/v1/options', answerOptions) },
    { method: 'GET', pattern: '/status', handler: counted('api/v1/status', createStatusHandler(gateway)) },
    { method: 'GET', pattern: '/metrics', handler: counted('api/v1/metrics', whenLoaded(gateway, createMetricsHandler(gateway))) },
    ...createPageApiRoutes(gateway).map(({ name, handler, ...route }) => ({ ...route, handler: counted(name, handler) })),
  ];
  if (!gateway.options.enableAdminApi) return routes;
  return [...routes, { method: 'PUT', pattern: '/admin/wipe', handler: counted('wipe', whenLoaded(gateway, createWipeHandler(gateway))) }];
}

function createPushRoutes(gateway: Gateway, pattern: string, isJobBase64: boolean): Route[] {
  const { telemetry } = gateway;
  const handlers: readonly (readonly [string, HttpHandler])[] = [
    ['PUT', createPushHandler(gateway, 'replace', isJobBase64)],
    ['POST', createPushHandler(gateway, 'add', isJobBase64)],
    ['DELETE', countRequests(telemetry, 'delete', whenLoaded(gateway, createDeleteHandler(gateway, isJobBase64)))],
  ];
  return handlers.flatMap(([method, handler]) => [
    { method, pattern, handler },
    { method, pattern: `${pattern}/*labels`, handler },
  ]);
}

/** Counts answers by status; refusals are answered further out, and counted here by the status they carry. */
function countRequests(telemetry: Telemetry, name: string, handler: HttpHandler): HttpHandler {
  const count = (request: HttpRequest, reply: HttpReply): HttpReply => {
    telemetry.countRequest(name, request.method, reply.status);
    return reply;
  };
  const countError = (request: HttpRequest, error: unknown): never => {
    telemetry.countRequest(name, request.method, statusOf(error));
    throw error;
  };
  return (request) => {
    try {
      const reply = handler(request);
      if (!(reply instanceof Promise)) return count(request, reply);
      return reply.then(
        (settled) => count(request, settled),
        (error: unknown) => countError(request, error),
      );
    } catch (error) {
      return countError(request, error);
    }
  };
}
