/** What may be typed at the cursor of a selector, and which part of the text it would take the place of. */
export type CompletionPlace =
  | { readonly kind: 'name'; readonly from: number; readonly to: number; readonly typed: string }
  | { readonly kind: 'operator'; readonly from: number; readonly to: number; readonly typed: string }
  | { readonly kind: 'value'; readonly from: number; readonly to: number; readonly typed: string; readonly name: string }
  | { readonly kind: 'separator' | 'end'; readonly from: number; readonly to: number; readonly typed: string };

export const selectorOperators: readonly string[] = ['=', '!=', '=~', '!~'];

const matcher = /\s*(?:([a-zA-Z_:][\w:.]*)|"((?:[^"\\]|\\.)*)")\s*(=~|!~|!=|=)\s*"((?:[^"\\]|\\.)*)"\s*(,|$)/y;
const namePart = /^\s*[a-zA-Z_:]?[\w:.]*/;
const operatorPart = /^[=!~]{0,2}/;

/** Braces may be left out while typing: `job="a"` means `{job="a"}`. */
export function completeSelector(text: string): string {
  const trimmed = text.trim();
  if (trimmed === '' || trimmed === '{}') return '';
  return /^([a-zA-Z_:][\w:]*)?\s*\{/.test(trimmed) || /^[a-zA-Z_:][\w:]*$/.test(trimmed) ? trimmed : `{${trimmed}}`;
}

/** Whether the text can be sent as it is: every matcher has its name, operator and closed value. What it does not check: regular expressions. */
export function isSelectorWhole(text: string): boolean {
  const selector = completeSelector(text);
  if (selector === '' || /^[a-zA-Z_:][\w:]*$/.test(selector)) return true;
  if (!selector.endsWith('}')) return false;
  const inside = selector.slice(selector.indexOf('{') + 1, -1);
  return inside.trim() === '' || skipMatchers(inside, false) === inside.length;
}

/** Where in a matcher the cursor stands. The text after the cursor stays as it is, but for the rest of the word. */
export function findCompletionPlace(text: string, cursor: number): CompletionPlace {
  if (isSelectorWhole(text.slice(0, cursor)) && text[cursor - 1] === '}') return { kind: 'end', from: cursor, to: cursor, typed: '' };
  const open = text.indexOf('{') + 1;
  const before = text.slice(open, cursor);
  const start = open + skipMatchers(before, true);
  const rest = text.slice(start, cursor);
  const name = /^\s*/.exec(rest)?.[0].length ?? 0;
  const word = namePart.exec(rest)?.[0] ?? '';
  const afterName = rest.slice(word.length).trimStart();
  const nameFrom = start + name;
  if (afterName === '' && (word.trim() === '' || !/\s$/.test(rest))) {
    return { kind: 'name', from: nameFrom, to: cursor, typed: word.trim() };
  }
  const operatorFrom = cursor - afterName.length;
  const operator = operatorPart.exec(afterName)?.[0] ?? '';
  const afterOperator = afterName.slice(operator.length).trimStart();
  if (afterOperator === '') return { kind: 'operator', from: operatorFrom, to: cursor, typed: operator };
  if (!afterOperator.startsWith('"')) return { kind: 'separator', from: cursor, to: cursor, typed: '' };
  const typed = afterOperator.slice(1);
  const closing = /^[^"]*"/.exec(text.slice(cursor))?.[0].length ?? 0;
  if (/^(?:[^"\\]|\\.)*"/.test(typed)) return { kind: 'separator', from: cursor, to: cursor, typed: '' };
  return { kind: 'value', from: cursor - afterOperator.length, to: cursor + closing, typed, name: word.trim() };
}

/** How many characters whole matchers and their commas take; the last one of a text may do without. */
function skipMatchers(text: string, needsComma: boolean): number {
  let end = 0;
  for (;;) {
    matcher.lastIndex = end;
    const found = matcher.exec(text);
    if (found === null || (needsComma && found[5] === '')) return end;
    end = matcher.lastIndex;
    if (end === text.length) return end;
  }
}
