import { execFileSync } from 'node:child_process';
import { mkdirSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { FileCollector } from '../../../src/agent/collectors/file.ts';
import type { Collection } from '../../../src/agent/collector.ts';
import { compileGlob } from '../../../src/agent/pattern.ts';
import { useTemporaryFolder } from '../../support/temporary-folder.ts';
import { linesOf, never } from '../support.ts';

const folder = useTemporaryFolder();

function write(name: string, text: string): void {
  writeFileSync(path.join(folder(), name), text);
  utimesSync(path.join(folder(), name), 1_700_000_000, 1_700_000_000.5);
}

function collect(...globs: string[]): Promise<Collection> {
  return new FileCollector({ kind: 'file', directory: folder(), files: globs.map((glob) => compileGlob(glob)) }).collect(never);
}

test('files are read with their times, one family of several files is one', async () => {
  write('a.prom', '# HELP jobs Jobs.\n# TYPE jobs gauge\njobs{n="a"} 1\n');
  write('b.prom', '# TYPE jobs gauge\njobs{n="b"} 2\n');
  write('c.txt', 'c 1\n');
  write('.hidden.prom', 'half');
  const { families, problem } = await collect('*.prom');
  expect(problem).toBeNull();
  expect(linesOf({ families })).toEqual([
    'jobs{n="a"} 1',
    'jobs{n="b"} 2',
    'textfile_error{file="a.prom"} 0',
    'textfile_error{file="b.prom"} 0',
    'textfile_mtime_seconds{file="a.prom"} 1.7000000005e+09',
    'textfile_mtime_seconds{file="b.prom"} 1.7000000005e+09',
  ]);
  expect(linesOf(await collect('c.???', 'x*'))).toContain('c 1');
});

test('what is wrong in one file costs no other file', async () => {
  write('a.prom', 'ok 1\n');
  write('b.prom', 'broken{ 1\n');
  write('c.prom', 'half 1');
  write('d.prom', '# TYPE ok counter\nok 2\n');
  write('e.prom', 'ok 3\nfine 1\n');
  write('g.prom', 'stamped 1 1700000000000\n');
  mkdirSync(path.join(folder(), 'folder.prom'));
  execFileSync('mkfifo', [path.join(folder(), 'fifo.prom')]);
  const { families, problem } = await collect('*.prom');
  const lines = linesOf({ families });
  expect(lines.filter((line) => !line.startsWith('textfile_'))).toEqual(['fine 1', 'ok 1']);
  const bad = lines.flatMap((line) => /^textfile_error\{file="(.*)"\} 1$/.exec(line)?.[1] ?? []);
  expect(bad).toEqual(['b.prom', 'c.prom', 'fifo.prom', 'folder.prom', 'g.prom']);
  expect(problem).toContain('b.prom: text format parsing error in line 1');
  expect(problem).toContain(
    'c.prom: text format parsing error in line 1: unexpected end of input stream; hint: the last line must end in a line feed',
  );
  expect(problem).toContain('fifo.prom: it is not a file');
  expect(problem).toMatch(/; and 2 more$/);
});

test('files that contradict each other are told of', async () => {
  write('a.prom', 'ok 1\n');
  write('b.prom', '# TYPE ok counter\nok 2\n');
  write('c.prom', 'ok 3\n');
  const { problem } = await collect('*.prom');
  expect(problem).toBe(
    'b.prom: ok is a counter, but a untyped in a.prom; left out; c.prom: ok{instance=""} is brought by a.prom too; left out',
  );
});

test('a directory that is not there is a failure', async () => {
  const collector = new FileCollector({ kind: 'file', directory: path.join(folder(), 'none'), files: [compileGlob('*')] });
  await expect(collector.collect(never)).rejects.toThrow('cannot read the directory');
});
