import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { needs } from '../support/debian.ts';
import { startPushgate } from '../support/server.ts';
import { seeText, usePages } from './page-browser.ts';
import { push } from './target.ts';

describe.runIf(needs('chromium'))('the status of the server', () => {
  const pages = usePages(() => startPushgate(['--web.enable-admin-api']));
  beforeAll(async () => {
    await push(pages.server, '/metrics/job/a', 'x 1\n');
    await (await fetch(`${pages.server.url}/metrics`, { headers: { 'user-agent': 'Prometheus/3.5.0' } })).text();
  });
  const open = async (path: string): Promise<Page> => {
    const page = await pages.open(path);
    await seeText(page, 'h1', 'Status');
    return page;
  };

  test('stands at the address of the reference too', async () => {
    const page = await open('/status');
    await seeText(page, 'section', /Storage/);
    await page.getByRole('link', { name: 'Groups', exact: true }).click();
    await seeText(page, '[role=status]', '1 group');
  });

  test('tells of flags, scrapes, limits and storage', async () => {
    const page = await open('/#/status');
    await seeText(page, 'tr[data-changed]', /--web\.enable-admin-api\s*true/);
    await seeText(page, 'tr', /Prometheus\/3\.5\.0/);
    await seeText(page, 'section', /push body bytes\s*64 MiB/);
    await seeText(page, 'section', /memory: a restart forgets all/);
    expect(await page.getByText('--web.telemetry-path').count()).toBe(0);
    await page.getByRole('button', { name: /Show all \d+ flags/ }).click();
    await seeText(page, 'td', '--web.telemetry-path');
  });

  test('its links lead somewhere', async () => {
    const page = await open('/#/status');
    await seeText(page, 'h2', 'Flags');
    const links = await page.locator('section a').evaluateAll((links) => links.map((link) => (link as unknown as { href: string }).href));
    expect(links).toHaveLength(4);
    for (const link of links) expect((await fetch(link)).status, link).toBe(200);
  });

  test('everything is wiped only after the word was typed', async () => {
    const page = await open('/#/status');
    await page.getByRole('button', { name: 'Wipe everything' }).click();
    const dialog = page.getByRole('dialog');
    expect(await dialog.innerText()).toContain('All 1 group');
    const go = dialog.getByRole('button', { name: 'Wipe everything' });
    expect(await go.isDisabled()).toBe(true);
    await dialog.getByLabel('Type wipe to go on').fill('wipe');
    await go.click();
    await dialog.waitFor({ state: 'hidden' });
    await seeText(page, 'div', /^Groups\s*0$/);
    expect(await (await fetch(`${pages.server.url}/metrics`)).text()).not.toContain('job="a"');
  });
});

describe.runIf(needs('chromium'))('without the admin API', () => {
  const pages = usePages(startPushgate);

  test('there is no way to wipe', async () => {
    const page = await pages.open('/#/status');
    await seeText(page, 'h2', 'Flags');
    expect(await page.getByRole('button', { name: 'Wipe everything' }).count()).toBe(0);
  });
});
