import { Counter, type OpenMetricsContentType, Registry } from 'prom-client';
import { expect, test, vi } from 'vitest';
import { deleteGroup, push, pushAdd, PushRefusedError, PushTextError, PushUnreachableError, withPush } from '../../src/client/index.ts';
import { gzipBytesMin } from '../../src/client/limits.ts';
import { findFreePort } from '../support/server.ts';
import { answer, hangUp, stall, startScript } from './scripted-gateway.ts';

/** What a promise rejects with. */
async function errorOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    () => expect.unreachable('should have been rejected'),
    (error: unknown) => error,
  );
}

test('push replaces with PUT, pushAdd adds with POST, deleteGroup deletes, all below the prefix of the address', async () => {
  const gateway = await startScript(answer(200));
  const options = {
    url: `${gateway.url}/prefix/`,
    job: 'a b',
    labels: { path: '/var', empty: '', dots: '..', größe: 'ü' },
    utf8Names: true,
  };
  expect(await push('x 1\n', options)).toMatchObject({ status: 200, attempts: 1 });
  await pushAdd('x 1\n', options);
  await deleteGroup(options);
  const path = '/prefix/metrics/job/a%20b/path@base64/L3Zhcg/empty@base64/=/dots@base64/Li4/U__gr_f6__df_e/%C3%BC';
  expect(gateway.seen.map(({ method, path: seen, body }) => [method, seen, body])).toEqual([
    ['PUT', path, 'x 1\n'],
    ['POST', path, 'x 1\n'],
    ['DELETE', path, ''],
  ]);
  expect(gateway.seen[0]?.headers['content-type']).toMatch(/^text\/plain/);
});

test('an odd job goes in base64, too', async () => {
  const gateway = await startScript(answer(200));
  await push('x 1\n', { url: gateway.url, job: '/' });
  await push('x 1\n', { url: gateway.url, job: '..' });
  expect(gateway.seen.map(({ path }) => path)).toEqual(['/metrics/job@base64/Lw', '/metrics/job@base64/Li4']);
});

test('what no group can be named is refused before anything is sent', async () => {
  const f = async (options: { job?: string; labels?: Record<string, string>; url?: string }, want: RegExp): Promise<void> => {
    const error = await errorOf(push('x 1\n', { url: 'http://127.0.0.1:1', job: 'j', retries: 0, ...options }));
    expect(error).toMatchObject({ code: 'PG_PUSH_OPTIONS', message: expect.stringMatching(want) as string });
  };
  await f({ job: '' }, /job is missing/);
  await f({ labels: { job: 'other' } }, /job is given twice/);
  await f({ labels: { __name__: 'x' } }, /reserved/);
  await f({ labels: { 'a.b': 'x' } }, /--push.enable-utf8-names/);
  await f({ labels: { a: '\ud800' } }, /half a character/);
  await f({ url: 'gateway:9091' }, /write it as http:/);
  await f({ url: 'http://user:secret@' }, /^(?!.*secret).*write it as http:/);
});

test('who forgets the options, as JavaScript lets one, is told so', async () => {
  const wanted = {
    code: 'PG_PUSH_OPTIONS',
    message: expect.stringContaining("the options are missing: say at least { url: 'http://HOST:9091', job: '...' }") as string,
  };
  // @ts-expect-error -- the options are missing
  expect(await errorOf(push('x 1\n'))).toMatchObject(wanted);
  // @ts-expect-error -- the options are missing
  expect(await errorOf(pushAdd('x 1\n', null))).toMatchObject(wanted);
  // @ts-expect-error -- the options are missing
  expect(await errorOf(deleteGroup())).toMatchObject(wanted);
  const run = vi.fn();
  // @ts-expect-error -- the options are missing
  expect(await errorOf(withPush(undefined, run))).toMatchObject(wanted);
  expect(run).not.toHaveBeenCalled();
});

test('registries and texts are sent as one text; what Windows leaves in them is put right', async () => {
  const gateway = await startScript(answer(200));
  const registry = new Registry();
  new Counter({ name: 'c_total', help: 'C.', registers: [registry] }).inc(3);
  const windows = Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from('w 1\r\n', 'utf16le')]);
  await push([registry, 'x 1', Buffer.from('\ufeffy 2\r\nz 3\r\n'), [windows]], { url: gateway.url, job: 'j' });
  expect(gateway.seen[0]?.body).toBe('# HELP c_total C.\n# TYPE c_total counter\nc_total 3\nx 1\ny 2\nz 3\nw 1\n');
});

test('a registry that speaks OpenMetrics is pushed in the Prometheus format and stays as it is', async () => {
  const gateway = await startScript(answer(200));
  const registry = new Registry<OpenMetricsContentType>();
  registry.setContentType(Registry.OPENMETRICS_CONTENT_TYPE);
  const counter = new Counter({ name: 'c_total', help: 'C.', labelNames: ['k'], enableExemplars: true, registers: [registry] });
  counter.inc({ labels: { k: '# {' }, value: 2, exemplarLabels: { k: 'abc' } });
  await push(registry, { url: gateway.url, job: 'j' });
  expect(gateway.seen[0]?.body).toBe('# HELP c_total C.\n# TYPE c_total counter\nc_total{k="# {"} 2\n\n');
  expect(registry.contentType).toBe(Registry.OPENMETRICS_CONTENT_TYPE);
});

test('a text that a gateway would refuse is refused early, with its place', async () => {
  const f = async (text: string, want: { line: number; column: number; message: RegExp }): Promise<void> => {
    const error = await errorOf(push(text, { url: 'http://127.0.0.1:1', job: 'j' }));
    expect(error).toBeInstanceOf(PushTextError);
    expect(error).toMatchObject({ ...want, message: expect.stringMatching(want.message) as string });
  };
  await f('x 1\ny one\n', { line: 2, column: 3, message: /line 2: expected float as value, got "one"/ });
  await f('# TYPE x gauge\nx 1\ny{a="} 2"} 2 1700000000000\n', { line: 3, column: 14, message: /line 3 has a timestamp/ });
});

test('a check that is not wanted is left out', async () => {
  const gateway = await startScript(answer(400, 'text format parsing error in line 1'));
  const error = await errorOf(push('x 1 5\n', { url: gateway.url, job: 'j', check: false }));
  expect(error).toBeInstanceOf(PushRefusedError);
});

test('a large body is compressed, a small one is not, and none where that is not wanted', async () => {
  const gateway = await startScript(answer(200));
  const large = 'x 1\n# comment\n'.padEnd(gzipBytesMin - 1, '#') + '\n';
  await push(large, { url: gateway.url, job: 'j' });
  await push(large, { url: gateway.url, job: 'j', gzip: false });
  await push('x 1\n', { url: gateway.url, job: 'j' });
  expect(gateway.seen.map(({ headers }) => headers['content-encoding'])).toEqual(['gzip', undefined, undefined]);
  expect(gateway.seen[0]?.body).toBe(large);
});

test('a refusal carries status, text and address of the gateway, and is not tried again', async () => {
  const gateway = await startScript(answer(400, 'pushed metrics are invalid\n'));
  const error = await errorOf(push('x 1\n', { url: gateway.url.replace('//', '//user:secret@'), job: 'j' }));
  expect(error).toBeInstanceOf(PushRefusedError);
  expect(error).toMatchObject({ status: 400, body: 'pushed metrics are invalid\n', attempts: 1, isTemporary: false });
  expect(error).toMatchObject({ url: `${gateway.url}/metrics/job/j` });
  expect((error as Error).message).toBe(
    `cannot push to the group {job="j"} at ${gateway.url}: the gateway answered 400: pushed metrics are invalid`,
  );
  expect(gateway.seen).toHaveLength(1);
  expect(gateway.seen[0]?.headers.authorization).toBe(`Basic ${Buffer.from('user:secret').toString('base64')}`);
});

test('of a proxy that answers with a page nothing but the status is repeated; the words of the API are taken out of their JSON', async () => {
  const gateway = await startScript(
    answer(404, '<html>\u001b[2J</html>', { 'content-type': 'text/html' }),
    answer(404, '{"status":"error","errorType":"not_found","error":"there is no such group"}', { 'content-type': 'application/json' }),
    answer(409, '{"status":"error","errorType":"conflict","error":"12 groups\\u001b[2J match"}', { 'content-type': 'application/json' }),
  );
  const first = await errorOf(push('x 1\n', { url: gateway.url, job: 'j' }));
  expect((first as Error).message).toMatch(/: the gateway answered 404: is the route prefix of the address right\?$/);
  // The address is right, then.
  const own = await errorOf(push('x 1\n', { url: gateway.url, job: 'j' }));
  expect((own as Error).message).toMatch(/: the gateway answered 404: there is no such group$/);
  const second = await errorOf(push('x 1\n', { url: gateway.url, job: 'j' }));
  expect((second as Error).message).toMatch(/: the gateway answered 409: 12 groups \[2J match$/);
});

test('429 and 503 are tried again after what Retry-After says, and a broken connection after a moment', async () => {
  const gateway = await startScript(answer(503, 'loading', { 'retry-after': '1' }), answer(429), hangUp, answer(200));
  const delays: number[] = [];
  const options = { url: gateway.url, job: 'j', onRetry: ({ delayMs }: { delayMs: number }) => void delays.push(delayMs) };
  expect(await push('x 1\n', options)).toMatchObject({ attempts: 4 });
  expect(delays).toHaveLength(3);
  expect(delays[0]).toBe(1000);
  expect(delays[1]).toBeGreaterThanOrEqual(500);
  expect(delays[1]).toBeLessThanOrEqual(1000);
});

test('retries come to an end, and then say what was last', async () => {
  const gateway = await startScript(answer(503, 'cannot store the push: disk full'));
  const error = await errorOf(push('x 1\n', { url: gateway.url, job: 'j', retries: 1 }));
  expect(error).toMatchObject({
    status: 503,
    attempts: 2,
    isTemporary: true,
    message: expect.stringMatching(/disk full \(tried 2 times\)$/) as string,
  });
});

test('a gateway that is not there is an error with its cause', async () => {
  const port = await findFreePort();
  const error = await errorOf(push('x 1\n', { url: `http://127.0.0.1:${port}`, job: 'j', retries: 1 }));
  expect(error).toBeInstanceOf(PushUnreachableError);
  expect(error).toMatchObject({ attempts: 2, message: expect.stringMatching(/connection refused .*\(tried 2 times\)$/) as string });
  expect((error as Error).cause).toBeInstanceOf(Error);
});

test('a gateway that does not answer in time is not asked again', async () => {
  const gateway = await startScript(stall);
  const error = await errorOf(push('x 1\n', { url: gateway.url, job: 'j', timeoutMs: 200 }));
  expect(error).toBeInstanceOf(PushUnreachableError);
  expect(error).toMatchObject({ attempts: 1, message: expect.stringMatching(/no answer within 0\.2 s$/) as string });
});

test('a signal ends a request and a wait with its reason', async () => {
  const gateway = await startScript(answer(503, '', { 'retry-after': '20' }), stall);
  const reason = new Error('enough');
  const waiting = new AbortController();
  const options = { url: gateway.url, job: 'j', signal: waiting.signal, onRetry: () => setImmediate(() => waiting.abort(reason)) };
  expect(await errorOf(push('x 1\n', options))).toBe(reason);
  const stalled = new AbortController();
  const pending = errorOf(push('x 1\n', { url: gateway.url, job: 'j', signal: stalled.signal }));
  await expect.poll(() => gateway.seen.length).toBe(2);
  stalled.abort(reason);
  expect(await pending).toBe(reason);
  expect(await errorOf(push('x 1\n', { url: gateway.url, job: 'j', signal: AbortSignal.abort(reason) }))).toBe(reason);
});

test('connections are kept and used again', async () => {
  const gateway = await startScript(answer(200, 'fine'));
  for (let i = 0; i < 5; i++) await push('x 1\n', { url: gateway.url, job: 'j' });
  // A connection is free again a moment after its answer is read, so the second push may open another one.
  expect(gateway.connections()).toBeLessThanOrEqual(2);
});

test('a 307 is followed with method and body, but a password goes to its own server only', async () => {
  const other = await startScript(answer(200));
  const gateway = await startScript(
    answer(307, '', { location: '/metrics/job/there' }),
    answer(200),
    answer(308, '', { location: `${other.url}/x` }),
  );
  const options = { url: gateway.url, job: 'j', bearerToken: 'secret' };
  await push('x 1\n', options);
  expect(gateway.seen[1]).toMatchObject({
    method: 'PUT',
    path: '/metrics/job/there',
    body: 'x 1\n',
    headers: { authorization: 'Bearer secret' },
  });
  await push('x 1\n', options);
  expect(other.seen[0]).toMatchObject({ method: 'PUT', path: '/x', body: 'x 1\n' });
  expect(other.seen[0]?.headers.authorization).toBeUndefined();
});

test('a 301 of a push is an error that names the address', async () => {
  const gateway = await startScript(answer(301, '', { location: 'https://elsewhere/metrics/job/j' }));
  const error = await errorOf(push('x 1\n', { url: gateway.url, job: 'j' }));
  expect(error).toMatchObject({ status: 301, message: expect.stringMatching(/elsewhere/) as string });
});

test('redirects in a circle come to an end', async () => {
  const gateway = await startScript(answer(307, '', { location: '/again' }));
  expect(await errorOf(push('x 1\n', { url: gateway.url, job: 'j' }))).toBeInstanceOf(PushUnreachableError);
  expect(gateway.seen.length).toBeLessThan(10);
});
