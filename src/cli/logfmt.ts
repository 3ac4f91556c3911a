/**
 * Writes one log line as `key=value` pairs with a line feed behind it. Values that a reader of logfmt could take wrongly (empty, blanks,
 * `=`, quotes, backslashes, control characters) are quoted and escaped as in JSON, so that a line is always one line. Objects and
 * lists are written as JSON; `undefined` is left out. Characters that cannot stand in a key become `_`.
 */
export function formatLogfmt(fields: Readonly<Record<string, unknown>>): string {
  const pairs: string[] = [];
  for (const [key, value] of Object.entries(fields)) {
    if (value === undefined) continue;
    pairs.push(`${key.replace(badInKey, '_') || '_'}=${formatValue(value)}`);
  }
  return `${pairs.join(' ')}\n`;
}

// Line and paragraph separators, byte order marks and controls of both sets would break the line in some terminal or reader.
const unsafe = /[\0-\x20"=\\\x7f-\xa0\u2028\u2029\ufeff]|[\ud800-\udfff]/u;
const badInKey = /[\0-\x20"=\\\x7f-\xa0\u2028\u2029\ufeff]/gu;
const unescapedByJson = /[\x7f-\x9f\u2028\u2029\ufeff]/gu;

function formatValue(value: unknown): string {
  const text = typeof value === 'object' && value !== null ? JSON.stringify(value) : String(value);
  if (text !== '' && !unsafe.test(text)) return text;
  return JSON.stringify(text).replace(unescapedByJson, (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
