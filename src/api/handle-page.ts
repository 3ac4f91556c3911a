import { randomBytes } from 'node:crypto';
import { notFoundReply } from '../http/replies.ts';
import type { HttpHandler } from '../http/types.ts';
import type { Gateway } from './gateway.ts';
import { replyWithPageFile } from './page-files.ts';
import { createPlainPageHandler, servePlainStyles } from './plain-page.ts';

/** GET `/` and `/status`: the page, or a plain list where it was not built. */
export function createPageHandler(gateway: Gateway): HttpHandler {
  const { page } = gateway;
  if (page === null) return createPlainPageHandler(gateway);
  return () => {
    const nonce = randomBytes(16).toString('base64');
    return { status: 200, headers: headersOf(nonce), body: page.document.replaceAll('__CSP_NONCE__', nonce) };
  };
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
