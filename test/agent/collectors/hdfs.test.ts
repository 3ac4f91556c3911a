import { chmodSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { HdfsCollector, parseDu } from '../../../src/agent/collectors/hdfs.ts';
import { useTemporaryFolder } from '../../support/temporary-folder.ts';
import { linesOf, never } from '../support.ts';

const folder = useTemporaryFolder();

test('both forms of hadoop fs -du are read', () => {
  const f = (text: string, want: [path: string, size: number, consumed: number | null][], asked = ['/']): void => {
    expect(parseDu(text, asked).lines, text).toEqual(
      want.map(([name, sizeBytes, consumedBytes]) => ({ path: name, sizeBytes, consumedBytes })),
    );
  };
  f('123  /user/a\n', [['/user/a', 123, null]]);
  f('123  369  /user/a\n0        0      /user/b\n', [
    ['/user/a', 123, 369],
    ['/user/b', 0, 0],
  ]);
  f('123  369  /user/with two  blanks\r\n', [['/user/with two  blanks', 123, 369]]);
  f('123  /user/2024 3\n', [['/user/2024 3', 123, null]]);
  f('5  15  hdfs://nn:8020/a\n', [['hdfs://nn:8020/a', 5, 15]]);
  // A relative path may begin with digits: what was asked for decides.
  f('5  2024 logs\n', [['2024 logs', 5, null]], ['2024 logs']);
  f('5  15  2024 logs\n', [['2024 logs', 5, 15]], ['2024 logs']);
  f('5  2024 logs/a\n', [['2024 logs/a', 5, null]], ['2024 logs']);
  f('5  1  /a\n6  2  /a\n', [['/a', 6, 2]]);
  f('1125899906842624  3377699720527872  /big\n', [['/big', 1125899906842624, 3377699720527872]]);
});

test('lines that are no sizes come back as they are', () => {
  expect(parseDu('12 /a\n24/01/02 WARN something\n\n/b\n', ['/a']).unreadable).toEqual(['24/01/02 WARN something', '/b']);
  expect(parseDu('5 G  15 G  /a\n1.2 K  3.6 K  /b\n', ['/']).unreadable).toEqual(['5 G  15 G  /a', '1.2 K  3.6 K  /b']);
  // Unless that is what was asked for.
  expect(parseDu('5  G 1\n', ['G 1']).lines).toEqual([{ path: 'G 1', sizeBytes: 5, consumedBytes: null }]);
});

/** A program that prints what it was asked for, as hadoop would. */
function fakeHadoop(script: string): string[] {
  const file = path.join(folder(), 'hadoop');
  writeFileSync(file, `#!/bin/sh\n${script}\n`);
  chmodSync(file, 0o755);
  return [file, 'fs'];
}

test('hadoop is asked for sums of all paths at once', async () => {
  const command = fakeHadoop('[ "$*" = "fs -du -s /a /b c" ] && [ $# = 5 ] || exit 9\necho "1  3  /a"\necho "2  6  /b c"');
  const collection = await new HdfsCollector({ kind: 'hdfs', command, paths: ['/a', '/b c'], isSummary: true }).collect(never);
  expect(collection.problem).toBeNull();
  expect(linesOf(collection)).toEqual([
    'hdfs_du_exit_code 0',
    'hdfs_path_size_bytes{path="/a"} 1',
    'hdfs_path_size_bytes{path="/b c"} 2',
    'hdfs_path_size_with_replication_bytes{path="/a"} 3',
    'hdfs_path_size_with_replication_bytes{path="/b c"} 6',
  ]);
});

test('a path that is missing costs its own sizes only, and is told of', async () => {
  const script =
    'echo "WARN util.NativeCodeLoader: no native library" >&2\necho "1  /a"\necho "du: \\`/nope\': No such file or directory" >&2\nexit 1';
  const command = fakeHadoop(script);
  const { families, problem } = await new HdfsCollector({ kind: 'hdfs', command, paths: ['/a', '/nope'], isSummary: true }).collect(never);
  expect(problem).toBe("hadoop ended with exit code 1: du: `/nope': No such file or directory");
  expect(linesOf({ families })).toEqual(['hdfs_du_exit_code 1', 'hdfs_path_size_bytes{path="/a"} 1']);
});

test('a hadoop that is not there, or tells nothing, is a failure', async () => {
  const f = async (command: string[], want: string): Promise<void> => {
    await expect(new HdfsCollector({ kind: 'hdfs', command, paths: ['/a'], isSummary: false }).collect(never)).rejects.toThrow(want);
  };
  await f([path.join(folder(), 'none'), 'fs'], 'there is no such program');
  await f(fakeHadoop('echo "Connection refused" >&2; exit 255'), 'hadoop ended with exit code 255: Connection refused');
});
