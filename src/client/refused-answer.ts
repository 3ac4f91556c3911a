import type { Answer } from './send-request.ts';

/** Why a gateway refused, on one line that a terminal can show: its own words, and what the status alone may mean. */
export function describeRefusedAnswer({ status, headers, body }: Answer): string {
  const { location } = headers;
  if (status >= 300 && status < 400) return `it answered ${status} and sends elsewhere (${show(location ?? 'nowhere')}); give that address`;
  const ownWords = readOwnWords(body.toString());
  const text = ownWords ?? readText(headers['content-type'] ?? '', body.toString());
  // A 404 in the words of the API is about what was asked for, not about the address.
  const hint = ownWords !== null && status === 404 ? '' : hintOf(status);
  return [`the gateway answered ${status}`, text, hint].filter((part) => part !== '').join(': ');
}

/** The sentence in the JSON of the API; `null` in any other answer. */
function readOwnWords(body: string): string | null {
  try {
    const { error } = JSON.parse(body) as { error?: unknown };
    return typeof error === 'string' ? show(error) : null;
  } catch {
    return null;
  }
}

/** The sentence of a plain answer, as to a push; nothing of a page of some proxy. */
function readText(contentType: string, body: string): string {
  return /\bhtml\b/i.test(contentType) || body.trimStart().startsWith('<') ? '' : show(body);
}

function hintOf(status: number): string {
  if (status === 401) return 'it asks for a user and password, or a token';
  if (status === 403) return 'what was given does not allow this';
  if (status === 404) return 'is the route prefix of the address right?';
  return '';
}

/** Whatever would move the cursor or break the line is a blank. */
function show(text: string): string {
  return text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, ' ').trim();
}
