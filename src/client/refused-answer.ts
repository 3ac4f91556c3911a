import type { Answer } from './send-request.ts';

/** Why a gateway refused, on one line that a terminal can show: its own words, and what the status alone may mean. */
export function describeRefusedAnswer({ status, headers, body }: Answer): string {
  const { location } = headers;
  if (status >= 300 && status < 400) return `it answered ${status} and sends elsewhere (${show(location ?? 'nowhere')}); give that address`;
  const text = readText(headers['content-type'] ?? '', body.toString());
  return [`the gateway answered ${status}`, text, hintOf(status)].filter((part) => part !== '').join(': ');
}

/** The sentence of a plain answer, or of the JSON of the API; nothing of a page of some proxy. */
function readText(contentType: string, body: string): string {
  if (/\bhtml\b/i.test(contentType) || body.trimStart().startsWith('<')) return '';
  try {
    const { error } = JSON.parse(body) as { error?: unknown };
    if (typeof error === 'string') return show(error);
  } catch {
    // Plain text, as for a push.
  }
  return show(body);
}

function hintOf(status: number): string {
  if (status === 401) return 'it asks for a user and password, or a token';
  if (status === 403) return 'what was given does not allow this';
  if (status === 404) return 'is there a route prefix missing in the address?';
  return '';
}

/** Whatever would move the cursor or break the line is a blank. */
function show(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
}
