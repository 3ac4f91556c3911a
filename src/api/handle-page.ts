import { randomBytes } from 'node:crypto';
import { notFoundReply } from '../http/replies.ts';
import type { HttpHandler } from '../http/types.ts';
import type { Gateway } from './gateway.ts';
import { groupsInDocumentMax } from './limits.ts';
import { replyWithPageFile } from './page-files.ts';
import { createPlainPageHandler, renderGroups, servePlainStyles, warnOfLateFlush } from './plain-page.ts';

/** GET `/` and `/status`: the page, or a plain list where it was not built. */
export function createPageHandler(gateway: Gateway): HttpHandler {
  const { page } = gateway;
  if (page === null) return createPlainPageHandler(gateway);
  return () => {
    const [start = '', end = ''] = page.document.split('</body>');
    const nonce = randomBytes(16).toString('base64');
    // What somebody pushed comes in behind the nonce, so that it cannot get one.
    const body = `${start.replaceAll('__CSP_NONCE__', nonce)}<noscript>${renderLatestGroups(gateway)}</noscript></body>${end}`;
    return { status: 200, headers: headersOf(nonce), body };
  };
}

/** For those who read the document without running it: browsers without scripts, and scripts that look for a group in the page. */
function renderLatestGroups({ catalog, options }: Gateway): string {
  const { rows } = catalog.query({ selectors: [], search: [], state: null, sort: '-last_push', limit: groupsInDocumentMax, after: null });
  const groups = rows.map(({ group }) => group);
  const listed = renderGroups(groups, catalog.size, `The ${groupsInDocumentMax} that were pushed last are listed; the API has all.`);
  return warnOfLateFlush(options.flags) + listed;
}

/** GET `/static/*`: files of the page. */
export function createStaticHandler({ page }: Gateway): HttpHandler {
  if (page === null) return servePlainStyles;
  return (request) => replyWithPageFile(page, `static${request.params['filepath'] ?? ''}`, request) ?? notFoundReply;
}

/** Nothing from elsewhere, nothing inline without the nonce, no frames around it; the page talks to its own server alone. */
function headersOf(nonce: string): Readonly<Record<string, string>> {
  const policy = [
    "default-src 'none'",
    `script-src 'self' 'nonce-${nonce}'`,
    `style-src 'self' 'nonce-${nonce}'`,
    "img-src 'self'",
    "font-src 'self'",
    "connect-src 'self'",
    "manifest-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ];
  return {
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Security-Policy': policy.join('; '),
    // The nonce is good for one answer.
    'Cache-Control': 'no-store',
    'Referrer-Policy': 'same-origin',
    'X-Content-Type-Options': 'nosniff',
  };
}
