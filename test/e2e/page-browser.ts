import { type Browser, type BrowserContextOptions, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, expect } from 'vitest';
import { commandOf } from '../support/debian.ts';
import type { RunningServer } from '../support/server.ts';

/** Debian's browser, without a window and without anything that it would load by itself. */
export function startBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: commandOf('chromium'),
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
}

/** A page that writes down what must not happen. */
export interface WatchedPage {
  readonly page: Page;
  /** Errors and warnings of the console (breaches of the policy are among them), exceptions, and requests to other hosts. */
  readonly faults: readonly string[];
}

/** `expected` are words of complaints that the test itself provokes. */
type PageOptions = BrowserContextOptions & { readonly expected?: RegExp | undefined };

/** Opens an address in a profile of its own. */
export async function openPage(browser: Browser, address: string, options: PageOptions = {}): Promise<WatchedPage> {
  const { expected, ...contextOptions } = options;
  const context = await browser.newContext({ viewport: { width: 1280, height: 800 }, ...contextOptions });
  const page = await context.newPage();
  const faults: string[] = [];
  const note = (fault: string): void => {
    if (expected?.test(fault) !== true) faults.push(fault);
  };
  page.on('console', (message) => {
    if (message.type() === 'error' || message.type() === 'warning') note(`console: ${message.text()}`);
  });
  page.on('pageerror', (error) => {
    note(`exception: ${error.message}`);
  });
  page.on('request', (request) => {
    if (new URL(request.url()).host !== new URL(address).host) note(`request to ${request.url()}`);
  });
  await page.goto(address);
  return { page, faults };
}

/** What the tests of a `describe` work with. */
export interface Pages {
  readonly server: RunningServer;
  /** Opens a page of the server. It is closed at the end of the test, which fails if something happened there that must not. */
  open(path: string, options?: PageOptions): Promise<Page>;
}

/** Starts a server and a browser for the tests of a `describe`, at whose top it is to be called. */
export function usePages(startServer: () => Promise<RunningServer>): Pages {
  let browser: Browser;
  let server: RunningServer;
  const opened: WatchedPage[] = [];
  beforeAll(async () => {
    [browser, server] = await Promise.all([startBrowser(), startServer()]);
  });
  afterAll(async () => {
    await browser.close();
    await server.stop();
  });
  afterEach(async () => {
    const pages = opened.splice(0);
    await Promise.all(pages.map(({ page }) => page.context().close()));
    expect(pages.flatMap(({ faults }) => faults)).toEqual([]);
  });
  return {
    get server() {
      return server;
    },
    async open(path, options) {
      const watched = await openPage(browser, server.url + path, options);
      opened.push(watched);
      return watched.page;
    },
  };
}

/** Waits until the text of the first element that fits is as wanted; the error shows what it was. */
export async function seeText(page: Page, selector: string, wanted: RegExp | string): Promise<void> {
  const found = page.locator(selector).filter({ hasText: wanted }).first();
  await found.waitFor({ state: 'visible', timeout: 5000 }).catch(async () => {
    const texts = await page.locator(selector).allInnerTexts();
    throw new Error(`no ${selector} shows ${String(wanted)}; shown are ${JSON.stringify(texts).slice(0, 2000)}`);
  });
}

/** The values of a table's column on screen, from top to bottom. */
export function readColumn(page: Page, column: string): Promise<string[]> {
  return page.locator(`[role=row] [role=gridcell][data-column=${column}]`).allInnerTexts();
}
