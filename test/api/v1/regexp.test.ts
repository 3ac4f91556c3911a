import { RE2JS } from 're2js';
import { expect, test } from 'vitest';
import { compileRegexp } from '../../../src/api/v1/regexp.ts';

/** What RE2 says of a whole value. */
function asRe2(pattern: string): (value: string) => boolean {
  const regexp = RE2JS.compile(pattern, RE2JS.DOTALL);
  return (value) => regexp.testExact(value);
}

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

test('every engine reads a regexp as RE2 does', () => {
  const f = (pattern: string): void => {
    const [test, wanted] = [compileRegexp(pattern), asRe2(pattern)];
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
  ])
    f(pattern);
});

test('random regexps are read as RE2 reads them', () => {
  const parts = [
    'a',
    'b',
    '-',
    '.',
    '\\d',
    '\\.',
    '[a-c]',
    '[^a]',
    '[\\d-]',
    '*',
    '+',
    '?',
    '{2}',
    '{1,2}',
    '(',
    ')',
    '(?:',
    '|',
    '^',
    '$',
    '(?i)',
    'K',
  ];
  const texts = ['', 'a', 'ab', 'b-1', 'aab.c', '1.2', 'K', 'k', 'aaab', 'A-B', 'c1'];
  let seed = 20_261_122;
  const random = (below: number): number => {
    seed = (Math.imul(seed, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return (seed >>> 8) % below;
  };
  let compared = 0;
  for (let i = 0; i < 6000; i++) {
    const pattern = Array.from({ length: 1 + random(7) }, () => parts[random(parts.length)] ?? '').join('');
    let wanted;
    try {
      wanted = asRe2(pattern);
    } catch {
      expect(() => compileRegexp(pattern), pattern).toThrow(/cannot compile the regexp/);
      continue;
    }
    const test = compileRegexp(pattern);
    for (const text of texts) expect(test(text), `${pattern} on ${text}`).toBe(wanted(text));
    compared++;
  }
  expect(compared).toBeGreaterThan(1000);
});

test('a regexp that goes back and forth over many values does not stall the server', () => {
  const hostile = Array.from({ length: 2000 }, (_, i) => `${'a'.repeat(120)}${i}`);
  const test = compileRegexp('.*a[^b]*a[^c]*a!');
  const startMs = performance.now();
  for (const value of hostile) expect(test(value)).toBe(false);
  expect(performance.now() - startMs).toBeLessThan(1000);
});
