import { describe, expect, test } from 'vitest';
import { knownPathsMin } from '../../src/api/limits.ts';
import { GroupingPathParser, parseGroupingPath } from '../../src/api/parse-grouping-path.ts';

function parse(
  job: string,
  labels = '',
  options: { base64?: boolean; utf8?: boolean; invalidUtf8?: boolean } = {},
): Record<string, string> {
  const path = { job, labels, isJobBase64: options.base64 ?? false, hasInvalidUtf8: options.invalidUtf8 ?? false };
  return Object.fromEntries(parseGroupingPath(path, options.utf8 ?? false).labels.map(({ name, value }) => [name, value]));
}

describe('a push path', () => {
  test.each<[string, string, Record<string, string>]>([
    ['j', '', { job: 'j' }],
    ['j', '/', { job: 'j' }],
    ['j', '/a/b', { a: 'b', job: 'j' }],
    ['j', '/z/1/a/2', { a: '2', job: 'j', z: '1' }],
    ['j', '/a/', { a: '', job: 'j' }],
    ['j', '/a/1/a/2', { a: '2', job: 'j' }],
    ['j', '/job/other', { job: 'j' }],
    ['j', '/a@base64/L3Zhci90bXA', { a: '/var/tmp', job: 'j' }],
    ['j', '/a@base64/L3Zhci90bXA=====', { a: '/var/tmp', job: 'j' }],
    ['j', '/a@base64/=', { a: '', job: 'j' }],
    ['j', '/a@base64/', { a: '', job: 'j' }],
    ['j', '/a@base64/4oKs', { a: '€', job: 'j' }],
    ['j', '/a@base64/YR', { a: 'a', job: 'j' }],
    ['j', '/a@base64/Y\r\nQ', { a: 'a', job: 'j' }],
    ['a+b', '/a/c d', { a: 'c d', job: 'a+b' }],
  ])('%j %j names %j', (job, labels, want) => expect(parse(job, labels)).toEqual(want));

  test.each<[string, string, string]>([
    ['j', '/a', 'odd number of components in label string "/a"'],
    ['j', '/a/b/', 'odd number of components in label string "/a/b/"'],
    ['j', '/0a/b', 'improper label name "0a"'],
    ['j', '//b', 'improper label name ""'],
    ['j', '/__a/b', 'improper label name "__a"'],
    ['j', '/a.b/c', 'improper label name "a.b"'],
    ['j', '/a@BASE64/YQ', 'improper label name "a@BASE64"'],
    ['j', '/a@base64@base64/YQ', 'improper label name "a@base64"'],
    ['j', '/a@base64/a+b', 'invalid base64 encoding for label a="a+b": illegal base64 data at input byte 1'],
    ['j', '/a@base64/YWJjZ', 'invalid base64 encoding for label a="YWJjZ": illegal base64 data at input byte'],
    ['j', '/a@base64/Y=Q', 'illegal base64 data at input byte 1'],
    ['', '', 'job name is required'],
  ])('%j %j is refused: %s', (job, labels, message) => expect(() => parse(job, labels)).toThrow(message));

  test('takes a job in base64 and refuses one that is not', () => {
    expect(parse('L3Zhci90bXA', '', { base64: true })).toEqual({ job: '/var/tmp' });
    expect(() => parse('=', '', { base64: true })).toThrow('job name is required');
    expect(() => parse('a!', '', { base64: true })).toThrow(
      'invalid base64 encoding in job name "a!": illegal base64 data at input byte 1',
    );
  });

  test('takes UTF-8 label names only when asked to', () => {
    expect(parse('j', '/U__a_2e_b/c')).toEqual({ U__a_2e_b: 'c', job: 'j' });
    expect(parse('j', '/U__a_2e_b/c', { utf8: true })).toEqual({ 'a.b': 'c', job: 'j' });
    expect(parse('j', '/größe/c', { utf8: true })).toEqual({ größe: 'c', job: 'j' });
    expect(() => parse('j', '/__a/c', { utf8: true })).toThrow('improper label name "__a"');
  });

  test('remembers bytes that are not UTF-8, wherever they came from', () => {
    const parsed = (job: string, isJobBase64: boolean, labels: string, hasInvalidUtf8 = false): boolean =>
      parseGroupingPath({ job, isJobBase64, labels, hasInvalidUtf8 }, false).hasInvalidUtf8;
    expect(parsed('j', false, '/a@base64/_w')).toBe(true);
    expect(parsed('_w', true, '')).toBe(true);
    expect(parsed('\uFFFD', false, '', true)).toBe(true);
    expect(parsed('\uFFFD', false, '')).toBe(false);
  });
});

test('a path that is known again names the same group, and one that only looks like it another', () => {
  const parser = new GroupingPathParser(false, () => 0);
  const id = (job: string, isJobBase64: boolean, labels: string): string =>
    parser.parse({ job, isJobBase64, labels, hasInvalidUtf8: false }).id;
  for (let round = 0; round < 2; round++) {
    expect(id('YQ', true, '/b/c')).toBe('["b","c","job","a"]');
    expect(id('YQ', false, '/b/c')).toBe('["b","c","job","YQ"]');
    expect(id('@base64YQ', false, '/b/c')).toBe('["b","c","job","@base64YQ"]');
    expect(() => id('j', false, '/b')).toThrow('odd number');
  }
});

test('long paths are not remembered', () => {
  const parser = new GroupingPathParser(false, () => 0);
  const parse = (job: string): unknown => parser.parse({ job, isJobBase64: false, labels: '', hasInvalidUtf8: false });
  expect(parse('short')).toBe(parse('short'));
  expect(parse('long'.repeat(1000))).not.toBe(parse('long'.repeat(1000)));
});

test('as many paths are remembered as groups need', () => {
  let groups = 0;
  const parser = new GroupingPathParser(false, () => groups);
  const parse = (number: number): unknown => parser.parse({ job: `j${number}`, isJobBase64: false, labels: '', hasInvalidUtf8: false });
  const first = parse(0);
  for (groups = 1; groups < knownPathsMin; groups++) parse(groups);
  expect(parse(0)).toBe(first);
  for (; groups < 3 * knownPathsMin; groups++) parse(groups);
  expect(parse(0)).toBe(first);
  groups = 0;
  parse(3 * knownPathsMin);
  expect(parse(0)).not.toBe(first);
});

test.each([' ', '=', '/', '%', '@', 'a', '_', '\n'])('a path of %j alone is read in time', (character) => {
  const text = character.repeat(200_000);
  const begun = performance.now();
  for (const labels of [`/${text}`, `/a@base64/${text}x`, `/${text}/b`, `/a/${text}`]) {
    try {
      parse('j', labels, { utf8: true });
    } catch (error) {
      expect(error).toMatchObject({ status: 400 });
    }
  }
  expect(performance.now() - begun).toBeLessThan(2000);
});
