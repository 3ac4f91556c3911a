import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { flagKeys, flagTable, type Flags } from '../../src/cli/flags.ts';
import { checkChangelog, findDeadLinks, listCodeBlocks, listDifferenceIds, listFlagRows } from './docs.ts';
import { readRepository } from './tree.ts';

const repository = readRepository();
const read = (file: string): string => repository.get(file) ?? '';

test('the flags of the README are the flags of the command, with their defaults and meanings, in the order of the usage', () => {
  const rows = flagKeys().map((key) => flagRow(key));
  expect(listFlagRows(read('README.md'))).toEqual(rows);
});

test('the flags of the Chinese README are the same, with the same defaults', () => {
  const nameAndDefault = (rows: string[][]): string[][] => rows.map((cells) => cells.slice(0, 2));
  const chinese = listFlagRows(read('README.zh-CN.md'), '启动参数');
  expect(nameAndDefault(chinese)).toEqual(nameAndDefault(listFlagRows(read('README.md'))));
  expect(chinese.filter(([, , meaning = '']) => !/\p{Script=Han}/u.test(meaning))).toEqual([]);
});

test('the README in both languages has the same blocks of code in the same order, and each names the other at its top', () => {
  const [english, chinese] = [read('README.md'), read('README.zh-CN.md')];
  expect(listCodeBlocks(chinese)).toEqual(listCodeBlocks(english));
  expect(english.split('\n').slice(0, 4).join('\n')).toContain('(README.zh-CN.md)');
  expect(chinese.split('\n').slice(0, 4).join('\n')).toContain('(README.md)');
});

test('the README in both languages leads to the same pages; the Chinese one leads to its guide, too', () => {
  const targets = (file: string): string[] =>
    [...new Set([...read(file).matchAll(/\]\(([^()\s]+)\)/g)].map(([, target = '']) => target))].sort();
  const own = ['README.md', 'README.zh-CN.md', 'docs/zh-CN/guide.md'];
  const others = (file: string): string[] => targets(file).filter((target) => !own.includes(target));
  expect(others('README.zh-CN.md')).toEqual(others('README.md'));
  expect(targets('README.zh-CN.md')).toContain('docs/zh-CN/guide.md');
});

function flagRow<K extends keyof Flags>(key: K): string[] {
  const { name, kind, fallback, help } = flagTable[key];
  const value = kind.format(fallback);
  return [`\`--${name}\``, value === '' ? '' : `\`${value}\``, help];
}

test('docs/differences.md tells users of every difference that the conformance kit is told of, and of no other', () => {
  const kit = path.join(import.meta.dirname, '..', 'conformance', 'differences.json');
  const ids = Object.keys(JSON.parse(readFileSync(kit, 'utf8')) as object);
  expect(listDifferenceIds(read('docs/differences.md')).sort()).toEqual(ids.sort());
});

test('every relative link in the documents leads somewhere', () => {
  expect(findDeadLinks(repository)).toEqual([]);
});

test('the changelog says what is unreleased, and tags every change', () => {
  expect(checkChangelog(read('CHANGELOG.md'))).toEqual([]);
});

test('the README says how to run the tests, where .ci/run reads it', () => {
  expect(read('README.md')).toMatch(/^<!-- test-command -->\n+```sh\n[^`]*npm test[^`]*\n```$/m);
});

test('dead links are found', () => {
  const f = (text: string, want: string[]): void => {
    const tree = new Map([
      ['docs/a.md', text],
      ['docs/b.md', '# One `two`: three\n'],
      ['README.md', ''],
    ]);
    expect(findDeadLinks(tree), text).toEqual(want.map((target) => `docs/a.md: the link to ${target} leads nowhere`));
  };
  f('[b](b.md) [up](../README.md) [folder](../docs/) [web](https://example.org/x)', []);
  f('[gone](c.md)', ['c.md']);
  f('[up](../GONE.md)', ['../GONE.md']);
  f('[part](b.md#one-two-three)', []);
  f('[part](b.md#four)', ['b.md#four']);
  f('# Here\n\n[here](#here) [there](#there)', ['#there']);
  f('`[code](c.md)`\n\n```\n[code](c.md)\n```\n', []);
});

test('a changelog that breaks the rules is found', () => {
  const f = (text: string, want: string[]): void => {
    expect(checkChangelog(`# Changelog\n\n${text}`), text).toEqual(want);
  };
  f('## Unreleased\n\n- [FEATURE] One.\n  Continued.\n- [BUGFIX] Two.\n\n## 1.0.0 / 2026-01-31\n\n- [CHANGE] Three.\n', []);
  f('## 1.0.0 / 2026-01-31\n', ['the first section is not "## Unreleased"']);
  f('## Unreleased\n\n- One.\n', ['"- One." has no allowed tag']);
  f('## Unreleased\n\n- [FIX] One.\n', ['"- [FIX] One." has no allowed tag']);
  f('## Unreleased\n\n- [BUGFIX] Two.\n- [FEATURE] One.\n', ['the changes of "Unreleased" are not in the order of their tags']);
  f('## Unreleased\n\n## 1.0\n', ['"## 1.0" is not a version with its date']);
});

test('ids of differences are read from the first column only', () => {
  expect(listDifferenceIds('| `a/b-1`, `c/d` | text `e/f` |\n`g/h`\n')).toEqual(['a/b-1', 'c/d']);
});

test('blocks of code are compared without the comments behind their commands', () => {
  const page = (comment: string): string => `text\n\n\`\`\`sh\nrun a   # ${comment}\n\`\`\`\n\n\`\`\`yaml\na: 1\n\`\`\`\n`;
  expect(listCodeBlocks(page('one'))).toEqual(['```sh\nrun a\n```', '```yaml\na: 1\n```']);
  expect(listCodeBlocks(page('二'))).toEqual(listCodeBlocks(page('one')));
  expect(listCodeBlocks(page('one').replace('run a', 'run b'))).not.toEqual(listCodeBlocks(page('one')));
});

test('rows of flags are read from their own section only', () => {
  const readme =
    '| `--a` | `1` | x |\n## Flags\n\n| Flag |\n| --- |\n| `--b.c` | `:9091` | text |\n| `--d` | | t |\n## Next\n| `--e` | | |\n';
  expect(listFlagRows(readme)).toEqual([
    ['`--b.c`', '`:9091`', 'text'],
    ['`--d`', '', 't'],
  ]);
});
