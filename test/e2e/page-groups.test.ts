import type { Page } from 'playwright-core';
import { beforeAll, describe, expect, test } from 'vitest';
import { needs } from '../support/debian.ts';
import { startPushgate } from '../support/server.ts';
import { readColumn, seeText, usePages } from './page-browser.ts';
import { push } from './target.ts';

describe.runIf(needs('chromium')).each(['', '/gate/way'])('the list of groups under the prefix "%s"', (prefix) => {
  const pages = usePages(() => startPushgate(prefix === '' ? [] : [`--web.route-prefix=${prefix}`]));
  beforeAll(async () => {
    for (const [job, instance] of [
      ['backup', 'db-1'],
      ['backup', 'db-2'],
      ['report', 'web-1'],
    ] as const) {
      await push(pages.server, `${prefix}/metrics/job/${job}/instance/${instance}`, '# TYPE size_bytes gauge\nsize_bytes 2048\n');
    }
    const bad = await fetch(`${pages.server.url}${prefix}/metrics/job/report/instance/web-1`, {
      method: 'POST',
      body: 'size_bytes nonsense\n',
    });
    expect(bad.status).toBe(400);
  });
  const open = (fragment = '', expected?: RegExp): Promise<Page> => pages.open(`${prefix}/${fragment}`, { expected });

  test('shows every group with its state and why a push failed', async () => {
    const page = await open();
    await seeText(page, '[role=status]', '3 groups');
    await seeText(page, '[data-failed] [data-column=state]', /Failed.*expected float/s);
    expect((await readColumn(page, 'job')).sort()).toEqual(['backup', 'backup', 'report']);
  });

  test('search, selector and state narrow it down, and stand in the address', async () => {
    const page = await open();
    await seeText(page, '[role=status]', '3 groups');
    await page.keyboard.press('/');
    await page.keyboard.type('db');
    await seeText(page, '[role=status]', '2 of 3 groups');
    await expect.poll(() => page.url()).toContain('#/groups?q=db');
    await page.getByLabel('Label selector').fill('instance="db-2"');
    await seeText(page, '[role=status]', '1 of 3 groups');
    await expect.poll(() => readColumn(page, 'instance')).toEqual(['db-2']);

    await page.reload();
    await seeText(page, '[role=status]', '1 of 3 groups');
    await page.getByLabel('Search label values').fill('');
    await page.getByLabel('Label selector').fill('');
    await seeText(page, '[role=status]', /^3 groups/);
    await page.getByText('Failed 1').click();
    await seeText(page, '[role=status]', '1 of 3 groups');
    expect(page.url()).toContain('state=failed');
  });

  test('a selector that cannot be read says why', async () => {
    const page = await open('#/groups?match={job=~"("}', /400/);
    await seeText(page, '[role=alert]', /Cannot list the groups/);
  });

  test('the selector box completes names and values', async () => {
    const page = await open();
    const box = page.getByLabel('Label selector');
    await box.click();
    await box.pressSequentially('{jo');
    await page.getByRole('option', { name: /^job/ }).click();
    await box.pressSequentially('re');
    await page.getByRole('option', { name: /^report/ }).click();
    expect(await box.inputValue()).toBe('{job="report"');
    await page.getByRole('option', { name: '}' }).click();
    expect(await box.inputValue()).toBe('{job="report"}');
    await seeText(page, '[role=status]', '1 of 3 groups');
  });

  test('the heads of columns sort, the menu hides columns', async () => {
    const page = await open();
    await page.getByRole('button', { name: 'Job' }).click();
    await seeText(page, '[aria-sort=ascending]', 'Job');
    await expect.poll(() => readColumn(page, 'job')).toEqual(['backup', 'backup', 'report']);
    await page.getByRole('button', { name: 'Job' }).click();
    await seeText(page, '[aria-sort=descending]', 'Job');
    await expect.poll(() => readColumn(page, 'job')).toEqual(['report', 'backup', 'backup']);
    await page.getByRole('button', { name: 'View' }).click();
    await page.getByRole('menuitemcheckbox', { name: 'Samples' }).click();
    await expect.poll(() => page.getByRole('columnheader', { name: 'Samples' }).count()).toBe(0);
    expect(page.url()).toContain('hide=');
  });

  test('the keyboard alone finds a group, opens it and comes back', async () => {
    const page = await open('#/groups?sort=job');
    await seeText(page, '[role=status]', '3 groups');
    await page.keyboard.press('/');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await seeText(page, 'h1', 'backup');
    await seeText(page, 'li', 'instance=db-2');
    await page.keyboard.press('Escape');
    await seeText(page, '[role=status]', '3 groups');
    expect(page.url()).toContain('sort=job');
  });

  test('a push shows without anybody asking', async () => {
    const page = await open('#/groups?q=late');
    await seeText(page, 'h2', 'No group matches');
    await push(pages.server, `${prefix}/metrics/job/latecomer`, 'x 1\n');
    await seeText(page, '[data-column=job]', 'latecomer');
    await fetch(`${pages.server.url}${prefix}/metrics/job/latecomer`, { method: 'DELETE' });
  });

  test('a selection is deleted after a dialog has named it', async () => {
    for (const name of ['doomed-1', 'doomed-2', 'spared']) await push(pages.server, `${prefix}/metrics/job/${name}`, 'x 1\n');
    const page = await open('#/groups?sort=job');
    for (const name of ['doomed-1', 'doomed-2']) await page.getByLabel(`Select metrics/job/${name}`, { exact: true }).check();
    await page.getByRole('region', { name: 'Selection' }).getByRole('button', { name: 'Delete' }).click();
    const dialog = page.getByRole('dialog');
    await seeText(page, '[role=dialog] li', 'job=doomed-1');
    await seeText(page, '[role=dialog] li', 'job=doomed-2');
    await dialog.getByRole('button', { name: 'Delete 2 groups' }).click();
    await dialog.waitFor({ state: 'hidden' });
    await expect.poll(() => readColumn(page, 'job')).not.toContain('doomed-1');
    expect(await readColumn(page, 'job')).toContain('spared');
    const page2 = await (await fetch(`${pages.server.url}${prefix}/metrics`)).text();
    expect(page2).not.toContain('doomed-');
    await fetch(`${pages.server.url}${prefix}/metrics/job/spared`, { method: 'DELETE' });
  });

  test('a deletion that fails says why, in the dialog', async () => {
    await push(pages.server, `${prefix}/metrics/job/gone`, 'x 1\n');
    const page = await open('#/groups?q=gone', /404/);
    await page.getByLabel('Select metrics/job/gone', { exact: true }).check();
    await page.getByRole('region', { name: 'Selection' }).getByRole('button', { name: 'Delete' }).click();
    await fetch(`${pages.server.url}${prefix}/metrics/job/gone`, { method: 'DELETE' });
    await page.getByRole('dialog').getByRole('button', { name: 'Delete this group' }).click();
    await seeText(page, '[role=dialog] [role=alert]', /nothing was deleted/);
  });
});

describe.runIf(needs('chromium'))('a server without groups', () => {
  const pages = usePages(startPushgate);

  test('shows how to push the first one to it', async () => {
    const page = await pages.open('/');
    await seeText(page, 'code', `curl --data-binary @- ${pages.server.url}/metrics/job/my_job`);
    await push(pages.server, '/metrics/job/my_job', 'my_first_metric 3.14\n');
    await seeText(page, '[data-column=job]', 'my_job');
  });
});
