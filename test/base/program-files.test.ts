import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { filesBelow, programFiles } from '../../src/base/program-files.ts';
import { useTemporaryFolder } from '../support/temporary-folder.ts';

const folder = useTemporaryFolder();

test('files below a folder have names with slashes, and folders are none', () => {
  mkdirSync(path.join(folder(), 'a', 'b'), { recursive: true });
  writeFileSync(path.join(folder(), 'top'), '1');
  writeFileSync(path.join(folder(), 'a', 'b', 'deep'), '2');
  const files = filesBelow(folder());
  expect([...files.list()].sort()).toEqual(['a/b/deep', 'top']);
  expect(files.read('a/b/deep').toString()).toBe('2');
});

test('a folder that is not there has no files', () => {
  expect(filesBelow(path.join(folder(), 'gone')).list()).toEqual([]);
  expect(() => filesBelow(folder()).read('gone')).toThrow('ENOENT');
});

test('the package of the program is found from its sources', () => {
  expect(JSON.parse(programFiles('').read('package.json').toString())).toMatchObject({ name: 'pushgate' });
});
