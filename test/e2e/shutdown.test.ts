import { afterEach, describe, expect, test } from 'vitest';
import type { RunningServer } from '../support/server.ts';
import { connectRaw, rawPush, type RawClient } from './raw-client.ts';
import { eventually, isReference, startGateway } from './target.ts';

const body = '# TYPE late gauge\nlate 1\n';

let gateway: RunningServer;
afterEach(() => gateway.stop());

const ways: readonly (readonly [name: string, begin: (gateway: RunningServer) => Promise<unknown>])[] = [
  ['SIGTERM', ({ pid }) => Promise.resolve(process.kill(pid, 'SIGTERM'))],
  ['SIGINT', ({ pid }) => Promise.resolve(process.kill(pid, 'SIGINT'))],
  ['PUT /-/quit', ({ url }) => fetch(`${url}/-/quit`, { method: 'PUT' }).then((reply) => reply.text())],
  ['POST /-/quit', ({ url }) => fetch(`${url}/-/quit`, { method: 'POST' }).then((reply) => reply.text())],
];

describe.each(ways)('%s', (_, begin) => {
  // The reference at 1.5.1 ends with its listener and cuts such a push off.
  test.skipIf(isReference)('finishes a running push, refuses new connections and ends with 0', async () => {
    gateway = await startGateway(['--web.enable-lifecycle']);
    const idle = await connectIdle();
    const slow = await connectRaw(gateway.port);
    const request = rawPush('/metrics/job/slow', body);
    slow.send(request.slice(0, -10));
    // What was sent before is read before a later connection is answered; a few turns make sure of it.
    for (let turn = 0; turn < 5; turn++) await fetch(`${gateway.url}/-/healthy`).then((reply) => reply.text());

    await begin(gateway);
    await eventually(5000, () => connectRaw(gateway.port).then(letGo, isRefusal));
    expect(slow.statuses()).toEqual([]);
    slow.send(request.slice(-10));

    expect(await slow.waitForAnswers(1)).toEqual([200]);
    await Promise.all([slow.closed, idle.closed]);
    expect(await gateway.exited).toEqual({ code: 0, signal: null });
  });

  test('is not held up by idle connections', async () => {
    gateway = await startGateway(['--web.enable-lifecycle']);
    const idle = await Promise.all(Array.from({ length: 20 }, connectIdle));
    const begun = performance.now();
    await begin(gateway);
    expect(await gateway.exited).toEqual({ code: 0, signal: null });
    expect(performance.now() - begun).toBeLessThan(4000);
    await Promise.all(idle.map(({ closed }) => closed));
  });
});

test('without --web.enable-lifecycle /-/quit is forbidden and stops nothing', async () => {
  gateway = await startGateway();
  const reply = await fetch(`${gateway.url}/-/quit`, { method: 'PUT' });
  expect(reply.status).toBe(403);
  expect((await fetch(`${gateway.url}/-/ready`)).status).toBe(200);
});

/** A connection that has had an answer and now waits, as those of scrapers do. */
async function connectIdle(): Promise<RawClient> {
  const idle = await connectRaw(gateway.port);
  idle.send('GET /-/healthy HTTP/1.1\r\nHost: gateway\r\n\r\n');
  expect(await idle.waitForAnswers(1)).toEqual([200]);
  return idle;
}

/** The port still listens: not yet. */
function letGo(client: RawClient): undefined {
  client.socket.destroy();
  return undefined;
}

function isRefusal(error: NodeJS.ErrnoException): true | undefined {
  return error.code === 'ECONNREFUSED' ? true : undefined;
}
