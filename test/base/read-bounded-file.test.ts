import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { readBoundedFile } from '../../src/base/read-bounded-file.ts';
import { useTemporaryFolder } from '../support/temporary-folder.ts';

const folder = useTemporaryFolder();

test('a file is read up to its bound, and not a byte further', () => {
  const file = path.join(folder(), 'file');
  const text = 'ü'.repeat(100_000);
  writeFileSync(file, text);
  expect(readBoundedFile(file, 200_000).toString()).toBe(text);
  expect(() => readBoundedFile(file, 199_999)).toThrow('it is longer than 199999 bytes');
  writeFileSync(file, '');
  expect(readBoundedFile(file, 0)).toHaveLength(0);
});

test('what has no size is read too: a device without an end is refused, a pipe taken', () => {
  expect(() => readBoundedFile('/dev/zero', 1_000_000)).toThrow('it is longer than 1000000 bytes');
  expect(readBoundedFile('/proc/self/status', 1_000_000).toString()).toContain('Pid:');
  const pipe = path.join(folder(), 'pipe');
  execFileSync('mkfifo', [pipe]);
  execFileSync('sh', ['-c', 'printf hello > "$1" &', 'sh', pipe], { stdio: 'ignore' });
  expect(readBoundedFile(pipe, 100).toString()).toBe('hello');
});

test('what is no file is told in the words of the system', () => {
  expect(() => readBoundedFile(folder(), 100)).toThrow('EISDIR');
  expect(() => readBoundedFile(path.join(folder(), 'none'), 100)).toThrow('ENOENT');
});
