import { afterEach, expect, test } from 'vitest';
import type { ChangeEvent, GroupDetail, GroupList, ServerStatus } from '../../src/api/types.ts';
import { startPushgate, type RunningServer } from '../support/server.ts';

let server: RunningServer | null = null;
afterEach(async () => {
  await server?.stop();
  server = null;
});

async function start(...flags: readonly string[]): Promise<RunningServer> {
  server = await startPushgate(flags, { ready: '/gate/-/ready' });
  return server;
}

async function ask<T>(url: string): Promise<T> {
  const response = await fetch(url);
  expect(response.status, url).toBe(200);
  return ((await response.json()) as { data: T }).data;
}

/** The first event of a stream, as soon as `act` has made it happen. */
async function listenDuring(url: string, act: () => Promise<unknown>): Promise<ChangeEvent> {
  const response = await fetch(url);
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  const reader = (response.body as ReadableStream<Uint8Array>).getReader();
  let text = '';
  let hasActed = false;
  for (;;) {
    const { value, done } = await reader.read();
    if (done) throw new Error(`the stream ended after ${text}`);
    text += Buffer.from(value).toString();
    if (!hasActed) await act();
    hasActed = true;
    const data = /^data: (.*)$/m.exec(text)?.[1];
    if (data === undefined) continue;
    await reader.cancel();
    return JSON.parse(data) as ChangeEvent;
  }
}

test('what is pushed below a route prefix is listed, shown and told of there', async () => {
  const { url } = await start('--web.route-prefix=/gate', '--push.max-body-size=1MB');
  const api = `${url}/gate/api/v1`;
  const push = (body: string): Promise<Response> => fetch(`${url}/gate/metrics/job/nightly/instance@base64/YS9i`, { method: 'PUT', body });
  const event = await listenDuring(`${api}/events`, () => push('rows 1\n'));
  expect(event).toMatchObject({ pushed: 1, failed: 0, deleted: 0 });
  const list = await ask<GroupList>(`${api}/groups?match[]=${encodeURIComponent('{instance="a/b"}')}`);
  expect(list.groups.map(({ id, labels }) => [id, labels])).toEqual([[event.groups[0]?.id, { instance: 'a/b', job: 'nightly' }]]);

  expect((await push('rows{ 1\n')).status).toBe(400);
  const { group, history } = await ask<GroupDetail>(`${api}/groups/${event.groups[0]?.id ?? ''}`);
  expect(group.state).toBe('failed');
  expect(history.map(({ outcome, status }) => [outcome, status])).toEqual([
    ['refused', 400],
    ['stored', 200],
  ]);
  expect((await fetch(`${url}/gate/${group.push_path}`, { method: 'DELETE' })).status).toBe(202);
  expect((await ask<GroupList>(`${api}/groups`)).total).toBe(0);

  await (await fetch(`${url}/gate/metrics`)).text();
  const status = await ask<ServerStatus>(`${api}/server`);
  expect(status.flags.filter((flag) => !flag.is_default).map(({ name, value }) => `${name}=${value}`)).toEqual([
    expect.stringContaining('web.listen-address='),
    'web.route-prefix=/gate',
    'push.max-body-size=1000000',
  ]);
  expect(status.scrapes).toMatchObject([{ is_complete: true, count: 1 }]);
  expect(status.storage).toMatchObject({ kind: 'memory', is_ready: true, groups: 0 });
});

test('the built page and its files are served below the route prefix by relative paths', async () => {
  const { url } = await start('--web.route-prefix=/gate');
  const page = await fetch(`${url}/gate/`);
  const document = await page.text();
  const nonce = /'nonce-([^']+)'/.exec(page.headers.get('content-security-policy') ?? '')?.[1] ?? 'none';
  expect(document).toContain(`nonce="${nonce}"`);
  expect(document).not.toMatch(/(?:src|href)="(?:https?:|\/)/);
  const script = /src="\.\/(static\/[^"]+\.js)"/.exec(document)?.[1] ?? '';
  const file = await fetch(`${url}/gate/${script}`, { headers: { 'Accept-Encoding': 'br' } });
  expect([file.status, file.headers.get('content-encoding')]).toEqual([200, 'br']);
  expect(file.headers.get('cache-control')).toContain('immutable');
});

test('a server with listeners stops at once', async () => {
  const running = await start('--web.route-prefix=/gate');
  const response = await fetch(`${running.url}/gate/api/v1/events`);
  const startMs = performance.now();
  expect(await running.stop()).toEqual({ code: 0, signal: null });
  expect(performance.now() - startMs).toBeLessThan(5000);
  expect(await response.text()).toContain('retry:');
});
