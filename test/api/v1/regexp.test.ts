import { RE2JS } from 're2js';
import { expect, test } from 'vitest';
import { estimateProgramSize } from '../../../src/api/v1/program-size.ts';
import { compileRegexp } from '../../../src/api/v1/regexp.ts';
import { WorkBudget } from '../../../src/api/v1/work-budget.ts';

/** What RE2 says of a whole value. */
function asRe2(pattern: string): (value: string) => boolean {
  const regexp = RE2JS.compile(pattern, RE2JS.DOTALL);
  return (value) => regexp.testExact(value);
}

const compile = (pattern: string): ((value: string) => boolean) => {
  const automaton = compileRegexp(pattern, new WorkBudget());
  return (value) => automaton.matches(value);
};

const values = [
  '',
  'a',
  'A',
  'k',
  '\u212a',
  'host-1',
  'host-12.b:9100',
  'HOST-12.b',
  'a\nb',
  'a\vb',
  'ü',
  'aü',
  '😀',
  'x-y',
  '[',
  'a'.repeat(200),
  '}',
  '\\',
];

test('a regexp is read as RE2 reads it', () => {
  const f = (pattern: string): void => {
    const [test, wanted] = [compile(pattern), asRe2(pattern)];
    for (const value of values) expect(test(value), `${pattern} on ${JSON.stringify(value)}`).toBe(wanted(value));
  };
  for (const pattern of [
    'host-[0-9]+.*',
    '(host|box)-\\d+',
    '(?i)HOST-.*\\.b',
    '(?i)k',
    '[^x]',
    '.',
    '..',
    'a.b',
    'a\\sb',
    'a[^b]b',
    '^a$',
    '^a|k$',
  ])
    f(pattern);
  for (const pattern of [
    'a{200}',
    'a{2,}',
    '[a-]',
    '[\\d.]*',
    '\\W',
    '(a+)+',
    'a?a?a?a?',
    '\\[',
    '\\\\',
    '[]]',
    '[[:alpha:]]',
    '\\pL',
    '.{2}',
    '(?:a|)',
    '\\bx\\b.*',
    'a\\b.*|.*\\By',
    '(?m)a$.^b',
    '(?m)^a$\n^b$',
    'a(?-s:.)b',
    '(?:a$|a\\n)b?',
    '\\Aa\\z',
    '^*a+$*',
    '\\PL',
    '[^\\pL]+',
    '\\Qa(\\E.*',
    '\\QHOST-12.b\\E',
    '(?i)[^k]+',
    '(?:.*a)?.{1,2}',
    '[\\x{10000}-\\x{10ffff}]+',
    '(a*)*',
    '(|a)+',
    '(?U)a+.*',
  ])
    f(pattern);
});

/** A random number below; the same ones each time. */
function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return (state >>> 16) % below;
  };
}

test('random regexps are read as RE2 reads them, and are no larger than they were taken for', () => {
  const parts =
    'a b - . K ü 😀 k \\d \\. \\b \\B \\n \\w \\W \\pL \\PN [a-c] [^a] [\\d-] [^\\pL] [[:^alpha:]] * + ? {2} {1,2} {0,3} {2,} *? ( ) ( ) (?: | ^ $ (?i) (?m) (?-s) (?i:k)'.split(
      ' ',
    );
  const texts = [
    '',
    'a',
    'ab',
    'b-1',
    'aab.c',
    '1.2',
    'K',
    'k',
    '\u212a',
    'aaab',
    'A-B',
    'c1',
    'a\nb',
    '\n',
    'ü-',
    'aü😀',
    '😀',
    '\ud83d',
    '\udc00a',
    'Ük',
  ];
  const random = createRandom(20_261_122);
  let compared = 0;
  for (let i = 0; i < 12_000; i++) {
    const pattern = Array.from({ length: 1 + random(9) }, () => parts[random(parts.length)] ?? '').join('');
    let wanted;
    try {
      wanted = asRe2(pattern);
    } catch {
      expect(() => compile(pattern), pattern).toThrow(/cannot compile the regexp/);
      continue;
    }
    const test = compile(pattern);
    for (const text of texts) expect(test(text), `${pattern} on ${JSON.stringify(text)}`).toBe(wanted(text));
    expect(RE2JS.compile(pattern).programSize(), pattern).toBeLessThan(2 * estimateProgramSize(pattern) + 4);
    compared++;
  }
  expect(compared).toBeGreaterThan(3000);
});

test('the regexps that people write are read as RE2 reads them, over many values', () => {
  const random = createRandom(7);
  const letters = ['a', 'b', 'e', '1', '9', '-', '.', 'host', 'eu', 'ü', '主机', 'K', '😀'];
  const texts = Array.from({ length: 400 }, () => Array.from({ length: random(14) }, () => letters[random(letters.length)] ?? '').join(''));
  for (const pattern of [
    '(host-\\d+)+',
    '(a+)+b',
    '(.*[19]){3}.*',
    '(?i).*(HOST|EU)[-.]?.*k.*',
    '(host|eu|[ab]{1,3}){1,4}.*',
    '.*a.{5}',
    '.*[ab].{3}(1|9).*',
    `.*(${Array.from({ length: 50 }, (_, i) => `${letters[i % 8]}${letters[i % 7]}`).join('|')}).*`,
    '\\pL+[-.]?\\pL*\\pN*.*',
    '.*\\p{Han}+.*',
    '[\\w.-]{1,63}(\\.[\\w-]{1,63}){0,5}',
    '.*\\bhost\\b.*',
  ]) {
    const [test, wanted] = [compile(pattern), asRe2(pattern)];
    for (const text of texts) expect(test(text), `${pattern} on ${text}`).toBe(wanted(text));
  }
});

test('no regexp stalls the server: it takes little time or is refused', () => {
  const random = createRandom(3);
  const hostile = Array.from({ length: 5000 }, (_, i) => Array.from({ length: 120 }, () => 'ab'[random(2)] ?? '').join('') + String(i));
  const f = (pattern: string, want: 'answer' | RegExp): void => {
    const startMs = performance.now();
    const budget = new WorkBudget();
    const match = (): unknown => {
      const automaton = compileRegexp(pattern, budget);
      return hostile.map((text) => automaton.matches(text));
    };
    if (want === 'answer') expect(match).not.toThrow();
    else expect(match).toThrow(want);
    expect(performance.now() - startMs, pattern.slice(0, 50)).toBeLessThan(1000);
  };
  f('(a+)+b', 'answer');
  f('.*a[^b]*a[^c]*a!', 'answer');
  f(`${'a?'.repeat(100)}${'a'.repeat(100)}`, 'answer');
  f('((a|b|ab)*)*c', 'answer');
  f('.{0,1000}', 'answer');
  f('.*a.{25}', /too much work/);
  f('(.{0,20}a){0,40}b', /too much work/);
  f(`(?:${'.*'.repeat(450)}.){1000}`, /with its repeats written out it is about \d{6} characters, 10000 are the most/);
  f('(((a{10}){10}){10}b{500}){1}c{9000}', /cannot compile/);
  f(`(?:${'\\pL'.repeat(300)}){1000}`, /10000 are the most/);
  f(`\\Q(\\E(?:${'a?'.repeat(400)}){1000}`, /10000 are the most/);
});

test('the regexps of a request share what they may cost', () => {
  const budget = new WorkBudget();
  const compileMany = (): unknown => Array.from({ length: 100 }, () => compileRegexp('.{999}', budget));
  expect(compileMany).toThrow(/too much work/);
});
