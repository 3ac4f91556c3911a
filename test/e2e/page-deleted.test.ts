import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { needs } from '../support/debian.ts';
import { type RunningServer, startPushgate } from '../support/server.ts';
import { openPage, readColumn, seeText, startBrowser, usePages } from './page-browser.ts';
import { push } from './target.ts';

describe.runIf(needs('chromium'))('what is deleted', () => {
  const pages = usePages(startPushgate);
  const open = (fragment: string, expected?: RegExp): Promise<Page> => pages.open(`/${fragment}`, { expected });
  const pushMany = async (job: string, count: number): Promise<void> => {
    for (let i = 0; i < count; i++) await push(pages.server, `/metrics/job/${job}/instance/i-${i}`, 'x 1\n');
  };

  test('all that match go, once the number of many was typed', async () => {
    await pushMany('crowd', 25);
    await push(pages.server, '/metrics/job/spared', 'x 1\n');
    const page = await open('#/groups?q=crowd');
    await page.getByRole('button', { name: 'Delete all that match' }).click();
    await seeText(page, '[role=dialog] [role=status]', '25 groups will go');
    await seeText(page, '[role=dialog] dd', 'crowd');
    await seeText(page, '[role=dialog] li', 'instance=i-7');
    const dialog = page.getByRole('dialog');
    const go = dialog.getByRole('button', { name: 'Delete 25 groups' });
    expect(await go.isDisabled()).toBe(true);
    await dialog.getByLabel('Type 25 to go on').fill('25');
    await page.keyboard.press('Enter');
    await dialog.waitFor({ state: 'hidden' });
    await seeText(page, 'h2', 'No group matches');
    const scraped = await (await fetch(`${pages.server.url}/metrics`)).text();
    expect(scraped).not.toContain('crowd');
    expect(scraped).toContain('job="spared"');
  });

  test('if other groups match by then nothing goes, and one looks again', async () => {
    await pushMany('shifting', 2);
    const page = await open('#/groups?q=shifting', /409/);
    await page.getByRole('button', { name: 'Delete all that match' }).click();
    await seeText(page, '[role=dialog] [role=status]', '2 groups will go');
    await push(pages.server, '/metrics/job/shifting/instance/late', 'x 1\n');
    await page.getByRole('dialog').getByRole('button', { name: 'Delete 2 groups' }).click();
    await seeText(page, '[role=dialog] [role=alert]', /3 groups match now, not 2; nothing was deleted/);
    await page.getByRole('dialog').getByRole('button', { name: 'Try again' }).click();
    await seeText(page, '[role=dialog] [role=status]', '3 groups will go');
    await page.getByRole('dialog').getByRole('button', { name: 'Delete 3 groups' }).click();
    await page.getByRole('dialog').waitFor({ state: 'hidden' });
    expect(await (await fetch(`${pages.server.url}/metrics`)).text()).not.toContain('shifting');
  });

  test('who asks where a group has gone finds who deleted it', async () => {
    await push(pages.server, '/metrics/job/lost', 'x 1\n');
    await fetch(`${pages.server.url}/metrics/job/lost`, { method: 'DELETE', headers: { 'user-agent': 'cleanup.sh' } });
    const page = await open('#/groups?q=lost');
    await seeText(page, 'h2', 'No group matches');
    await page.getByRole('button', { name: 'Show 1 deleted group' }).click();
    await seeText(page, '[data-column=state]', /Deleted.*by 127\.0\.0\.1/s);
    expect(page.url()).toContain('state=deleted');
    await page.getByRole('link', { name: 'lost' }).click();
    await seeText(page, 'main', /The group was deleted .* by 127\.0\.0\.1:\d+.*with cleanup\.sh/s);
    await seeText(page, 'section li', /Deleted.*DELETE 202/s);
    expect(await page.getByRole('button', { name: 'Delete', exact: true }).count()).toBe(0);
    // The next push brings it back while one looks.
    await push(pages.server, '/metrics/job/lost', 'x 2\n');
    await seeText(page, 'article', 'x');
    await page.getByRole('button', { name: 'Delete', exact: true }).waitFor();
  });

  test('a link to a group that nobody remembers says so and leads back', async () => {
    const page = await open('#/groups/WyJqb2IiLCJub25lIl0', /404/);
    await seeText(page, '[role=alert]', 'Cannot find the group');
    await page.getByRole('link', { name: 'Back to the groups' }).click();
    await seeText(page, '[role=status]', /groups?$/);
  });
});

test.runIf(needs('chromium'))(
  'a page that lost its server says so, connects again and catches up',
  async () => {
    const own = await startBrowser();
    const first = await startPushgate();
    let second: RunningServer | undefined;
    try {
      await push(first, '/metrics/job/before', 'x 1\n');
      const { page } = await openPage(own, `${first.url}/`);
      await expect.poll(() => readColumn(page, 'job')).toEqual(['before']);
      await first.stop();
      await seeText(page, '[data-connection]', 'Not live');
      second = await startPushgate([`--web.listen-address=127.0.0.1:${first.port}`]);
      await push(second, '/metrics/job/after', 'x 1\n');
      await expect.poll(() => readColumn(page, 'job'), { timeout: 15_000 }).toEqual(['after']);
      await seeText(page, '[data-connection]', 'Live');
    } finally {
      await own.close();
      await first.stop();
      await second?.stop();
    }
  },
  60_000,
);

test.runIf(needs('chromium'))('a browser whose clock is wrong shows how long ago a push was by the clock of the server', async () => {
  const own = await startBrowser();
  const running = await startPushgate();
  try {
    await push(running, '/metrics/job/timely', 'x 1\n');
    const { page } = await openPage(own, 'about:blank');
    await page.clock.setSystemTime(Date.now() + 3_600_000);
    await page.goto(`${running.url}/`);
    await seeText(page, '[data-column=last_push]', /^(now|\d+ s ago)$/);
    await page.goto(`${running.url}/#/status`);
    await seeText(page, 'p', /Its clock is .* behind that of this browser/);
  } finally {
    await own.close();
    await running.stop();
  }
});
