import { describe, expect, test } from 'vitest';
import { createRouter, type Router } from '../../src/http/router.ts';
import type { Route } from '../../src/http/route-table.ts';
import type { HttpReply, HttpRequest } from '../../src/http/types.ts';

/** The reference's routes; each answers with its name, which tells who matched. */
function makeRouter(prefix = ''): Router {
  const route = (method: string, pattern: string): Route => ({
    method,
    pattern,
    handler: () => ({ status: 200, body: `${method} ${pattern}` }),
  });
  const pushes = ['PUT', 'POST', 'DELETE'].flatMap((method) =>
    ['/job/:job', '/job/:job/*labels', '/job@base64/:job', '/job@base64/:job/*labels'].map((rest) =>
      route(method, `${prefix}/metrics${rest}`),
    ),
  );
  const gets = ['/metrics', '/-/healthy', '/-/ready', '/status', '/', '/static/*file', '/debug/pprof/*profile'];
  const main = [
    ...pushes,
    ...gets.map((pattern) => route('GET', prefix + pattern)),
    route('PUT', `${prefix}/-/quit`),
    route('POST', `${prefix}/-/quit`),
    route('GET', '/-/quit'),
  ];
  const api = [route('GET', '/status'), route('GET', '/metrics'), route('OPTIONS', '/*path')];
  return createRouter(main, { api: { prefix: `${prefix}/api/v1`, routes: api } });
}

const router = makeRouter();
const prefixed = makeRouter('/pre');

function ask(method: string, target: string, to: Router = router): HttpReply {
  const reply = to.route(method, target).handler({} as HttpRequest);
  if (reply instanceof Promise) throw new Error('the routes of this test answer at once');
  return reply;
}

const expectRoute = (method: string, target: string, want: string, params: Record<string, string> = {}): void => {
  const routed = router.route(method, target);
  expect(ask(method, target).body, `${method} ${target}`).toBe(`${method} ${want}`);
  expect(routed.params, `${method} ${target}`).toEqual(params);
};

const expectRedirect = (method: string, target: string, status: number, location: string, to: Router = router): void => {
  const reply = ask(method, target, to);
  expect([reply.status, reply.headers?.['Location']], `${method} ${target}`).toEqual([status, location]);
};

const expectStatus = (method: string, target: string, want: number, to: Router = router): void =>
  expect(ask(method, target, to).status, `${method} ${target}`).toBe(want);

describe('matching', () => {
  test('push paths give the job and the rest', () => {
    expectRoute('PUT', '/metrics/job/a', '/metrics/job/:job', { job: 'a' });
    expectRoute('POST', '/metrics/job/a/', '/metrics/job/:job/*labels', { job: 'a', labels: '/' });
    expectRoute('DELETE', '/metrics/job/a/b/c', '/metrics/job/:job/*labels', { job: 'a', labels: '/b/c' });
    expectRoute('PUT', '/metrics/job/a/b/c/', '/metrics/job/:job/*labels', { job: 'a', labels: '/b/c/' });
    expectRoute('PUT', '/metrics/job@base64/YQ==', '/metrics/job@base64/:job', { job: 'YQ==' });
    expectRoute('PUT', '/metrics/job@base64/YQ/a@base64/=', '/metrics/job@base64/:job/*labels', { job: 'YQ', labels: '/a@base64/=' });
    expectRoute('PUT', '/metrics/job/x?q=1', '/metrics/job/:job', { job: 'x' });
    expectRoute('GET', '/static/a/b.css', '/static/*file', { file: '/a/b.css' });
    expectRoute('GET', '/static/', '/static/*file', { file: '/' });
    expectRoute('GET', '/debug/pprof/', '/debug/pprof/*profile', { profile: '/' });
    expectRoute('GET', '/', '/');
  });

  test('a path is decoded before it is matched, so %2F separates', () => {
    expectRoute('PUT', '/metrics/job%40base64/YQ', '/metrics/job@base64/:job', { job: 'YQ' });
    expectRoute('PUT', '/metrics/job/a/x%2Fa', '/metrics/job/:job/*labels', { job: 'a', labels: '/x/a' });
    expectRoute('PUT', '/metrics/job/a%2Fb', '/metrics/job/:job/*labels', { job: 'a', labels: '/b' });
    expectRoute('PUT', '/metrics/job/%C3%A9/x/100%25', '/metrics/job/:job/*labels', { job: 'é', labels: '/x/100%' });
    expectRoute('GET', '/m%65trics', '/metrics');
  });

  test('escaped dots and slashes are not cleaned', () => {
    expectRoute('PUT', '/metrics/job/a/x/%2e%2e', '/metrics/job/:job/*labels', { job: 'a', labels: '/x/..' });
    expectRoute('PUT', '/metrics/job/a/x%2F%2Fb', '/metrics/job/:job/*labels', { job: 'a', labels: '/x//b' });
    expectRoute('PUT', '/metrics/job/%2Fa/b', '/metrics/job/:job/*labels', { job: '', labels: '/a/b' });
  });

  test('a request knows its path decoded and as it was sent', () => {
    const { path, rawPath, rawQuery, hasInvalidUtf8 } = router.route('PUT', '/metrics/job/a%20b?x=%20');
    expect({ path, rawPath, rawQuery, hasInvalidUtf8 }).toEqual({
      path: '/metrics/job/a b',
      rawPath: '/metrics/job/a%20b',
      rawQuery: 'x=%20',
      hasInvalidUtf8: false,
    });
    expect(router.route('PUT', '/metrics/job/a/x/%ff').hasInvalidUtf8).toBe(true);
    expect(router.route('GET', 'http://host/metrics?a=b')).toMatchObject({ path: '/metrics', rawPath: '/metrics', rawQuery: 'a=b' });
  });

  test('only the API ignores content encodings', () => {
    for (const target of ['/metrics', '/nope', '/metrics/', '/static', '/%6detrics']) {
      expect(router.route('GET', target).ignoresContentEncoding, target).toBe(false);
    }
    for (const target of ['/api/v1/status', '/api/v1/nope', '/api/v1/%73tatus', '//metrics', '/api/v1', '/%zz']) {
      expect(router.route('GET', target).ignoresContentEncoding, target).toBe(true);
    }
  });
});

describe('what is not there', () => {
  test('unknown paths are 404 in the words of Go', () => {
    expect(ask('GET', '/nope')).toEqual({
      status: 404,
      headers: { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff' },
      body: '404 page not found\n',
    });
    for (const target of [
      '/metrics/nope',
      '/metrics/job',
      '/metrics/job/',
      '/api',
      '/api/',
      '/api/v2/x',
      '/api/v1/',
      '/-/',
      '/-',
      '/api/v1/nope',
    ]) {
      expectStatus('GET', target, 404);
    }
    for (const target of ['/nope', '/metrics/jobs/x', '/metrics/x', '/metrics/job', '/metrics/job@base64', '/metrics/job@base64/']) {
      expectStatus('PUT', target, 404);
    }
    expectStatus('OPTIONS', '/nope', 404);
  });

  test('another method is 405 and names the ones there are', () => {
    expect(ask('PATCH', '/metrics')).toEqual({
      status: 405,
      headers: { 'Content-Type': 'text/plain; charset=utf-8', 'X-Content-Type-Options': 'nosniff', Allow: 'GET, OPTIONS' },
      body: 'Method Not Allowed\n',
    });
    const f = (method: string, target: string, want: string): void => {
      expect(ask(method, target), `${method} ${target}`).toMatchObject({
        status: method === 'OPTIONS' ? 200 : 405,
        headers: { Allow: want },
      });
    };
    f('HEAD', '/metrics', 'GET, OPTIONS');
    f('GET', '/metrics/job/a', 'DELETE, OPTIONS, POST, PUT');
    f('HEAD', '/metrics/job/a/odd', 'DELETE, OPTIONS, POST, PUT');
    f('OPTIONS', '/metrics/job@base64/YQ', 'DELETE, OPTIONS, POST, PUT');
    f('OPTIONS', '/metrics', 'GET, OPTIONS');
    f('DELETE', '/-/quit', 'GET, OPTIONS, POST, PUT');
    f('POST', '/api/v1/status', 'GET, OPTIONS');
  });

  test('OPTIONS on a known path has no body and no type', () => {
    expect(ask('OPTIONS', '/metrics')).toEqual({ status: 200, headers: { Allow: 'GET, OPTIONS' } });
    expect(ask('OPTIONS', '*')).toEqual({ status: 200 });
  });

  test('OPTIONS anywhere below the API is for the API to answer', () => {
    for (const target of ['/api/v1/', '/api/v1/status', '/api/v1/nope'])
      expectRoute('OPTIONS', target, '/*path', { path: target.slice(7) });
  });

  test('a target that cannot be read is 400 and ends the connection', () => {
    for (const target of ['/%zz', '/metrics/job/a/x/%4', 'metrics', '*', '/a\u0001', '//%zz']) {
      expect(ask('PUT', target), target).toMatchObject({ status: 400, headers: { Connection: 'close' }, body: '400 Bad Request' });
    }
  });
});

describe('redirects', () => {
  test('empty and dot segments are redirected away with 301 for every method', () => {
    expectRedirect('GET', '//metrics', 301, '/metrics');
    expectRedirect('GET', '//', 301, '/');
    expectRedirect('GET', '/./metrics', 301, '/metrics');
    expectRedirect('GET', '/x/../metrics', 301, '/metrics');
    expectRedirect('GET', '/-//healthy?x=1', 301, '/-/healthy?x=1');
    expectRedirect('GET', '/api//v1/status', 301, '/api/v1/status');
    expectRedirect('PUT', '/metrics/job/a/x//y/z', 301, '/metrics/job/a/x/y/z');
    expectRedirect('DELETE', '/metrics/job/a/x/../y/z', 301, '/metrics/job/a/y/z');
    expectRedirect('PUT', '/metrics/job/a/x/..', 301, '/metrics/job/a');
    expectRedirect('PUT', '/metrics//job/a%2Fb', 301, '/metrics/job/a%2Fb');
    expectRedirect('GET', '//evil.example//x', 301, '/evil.example/x');
    expectRedirect('GET', '//\u00e9', 301, '/%E9');
  });

  test('a slash too many or too few at the end is 301 for GET, 307 for others', () => {
    expectRedirect('GET', '/metrics/', 301, '/metrics');
    expectRedirect('GET', '/metrics/?a=b', 301, '/metrics?a=b');
    expectRedirect('GET', '/-/healthy/', 301, '/-/healthy');
    expectRedirect('GET', '/static', 301, '/static/');
    expectRedirect('GET', '/debug/pprof', 301, '/debug/pprof/');
    expectRedirect('POST', '/-/quit/', 307, '/-/quit');
    expectRedirect('GET', '/metrics%2F', 301, '/metrics');
    expectRedirect('GET', '/pre', 301, '/pre/', prefixed);
  });

  test('the API has its own slash and keeps its prefix', () => {
    expectRedirect('GET', '/api/v1', 301, '/api/v1/');
    expectRedirect('PUT', '/api/v1?x', 301, '/api/v1/?x');
    expectRedirect('GET', '/api/v1/status/', 301, '/api/v1/status');
    expectRedirect('GET', '/pre/api/v1', 301, '/pre/api/v1/', prefixed);
  });

  test('a wrong letter case is redirected, the values keep theirs', () => {
    expectRedirect('GET', '/METRICS', 301, '/metrics');
    expectRedirect('GET', '/Metrics/', 301, '/metrics');
    expectRedirect('PUT', '/Metrics/JOB/MyJob', 307, '/metrics/job/MyJob');
    expectRedirect('PUT', '/metrics/Job@Base64/YQ/A/B', 307, '/metrics/job@base64/YQ/A/B');
    expectRedirect('PUT', '/Metrics/job/a%20b!', 307, '/metrics/job/a%20b%21');
    expectRedirect('GET', '/%2Fmetrics', 301, '/metrics');
    expectStatus('GET', '/API/v1/status', 404);
    expectStatus('GET', '/api/v1/STATUS', 404);
    expectStatus('HEAD', '/METRICS', 404);
  });

  test('no redirect leads to another host', () => {
    expectStatus('GET', '/%2Fevil.example/', 404);
    for (const target of ['/%2F/static', '/%2Fstatic', '/%2F%2FSTATIC/%2F']) {
      expect(ask('GET', target).headers?.['Location'] ?? '/', target).not.toMatch(/^\/\//);
    }
  });

  test('only a GET is shown a page with the link, and the link is escaped', () => {
    expect(ask('GET', '/x/../metrics?a="<&\'')).toEqual({
      status: 301,
      headers: { Location: '/metrics?a="<&\'', 'Content-Type': 'text/html; charset=utf-8' },
      body: '<a href="/metrics?a=&#34;&lt;&amp;&#39;">Moved Permanently</a>.\n\n',
    });
    expect(ask('PUT', '//metrics')).toEqual({ status: 301, headers: { Location: '/metrics' } });
  });
});

test('a prefix moves everything but GET /-/quit', () => {
  const f = (method: string, target: string, want: number): void => expectStatus(method, target, want, prefixed);
  f('PUT', '/pre/metrics/job/a', 200);
  f('GET', '/pre/metrics', 200);
  f('GET', '/pre/', 200);
  f('GET', '/pre/api/v1/metrics', 200);
  f('GET', '/metrics', 404);
  f('GET', '/api/v1/status', 404);
  f('GET', '/', 404);
  f('GET', '/-/quit', 200);
  f('GET', '/pre/-/quit', 405);
  f('PUT', '/-/quit', 405);
});
