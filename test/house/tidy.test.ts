import { expect, test } from 'vitest';
import { findUntidiness } from './tidy.ts';
import { readRepository } from './tree.ts';

test('the house is tidy', () => {
  expect(findUntidiness(readRepository())).toEqual([]);
});

test('each kind of untidiness is found', () => {
  const f = (file: string, text: string, want: string[]): void => {
    expect(
      findUntidiness(
        new Map([
          [file, text],
          ['src/base/README.md', ''],
        ]),
      ),
      file,
    ).toEqual(want);
  };
  f('src/base/a.ts', 'export const a = 1;\n', []);
  f('src/base/Big.ts', '', ['src/base/Big.ts: file names are kebab-case']);
  f('src/base/two_words.ts', '', ['src/base/two_words.ts: file names are kebab-case']);
  f('src/base/utils.ts', '', ['src/base/utils.ts: a helper without a home shows a missing noun']);
  f('src/base/a.ts', 'export default 1;\n', ['src/base/a.ts: no default exports']);
  f('src/base/a.ts', 'export default function a() {}\n', ['src/base/a.ts: no default exports']);
  f('src/base/a.ts', '\n'.repeat(500), ['src/base/a.ts: 501 lines; 450 are the most']);
  f('src/base/a.ts', `function long() {${'\n'.repeat(100)}}`, ['src/base/a.ts: long has 101 lines; 90 are the most']);
  f('src/base/a.ts', `const long = () => {${'\n'.repeat(100)}}`, ['src/base/a.ts: (unnamed) has 101 lines; 90 are the most']);
  f('src/attic/a.ts', '', ['src/attic: every room has a README.md']);
  f('docs/a.md', ['see ', 'work', 'x'].join('/'), [`docs/a.md: names a path of somebody's machine (${['', 'work', ''].join('/')})`]);
  f('docs/a.md', ['https://registry', 'npmjs.org/x'].join('.'), ['docs/a.md: names a package registry']);
  f('package-lock.json', '{"packages":{"node_modules/a":{"resolved":"https://x"}}}', [
    'package-lock.json: names where node_modules/a was fetched from',
  ]);
  f('package-lock.json', '{"packages":{"node_modules/a":{"optionalDependencies":{"b":"1","c":"1"}},"node_modules/b":{}}}', [
    'package-lock.json: has no entry for c, so npm ci refuses it',
  ]);
  f('docs/a.md', 'https://example.org/work/x and ./root/y and GET /home', []);
});
