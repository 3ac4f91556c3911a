/**
 * Fast path for what most regexps are: alternatives of plain text with `.*` and `.+` in between, such as `a|b`, `nightly-.*` and
 * `.*\.example\.org:.*`. `null` for all others.
 */
export function matchWildcards(pattern: string): ((value: string) => boolean) | null {
  if (!/^(?:[\w\- @/:=,;<>&%#~"'!|]|\\[.\-/+*?()[\]{}|^$\\]|\.[*+])*$/.test(pattern)) return null;
  const alternatives = (pattern.match(/(?:\\.|[^|\\])+|(?<=^|\|)(?=\||$)/gs) ?? ['']).map(parseWildcards);
  const texts = new Set(alternatives.flatMap(({ texts: [text = ''], gaps }) => (gaps.length === 0 ? [text] : [])));
  const globs = alternatives.filter(({ gaps }) => gaps.length > 0);
  if (globs.length === 0) return (value) => texts.has(value);
  return (value) => texts.has(value) || globs.some((glob) => fitsWildcards(glob, value));
}

/** Plain texts, and between each two of them the least number of characters that stand there. */
interface Wildcards {
  readonly texts: readonly string[];
  readonly gaps: readonly number[];
}

function parseWildcards(pattern: string): Wildcards {
  const parts = pattern.split(/(?<!\\)((?:\\\\)*)(\.[*+])/);
  const texts: string[] = [];
  const gaps: number[] = [];
  for (let i = 0; i < parts.length; i += 3) {
    texts.push(`${parts[i] ?? ''}${parts[i + 1] ?? ''}`.replaceAll(/\\(.)/gs, '$1'));
    if (i + 2 < parts.length) gaps.push(parts[i + 2] === '.+' ? 1 : 0);
  }
  return { texts, gaps };
}

/** Each text where it comes first, the last one at the end: no other way of placing them fits where this one does not. */
function fitsWildcards({ texts, gaps }: Wildcards, value: string): boolean {
  const [first = ''] = texts;
  if (!value.startsWith(first)) return false;
  let at = first.length;
  for (let i = 1; i < texts.length - 1; i++) {
    const text = texts[i] ?? '';
    const found = value.indexOf(text, at + (gaps[i - 1] ?? 0));
    if (found === -1) return false;
    at = found + text.length;
  }
  const last = texts.at(-1) ?? '';
  return value.length - last.length >= at + (gaps.at(-1) ?? 0) && value.endsWith(last);
}
