import type { Page } from 'playwright-core';
import { describe, expect, test } from 'vitest';
import { needs } from '../support/debian.ts';
import { startPushgate } from '../support/server.ts';
import { seeText, usePages } from './page-browser.ts';
import { push } from './target.ts';

describe.runIf(needs('chromium')).each(['', '/gate'])('composing a push under the prefix "%s"', (prefix) => {
  const pages = usePages(() => startPushgate(prefix === '' ? [] : [`--web.route-prefix=${prefix}`]));
  const open = (fragment = '#/try', expected?: RegExp): Promise<Page> => pages.open(`${prefix}/${fragment}`, { expected });
  const body = (page: Page): ReturnType<Page['locator']> => page.getByLabel('Body of the push, in the text format');

  test('what is typed is checked, stored only when it is sent, and then shown', async () => {
    const page = await open();
    await page.getByLabel('Job').fill('composed');
    await page.getByRole('button', { name: 'Add a label' }).click();
    await page.getByLabel('Name of label 1').fill('instance');
    await page.getByLabel('Value of label 1').fill('here');
    await body(page).fill('# TYPE rows gauge\nrows{table="a"} 12\n');
    await seeText(page, 'h2', 'Would be taken');
    await seeText(page, 'li', /\+ rows\s+gauge, 1 sample/);
    await seeText(page, 'code', `curl --data-binary @- ${pages.server.url}${prefix}/metrics/job/composed/instance/here`);
    expect(await (await fetch(`${pages.server.url}${prefix}/metrics`)).text()).not.toContain('composed');

    await page.getByRole('button', { name: 'Send the push' }).click();
    await seeText(page, '[role=status]', 'The push was taken.');
    expect(await (await fetch(`${pages.server.url}${prefix}/metrics`)).text()).toContain(
      'rows{instance="here",job="composed",table="a"} 12',
    );
    await page.getByRole('link', { name: 'Show its group' }).click();
    await seeText(page, 'h1', 'composed');
  });

  test('a mistake is marked at its line and column, and a push of it says why it failed', async () => {
    const page = await open('#/try?job=faulty', /400/);
    await body(page).fill('good 1\nbad{a="b"} x1\n');
    await seeText(page, 'h2', 'Would be refused');
    await seeText(page, 'li', /line 2, column 12/);
    await page.locator('.cm-lintRange-error').filter({ hasText: 'x1' }).waitFor();
    expect(await page.locator('[class*=tokenMetric]').allInnerTexts()).toEqual(['good', 'bad']);

    await page.getByRole('button', { name: 'line 2, column 12' }).click();
    await page.keyboard.type('4');
    expect(await body(page).innerText()).toContain('bad{a="b"} 4x1');

    await seeText(page, 'li', /4x1/);
    await page.getByRole('button', { name: 'Send the push' }).click();
    await seeText(page, '[role=alert]', /Cannot push.*expected float as value/s);
  });

  test('replacing says what would go', async () => {
    await push(pages.server, `${prefix}/metrics/job/replaced`, 'stays 1\ngoes 1\n');
    const page = await open('#/try?method=PUT&job=replaced&body=stays%202%0Acomes%203%0A');
    await seeText(page, 'h3', 'Removed by this push');
    await seeText(page, 'li', /− goes/);
    await seeText(page, 'li', /↻ stays/);
    await seeText(page, 'li', /\+ comes/);
  });

  test('the address holds the push, and brings it back', async () => {
    const page = await open();
    await page.getByLabel('Job').fill('kept');
    await page.getByText('Replace (PUT)').click();
    await body(page).fill('x 1\n');
    await seeText(page, 'h2', 'Would be taken');
    await expect.poll(() => page.url()).toContain('#/try?method=PUT&job=kept&body=x+1');
    await page.reload();
    await seeText(page, 'h2', 'Would be taken');
    expect(await body(page).innerText()).toContain('x 1');
  });

  test('a body too long for the address is checked and sent to its last line, and the page says that the address is without it', async () => {
    const page = await open('#/try?job=long');
    const lines = Array.from({ length: 800 }, (_, row) => `copied{table="table-${row}"} ${row}\n`);
    const text = `${lines.join('')}last x1\n`;
    expect(text.length).toBeGreaterThan(20_000);

    await body(page).fill(text);
    await seeText(page, 'h2', 'Would be refused');
    await page.getByRole('button', { name: 'line 801, column 6' }).click();
    await page.locator('.cm-line', { hasText: 'last x1' }).locator('.cm-lintRange-error').filter({ hasText: 'x1' }).waitFor();
    await seeText(page, '[role=status]', 'The body is too long for the address');
    expect(page.url().split('#')[1]).toBe('/try?job=long');

    await page.keyboard.press('Delete');
    await seeText(page, 'h2', 'Would be taken');
    await seeText(page, 'p', '2 families, 801 samples');
    await page.getByRole('button', { name: 'Send the push' }).click();
    await seeText(page, '[role=status]', 'The push was taken.');
    const scraped = await (await fetch(`${pages.server.url}${prefix}/metrics`)).text();
    expect(scraped).toContain('copied{instance="",job="long",table="table-799"} 799');
    expect(scraped).toContain('last{instance="",job="long"} 1');

    // The tab keeps it over a reload.
    await page.reload();
    await seeText(page, 'p', '2 families, 801 samples');
    await seeText(page, '[role=status]', 'kept in this tab');

    // What is short again has room again. Typed over many lines, which the browser by itself would style inline, against the policy.
    await body(page).focus();
    await page.keyboard.press('Control+a');
    await page.keyboard.type('short 1\n');
    await seeText(page, 'p', '1 family, 1 sample');
    expect(page.url()).toContain('#/try?job=long&body=short+1');
    expect(await page.getByText('too long for the address').count()).toBe(0);
  });
});
