import { expect, test } from 'vitest';
import { createPlainPageHandler, servePlainStyles } from '../../src/api/plain-page.ts';
import { createGateway, push, readReply, requestOf } from './support.ts';

test('the page lists groups and families, and shows hostile labels as text', async () => {
  const gateway = createGateway({ externalPrefix: '/gate' });
  await push(gateway, { job: '<script>alert("1")</script>', instance: "it's" }, 'm 1\nn 1\n');
  const page = await readReply(await createPlainPageHandler(gateway)(requestOf()));
  expect(page).toContain('Groups (1)');
  expect(page).toContain('&lt;script&gt;');
  expect(page).not.toContain('<script');
  expect(page).toContain('<code>m</code> untyped (1)');
  expect(page).toContain('href="/gate/static/page.css"');
});

test('the page of an empty store says so', async () => {
  expect(await readReply(await createPlainPageHandler(createGateway())(requestOf()))).toContain('Nothing was pushed yet');
});

test('the page lists no more groups than a browser can show', async () => {
  const gateway = createGateway();
  for (let i = 0; i < 600; i++) await push(gateway, { job: `j${i}` }, 'm 1\n');
  const page = await readReply(await createPlainPageHandler(gateway)(requestOf()));
  expect(page.match(/job=/g)).toHaveLength(500);
  expect(page).toContain('Groups (600)');
});

test('only the stylesheet is served below /static', async () => {
  expect((await servePlainStyles(requestOf({ params: { filepath: '/page.css' } }))).status).toBe(200);
  expect((await servePlainStyles(requestOf({ params: { filepath: '/../x' } }))).status).toBe(404);
});
