import { escapeHtml } from '../base/escape-html.ts';
import { STATUS_CODES } from 'node:http';
import type { HttpReply } from './types.ts';

const plainText = 'text/plain; charset=utf-8';

/** An error in the shape of Go's `http.Error`: the message, a line feed, and headers that keep a browser from guessing. */
export function errorReply(status: number, message: string, headers?: Readonly<Record<string, string>>): HttpReply {
  return { status, headers: { 'Content-Type': plainText, 'X-Content-Type-Options': 'nosniff', ...headers }, body: `${message}\n` };
}

/** `errorReply` with the status's own words. */
export function statusReply(status: number, headers?: Readonly<Record<string, string>>): HttpReply {
  return errorReply(status, STATUS_CODES[status] ?? `status ${status}`, headers);
}

export const notFoundReply: HttpReply = errorReply(404, '404 page not found');

/** What Go's server answers to a request it cannot read, before any handler. */
export function unreadableReply(status: number, body: string): HttpReply {
  return { status, headers: { 'Content-Type': plainText, Connection: 'close' }, body };
}

export const badRequestReply: HttpReply = unreadableReply(400, '400 Bad Request');

/** A redirect in the shape of Go's `http.Redirect`; only a GET gets the page with the link. `location` must be escaped. */
export function redirectReply(method: string, status: 301 | 307, location: string): HttpReply {
  if (method === 'HEAD') return { status, headers: { Location: location, 'Content-Type': 'text/html; charset=utf-8' } };
  if (method !== 'GET') return { status, headers: { Location: location } };
  const body = `<a href="${escapeHtml(location)}">${STATUS_CODES[status] ?? ''}</a>.\n\n`;
  return { status, headers: { Location: location, 'Content-Type': 'text/html; charset=utf-8' }, body };
}
