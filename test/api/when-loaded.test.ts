import { expect, test } from 'vitest';
import { createApiRoutes, createRoutes } from '../../src/api/routes.ts';
import type { Gateway } from '../../src/api/gateway.ts';
import { GroupLoader } from '../../src/persistence/group-loader.ts';
import { createGateway, readReply, requestOf } from './support.ts';

/** A gateway whose store is still being read. */
function createLoadingGateway(): Gateway {
  return { ...createGateway({ enableAdminApi: true }), loader: new GroupLoader() };
}

/** What a request gets: a reply's status, or that of the refusal. */
async function ask(gateway: Gateway, method: string, pattern: string): Promise<{ status: number; text: string }> {
  const route = [...createRoutes(gateway), ...createApiRoutes(gateway)].find((one) => one.method === method && one.pattern === pattern);
  if (route === undefined) throw new Error(`no route ${method} ${pattern}`);
  try {
    const reply = await route.handler(requestOf({ method, params: { job: 'a' }, body: 'm 1\n' }));
    return { status: reply.status, text: await readReply(reply) };
  } catch (error) {
    const { status, message } = error as { status: number; message: string };
    return { status, text: message };
  }
}

test.each([
  ['GET', '/metrics'],
  ['PUT', '/metrics/job/:job'],
  ['POST', '/metrics/job/:job'],
  ['DELETE', '/metrics/job/:job'],
  ['PUT', '/admin/wipe'],
])('%s %s gets 503 and the reason while the store is being read', async (method, pattern) => {
  expect(await ask(createLoadingGateway(), method, pattern)).toEqual({
    status: 503,
    text: 'the gateway has just started: 0 of 0 groups are loaded; try again in a moment',
  });
  expect((await ask(createGateway({ enableAdminApi: true }), method, pattern)).status).toBeLessThan(300);
});

test('while the store is being read the server is healthy and not ready', async () => {
  expect(await ask(createLoadingGateway(), 'GET', '/-/healthy')).toEqual({ status: 200, text: 'OK' });
  expect(await ask(createLoadingGateway(), 'GET', '/-/ready')).toEqual({ status: 503, text: 'not ready: 0 of 0 groups are loaded\n' });
  expect((await ask(createGateway(), 'GET', '/-/ready')).status).toBe(200);
});
