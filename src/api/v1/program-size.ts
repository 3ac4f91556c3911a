/** What a pattern of RE2 is made of: quoted text, classes of Unicode, escapes, classes in brackets, repeats, parentheses, characters. */
const tokens = /\\Q.*?(?:\\E|$)|\\[pP](?:\{[^}]*\}|.)|\\.|\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*\]|\{\d+(?:,\d*)?\}|[^]/gs;

/** A class of Unicode has hundreds of ranges, which take time like so many instructions. */
const unicodeClassSize = 20;

/** About how many instructions RE2 will make of a pattern, without making them: `(a{100}){10}` is written out there, so that a few characters can stand for a million. */
export function estimateProgramSize(pattern: string): number {
  const open: number[] = [];
  let size = 0;
  let last = 0;
  for (const [token] of pattern.matchAll(tokens)) {
    const repeat = /^\{(\d+)(,?)(\d*)\}$/.exec(token);
    if (token === '(') {
      open.push(size);
      size = 2;
    } else if (token === ')') {
      last = size;
      size += open.pop() ?? 0;
    } else if (repeat === null) {
      last = sizeOf(token);
      size += last;
    } else {
      const [, least = '', comma, most = ''] = repeat;
      const repeated = (last + 1) * (Math.max(Number(least), Number(most)) + (comma === '' || most !== '' ? 0 : 1));
      size += repeated - last;
      last = repeated;
    }
  }
  return size + open.reduce((sum, outer) => sum + outer, 0);
}

function sizeOf(token: string): number {
  if (token.startsWith('\\Q')) return token.length;
  return 1 + unicodeClassSize * (token.match(/\\[pP]/g) ?? []).length;
}
