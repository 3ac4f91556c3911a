import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { createPageHandler, createStaticHandler } from '../../src/api/handle-page.ts';
import { findPageFiles, type PageFiles } from '../../src/api/page-files.ts';
import { filesBelow } from '../../src/base/program-files.ts';
import type { Gateway } from '../../src/api/gateway.ts';
import { useTemporaryFolder } from '../support/temporary-folder.ts';
import { createGateway, push, readReply, requestOf } from './support.ts';

const folderOf = useTemporaryFolder();

function createBuiltPage(): PageFiles {
  const folder = folderOf();
  mkdirSync(path.join(folder, 'static'));
  writeFileSync(
    path.join(folder, 'index.html'),
    '<body><script nonce="__CSP_NONCE__"></script><style nonce="__CSP_NONCE__"></style></body>',
  );
  writeFileSync(path.join(folder, 'static', 'index-abc.js'), 'plain');
  writeFileSync(path.join(folder, 'static', 'index-abc.js.gz'), 'gzipped');
  writeFileSync(path.join(folder, 'static', 'index-abc.js.br'), 'brotlied');
  writeFileSync(path.join(folder, 'static', 'secret.txt'), 'no');
  const page = findPageFiles(filesBelow(folder));
  if (page === null) throw new Error('the page was not read');
  return page;
}

const createGatewayWithPage = (): Gateway => ({ ...createGateway(), page: createBuiltPage() });

test('the page carries a nonce of its own, which its policy names, and nothing inline without it', async () => {
  const handler = createPageHandler(createGatewayWithPage());
  const nonces = new Set<string>();
  for (let i = 0; i < 3; i++) {
    const reply = await handler(requestOf());
    const policy = reply.headers?.['Content-Security-Policy'] ?? '';
    const nonce = /script-src 'self' 'nonce-([^']+)'/.exec(policy)?.[1] ?? '';
    expect(policy).toContain(`style-src 'self' 'nonce-${nonce}'`);
    expect(policy).not.toContain('unsafe');
    expect(await readReply(reply)).toContain(`<script nonce="${nonce}"></script><style nonce="${nonce}"></style>`);
    expect(reply.headers).toMatchObject({ 'Content-Type': 'text/html; charset=utf-8', 'Cache-Control': 'no-store' });
    nonces.add(nonce);
  }
  expect(nonces.size).toBe(3);
});

test('the document lists the groups that were pushed last as text, for those who run no scripts, and gives them no nonce', async () => {
  const gateway = createGatewayWithPage();
  await push(gateway, { job: '</noscript><script nonce="__CSP_NONCE__">' }, 'm_page 1\n');
  const document = await readReply(await createPageHandler(gateway)(requestOf()));
  expect(document).toMatch(/<noscript>.*&lt;\/noscript&gt;&lt;script nonce=.*__CSP_NONCE__.*<code>m_page<\/code>.*<\/noscript><\/body>/);
  expect(document.match(/<script/g)).toHaveLength(1);
});

test('a file of the page goes out in the smallest form that the client takes, to be kept for ever', async () => {
  const handler = createStaticHandler(createGatewayWithPage());
  const f = async (acceptEncoding: string, want: string, encoding: string | undefined): Promise<void> => {
    const reply = await handler(requestOf({ params: { filepath: '/index-abc.js' }, headers: { 'accept-encoding': acceptEncoding } }));
    expect([await readReply(reply), reply.headers?.['Content-Encoding']], acceptEncoding).toEqual([want, encoding]);
    expect(reply.headers).toMatchObject({
      'Content-Type': 'text/javascript; charset=utf-8',
      'Cache-Control': 'public, max-age=31536000, immutable',
      Vary: 'Accept-Encoding',
    });
  };
  await f('gzip, deflate, br', 'brotlied', 'br');
  await f('gzip', 'gzipped', 'gzip');
  await f('br;q=0, GZIP;q=0.5', 'gzipped', 'gzip');
  await f('identity', 'plain', undefined);
  await f('', 'plain', undefined);
});

test('a client that has the file already is told so', async () => {
  const handler = createStaticHandler(createGatewayWithPage());
  const first = await handler(requestOf({ params: { filepath: '/index-abc.js' } }));
  const etag = first.headers?.['ETag'] ?? '';
  const again = await handler(requestOf({ params: { filepath: '/index-abc.js' }, headers: { 'if-none-match': `"x", ${etag}` } }));
  expect([again.status, await readReply(again)]).toEqual([304, '']);
});

test('only files of the page are served', async () => {
  const handler = createStaticHandler(createGatewayWithPage());
  for (const filepath of ['/', '/secret.txt', '/index-abc.js.gz', '/../index.html', '/%2e%2e/index.html']) {
    expect((await handler(requestOf({ params: { filepath } }))).status, filepath).toBe(404);
  }
});

test('the page is read when somebody first looks, all of it and once', () => {
  createBuiltPage();
  const reads: string[] = [];
  const { list, read } = filesBelow(folderOf());
  const page = findPageFiles({ list, read: (name) => (reads.push(name), read(name)) });
  expect(reads).toEqual([]);
  for (let i = 0; i < 2; i++) expect(page?.document).toContain('__CSP_NONCE__');
  expect(page?.files.get('static/index-abc.js')?.brotli?.toString()).toBe('brotlied');
  expect(reads.sort()).toEqual(['index.html', 'static/index-abc.js', 'static/index-abc.js.br', 'static/index-abc.js.gz']);
});

test('without a build there is a plain page that says so', async () => {
  expect(findPageFiles(filesBelow(folderOf()))).toBeNull();
  expect(await readReply(await createPageHandler(createGateway())(requestOf()))).toContain('The page itself was not built');
});
