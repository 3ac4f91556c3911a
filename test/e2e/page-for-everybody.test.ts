import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { hash } from '@node-rs/bcrypt';
import axe from 'axe-core';
import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { needs } from '../support/debian.ts';
import { type RunningServer, startPushgate } from '../support/server.ts';
import { useTemporaryFolder } from '../support/temporary-folder.ts';
import { openPage, readColumn, seeText, startBrowser } from './page-browser.ts';
import { push } from './target.ts';

const hostile: Readonly<Record<string, string>> = {
  markup: '<script>alert(1)</script><img src=x onerror=alert(2)>',
  quotes: `"double" 'single' \\back`,
  direction: '\u202Ereversed\u202C שלום',
  emoji: '🚀👩\u200D🔧',
  lines: 'one\ntwo\ttabbed',
  long: 'x'.repeat(10_000),
};

const folder = useTemporaryFolder();

let browser: Browser;
let server: RunningServer;
beforeAll(async () => {
  browser = await startBrowser();
  server = await startPushgate();
  for (const [name, value] of Object.entries(hostile)) {
    const grouping = `/metrics/job/${name}/hostile@base64/${Buffer.from(value).toString('base64url')}`;
    const help = value.replaceAll('\\', '\\\\').replaceAll('\n', '\\n');
    await push(
      server,
      grouping,
      `# HELP hostile_bytes ${help}\n# TYPE hostile_bytes gauge\nhostile_bytes{own="${help.replaceAll('"', '\\"')}"} 1\n`,
    );
  }
  await push(server, '/metrics/job/bygone', 'x 1\n');
  await fetch(`${server.url}/metrics/job/bygone`, { method: 'DELETE' });
  await fetch(`${server.url}/metrics/job/markup`, { method: 'POST', body: '<b>bold</b> <script>alert(3)</script>\n' });
});
afterAll(async () => {
  await browser.close();
  await server.stop();
});

describe.runIf(needs('chromium'))('whatever was pushed is shown as text', () => {
  test.each(Object.keys(hostile))('%s', async (name) => {
    const { page, faults } = await openPage(browser, `${server.url}/#/groups?q=${name}`);
    page.on('dialog', (dialog) => expect.unreachable(dialog.message()));
    await page.getByRole('link', { name, exact: true }).click();
    await seeText(page, 'article', 'hostile_bytes');
    const shown = await page.locator('main').innerText();
    const tail = {
      markup: 'onerror=alert(2)>',
      quotes: `'single' \\back`,
      direction: '\\u{202e}reversed\\u{202c}',
      lines: 'one⏎two⇥tabbed',
    }[name];
    expect(shown).toContain(tail ?? hostile[name]);
    expect(await page.locator('main script, main img[src=x], main b:text("bold")').count()).toBe(0);
    // Nothing of it makes the page wider than the window.
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
    expect(faults).toEqual([]);
    await page.context().close();
  });
});

describe.runIf(needs('chromium')).each(['light', 'dark'] as const)('in the %s theme axe finds nothing serious', (colorScheme) => {
  const views: readonly (readonly [name: string, fragment: string, act: (page: Page) => Promise<void>])[] = [
    ['the groups', '#/groups', (page) => seeText(page, '[role=status]', /groups/)],
    ['the menu', '#/groups', (page) => page.getByRole('button', { name: 'View' }).click()],
    ['a group', '#/groups?q=quotes', openFirstGroup],
    ['a dialog', '#/groups?q=quotes', openDialog],
    ['a dialog for all that match', '#/groups?q=quotes', openMatchesDialog],
    ['the deleted groups', '#/groups?state=deleted', (page) => seeText(page, '[data-column=job]', 'bygone')],
    ['a deleted group', '#/groups?state=deleted', openDeletedGroup],
    ['try it', '#/try?job=a&body=bad%20x%0A', (page) => seeText(page, 'h2', 'Would be refused')],
    ['the status', '#/status', (page) => seeText(page, 'h2', 'Flags')],
    ['no match', '#/groups?q=nothing-like-it', (page) => seeText(page, 'h2', 'No group matches')],
  ];
  test.each(views)('%s', async (_, fragment, act) => {
    const { page, faults } = await openPage(browser, `${server.url}/${fragment}`, { colorScheme, reducedMotion: 'reduce' });
    await act(page);
    await page.waitForLoadState('networkidle').catch(() => undefined);
    expect(await findSeriousViolations(page)).toEqual([]);
    expect(faults).toEqual([]);
    await page.context().close();
  });
});

describe.runIf(needs('chromium')).each([360, 2560])('at %i pixels', (width) => {
  test.each(['#/groups', '#/groups?q=quotes', '#/try?job=a', '#/status'])('%s fits', async (fragment) => {
    const { page, faults } = await openPage(browser, `${server.url}/${fragment}`, { viewport: { width, height: 800 } });
    await seeText(page, 'h1, [role=status]', /Groups|Live|group|Try it|Status/);
    if (fragment.includes('?q=')) await openFirstGroup(page);
    expect(await page.evaluate('document.querySelector("main").scrollWidth <= innerWidth')).toBe(true);
    expect(faults).toEqual([]);
    await page.context().close();
  });
});

test.runIf(needs('chromium'))('the page works behind a password, and tells a browser without it to ask', async () => {
  const config = path.join(folder(), 'web.yml');
  writeFileSync(config, `basic_auth_users:\n  alice: ${await hash('s3cret', { cost: 4 })}\n`);
  const guarded = await startPushgate([`--web.config.file=${config}`]);
  try {
    expect((await fetch(`${guarded.url}/`)).headers.get('www-authenticate')).toMatch(/^Basic/);
    const httpCredentials = { username: 'alice', password: 's3cret' };
    const { page, faults } = await openPage(browser, `${guarded.url}/#/try?job=behind&body=x%201%0A`, { httpCredentials });
    await page.getByRole('button', { name: 'Send the push' }).click();
    await seeText(page, '[role=status]', 'The push was taken.');
    await page.getByRole('link', { name: 'Groups', exact: true }).click();
    await expect.poll(() => readColumn(page, 'job')).toEqual(['behind']);
    await seeText(page, '[role=status]', 'Live');
    expect(faults).toEqual([]);
    await page.context().close();
  } finally {
    await guarded.stop();
  }
});

async function openFirstGroup(page: Page): Promise<void> {
  await page.locator('[data-column=job] a').first().click();
  await seeText(page, 'article', 'hostile_bytes');
}

async function openDialog(page: Page): Promise<void> {
  await page.getByLabel('Select metrics/job/').first().check();
  await page.getByRole('region', { name: 'Selection' }).getByRole('button', { name: 'Delete' }).click();
  await seeText(page, '[role=dialog] li', 'job=quotes');
}

async function openMatchesDialog(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Delete all that match' }).click();
  await seeText(page, '[role=dialog] [role=status]', '1 group will go');
}

async function openDeletedGroup(page: Page): Promise<void> {
  await page.locator('[data-column=job] a').first().click();
  await seeText(page, 'main', 'The group was deleted');
}

interface AxeResults {
  readonly violations: readonly {
    readonly id: string;
    readonly impact: string;
    readonly nodes: readonly { readonly html: string; readonly failureSummary: string }[];
  }[];
}

/** Violations of serious or critical impact, each with the first elements that have it. */
async function findSeriousViolations(page: Page): Promise<string[]> {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate<AxeResults>('axe.run(document, { resultTypes: ["violations"] })');
  return violations
    .filter(({ impact }) => impact === 'serious' || impact === 'critical')
    .map(
      ({ id, nodes }) =>
        `${id}: ${nodes
          .slice(0, 3)
          .map(({ html, failureSummary }) => `${html.slice(0, 200)} ${failureSummary}`)
          .join(' | ')}`,
    );
}
