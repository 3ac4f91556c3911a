import { copyFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { createGroupingKey } from '../../../src/model/grouping-key.ts';
import { useTemporaryFolder } from '../../support/temporary-folder.ts';
import { groupOf, makeStore, run } from './support.ts';

const folder = useTemporaryFolder();
const at = (name: string): string => path.join(folder(), name);

test('a store is written as a scrape would show it, push times included, and names as they are', async () => {
  await makeStore(at('store'), [
    groupOf({ job: 'a', zone: 'z' }, '# HELP x Some.\n# TYPE x gauge\nx{k="v"} 1\n', 1_700_000_000_500, 1_700_000_001_250),
    groupOf({ job: 'größe' }, '{"a.b","l.m"="n"} 2\n'),
  ]);
  const { code, stdout, stderr } = await run(['export', at('store')]);
  expect([code, stderr]).toEqual([0, 'Exported 2 groups with 2 metric families.\n']);
  // In which order groups come is not promised.
  expect(
    stdout
      .split('\n')
      .filter((line) => line !== '' && !line.startsWith('#'))
      .sort(),
  ).toEqual([
    'push_failure_time_seconds{instance="",job="a",zone="z"} 1.70000000125e+09',
    'push_failure_time_seconds{instance="",job="größe"} 0',
    'push_time_seconds{instance="",job="a",zone="z"} 1.7000000005e+09',
    'push_time_seconds{instance="",job="größe"} 1.700000000123456e+09',
    'x{instance="",job="a",k="v",zone="z"} 1',
    '{"a.b",instance="",job="größe","l.m"="n"} 2',
  ]);
  expect(stdout).toContain('# HELP x Some.\n# TYPE x gauge\n');
});

test('a store of megabytes comes whole, though a disk is slow', async () => {
  const lines = Array.from({ length: 10_000 }, (_, i) => `x{instance="",job="${i}",k="${'v'.repeat(100)}"} ${i}`);
  const groups = lines.map((line, i) => groupOf({ job: String(i) }, `${line}\n`));
  await makeStore(at('store'), groups);
  await run(['export', at('store'), at('page')]);
  const exported = readFileSync(at('page'), 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('x{'));
  expect(exported.sort().join('\n') === lines.sort().join('\n')).toBe(true);
});

test('a file is made, and none is overwritten', async () => {
  await makeStore(at('store'), [groupOf({ job: 'a' }, 'x 1\n')]);
  const { stdout } = await run(['export', at('store')]);
  expect(await run(['export', at('store'), at('page')])).toMatchObject({ code: 0, stdout: '' });
  expect(readFileSync(at('page'), 'utf8')).toBe(stdout);
  writeFileSync(at('page'), 'mine');
  expect(await run(['export', at('store'), at('page')])).toMatchObject({
    code: 1,
    stderr: `pushgate: error: cannot export to ${at('page')}: that file exists\n`,
  });
  expect(readFileSync(at('page'), 'utf8')).toBe('mine');
  expect(await run(['export', at('store'), at('no/such/folder')])).toMatchObject({ code: 1 });
});

test('what text cannot say and what contradicts is left out, and said', async () => {
  const native = groupOf({ job: 'n' }, 'x 1\n');
  const [family] = native.families.values();
  if (family === undefined) throw new Error('no family');
  await makeStore(at('store'), [
    groupOf({ job: 'a' }, '# TYPE x counter\nx 1\n'),
    { ...native, key: createGroupingKey(new Map([['job', 'n']])) },
  ]);
  const { code, stdout, stderr } = await run(['export', at('store')]);
  expect(code).toBe(0);
  expect(stderr).toContain('1 of the families contradict others and were left out, as in a scrape.\n');
  expect(stdout.match(/^x\{/gm)).toHaveLength(1);
});

test('a persistence file of the reference is written too, and stays as it is', async () => {
  const gob = path.join(import.meta.dirname, '../../fixtures/pushgateway/1.5.1.gob');
  copyFileSync(gob, at('gob'));
  const { code, stdout } = await run(['export', at('gob')]);
  expect(code).toBe(0);
  expect(stdout).toMatch(/^push_time_seconds\{.*job="/m);
  expect(readFileSync(at('gob')).equals(readFileSync(gob))).toBe(true);
  expect(existsSync(at('gob.lock'))).toBe(false);
});

test('a store is written as a persistence file of the reference, which is read again', async () => {
  await makeStore(at('store'), [groupOf({ job: 'a' }, 'x 1\ngo_threads 2\n')]);
  expect(await run(['export', '--format=pushgateway', at('store'), at('gob')])).toEqual({
    code: 0,
    stdout: '',
    stderr:
      'Exported 1 groups as a persistence file of the Prometheus Pushgateway.\n' +
      'Left out, since it has families of these names itself: go_threads.\n',
  });
  expect((await run(['export', at('gob')])).stdout).toContain('x{instance="",job="a"} 1\n');
});

test('a form that is none, and groups that contradict each other, are refused before anything is written', async () => {
  await makeStore(at('store'), [groupOf({ job: 'a' }, '# TYPE x counter\nx 1\n'), groupOf({ job: 'b' }, '# TYPE x gauge\nx 1\n')]);
  expect(await run(['export', '--format=gob', at('store'), at('gob')])).toMatchObject({
    code: 2,
    stderr: 'pushgate: error: --format is text or pushgateway, not gob, try pushgate export --help\n',
  });
  const { code, stderr } = await run(['export', '--format=pushgateway', at('store'), at('gob')]);
  expect([code, stderr]).toEqual([2, expect.stringContaining('1 metric families contradict others, and it would fail every scrape')]);
  expect(existsSync(at('gob'))).toBe(false);
});
