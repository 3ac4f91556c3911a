import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { documentPartBytes } from '../../../src/cli/commands/limits.ts';
import { decodeGroupRecord } from '../../../src/persistence/group-record.ts';
import { readStore } from '../../../src/persistence/read-store.ts';
import { acquireStoreLock } from '../../../src/persistence/store-lock.ts';
import { useTemporaryFolder } from '../../support/temporary-folder.ts';
import { groupOf, makeStore, nowMs, run } from './support.ts';
import { everyType } from '../../support/every-type.ts';

const folder = useTemporaryFolder();
const at = (name: string): string => path.join(folder(), name);

/** What is stored: the names of families and both times, by group. */
function stored(file: string): Record<string, readonly [families: string, pushTimeSeconds: number, failureTimeSeconds: number]> {
  const groups = readStore(file).entries.map(({ value }) => decodeGroupRecord(value));
  return Object.fromEntries(
    groups.map(({ key, families, pushTimeSeconds, failureTimeSeconds }) => [
      key.labels.map(({ name, value }) => `${name}=${value}`).join(),
      [[...families.keys()].sort().join(), pushTimeSeconds, failureTimeSeconds] as const,
    ]),
  );
}

const sorted = (page: string): string[] => page.split('\n').sort();

/** And what text may say of labels that the reference's file cannot hold. */
const everyTypeAndName = `${everyType}g{instance="own"} 5e-324
{"with.dot","l.m"="n"} 2
`;

test('what was exported comes back, every type, label, help and time', async () => {
  await makeStore(at('store'), [
    groupOf({ job: 'a' }, everyTypeAndName),
    groupOf({ job: 'a', zone: 'größe 🎉', empty: '' }, everyTypeAndName, 1_699_999_999_999.999, 1_700_000_000_000.001),
    groupOf({ job: 'a', instance: 'i' }, 'x{k="v"} 1\n', 0, 5),
    groupOf({ job: 'refused' }, '', 0, 1_700_000_000_777.25),
    groupOf({ job: 'nothing' }, ''),
  ]);
  const { stdout: page } = await run(['export', at('store')]);
  expect(await run(['import', at('copy')], page)).toEqual({
    code: 0,
    stdout: `Imported 5 groups into ${at('copy')}; 0 of them took the place of stored ones. It holds 5 groups now.\n`,
    stderr: '',
  });
  expect(stored(at('copy'))).toEqual(stored(at('store')));
  const { stdout: again } = await run(['export', at('copy')]);
  expect(sorted(again)).toEqual(sorted(page));
});

test('a page of a gateway is sorted into its groups, without what the gateway says of itself', async () => {
  writeFileSync(
    at('page'),
    `# TYPE go_goroutines gauge
go_goroutines 7
go_goroutines{instance="",job="a"} 8
# TYPE process_open_fds gauge
process_open_fds 9
# TYPE pushgateway_build_info gauge
pushgateway_build_info{version="1.11.3"} 1
# TYPE push_failure_time_seconds gauge
push_failure_time_seconds{instance="",job="a"} 0
push_failure_time_seconds{instance="i",job="a"} 1.5e+09
# TYPE push_time_seconds gauge
push_time_seconds{instance="",job="a"} 1.6e+09
push_time_seconds{instance="i",job="a"} 1.7e+09
# TYPE x untyped
x{instance="",job="a"} 1
x{instance="j",job="a"} 2
x{instance="i",job="a"} 3
`,
  );
  const { code, stderr } = await run(['import', at('store'), at('page')]);
  expect([code, stderr]).toEqual([0, "Skipped 3 series of the gateway's own metrics.\n"]);
  expect(stored(at('store'))).toEqual({
    'job=a': ['go_goroutines,x', 1.6e9, 0],
    'instance=i,job=a': ['x', 1.7e9, 1.5e9],
  });
  expect((await run(['export', at('store')])).stdout).toContain('x{instance="",job="a"} 1\nx{instance="j",job="a"} 2\n');
});

test('a group takes the place of the stored one, others stay, and all must fit together', async () => {
  await makeStore(at('store'), [groupOf({ job: 'a' }, '# TYPE x counter\nx 1\ny 1\n'), groupOf({ job: 'b' }, '# TYPE z gauge\nz 1\n')]);
  const before = readFileSync(at('store'));
  const clash = 'push_time_seconds{job="a"} 5\npush_time_seconds{job="c"} 5\n# TYPE z counter\nz{job="c"} 1\n';
  expect(await run(['import', at('store')], clash)).toEqual({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(/^pushgate: error: cannot import the group \{"job":"c"\}: .*"z".*gauge/) as string,
  });
  expect(readFileSync(at('store')).equals(before)).toBe(true);
  const page = 'push_time_seconds{job="a"} 5\n# TYPE x gauge\nx{job="a"} 1\n';
  expect((await run(['import', at('store')], page)).stdout).toContain('1 of them took the place of stored ones. It holds 2 groups now.\n');
  expect(stored(at('store'))).toMatchObject({ 'job=a': ['x', 5, 0], 'job=b': ['z', 1_700_000_000.123456, 0] });
});

test('what cannot be placed is named, and then nothing is stored', async () => {
  const f = async (page: string, want: string): Promise<void> => {
    expect(await run(['import', at('store')], page), page).toEqual({
      code: 2,
      stdout: '',
      stderr: expect.stringContaining(want) as string,
    });
    expect(existsSync(at('store'))).toBe(false);
  };
  const times = 'push_time_seconds{job="a"} 5\n';
  await f(`${times}x{job="b",k="v"} 1\n`, 'cannot import the series x{job="b",k="v"}: no push_time_seconds of the document has labels');
  await f(`${times}x 1\n`, 'cannot import the series x{}: no push_time_seconds');
  await f(
    'push_time_seconds{job="a",p="1"} 5\npush_time_seconds{job="a",q="1"} 5\nx{job="a",p="1",q="1"} 1\n',
    'cannot import the series x{job="a",p="1",q="1"}: more than one group fits it; --grouping-labels=job,instance',
  );
  await f('push_time_seconds 5\n', 'cannot import the series push_time_seconds{}: it has no job');
  await f('push_time_seconds{job="a"} NaN\n', 'its value is no time');
  await f(`${times}x{job="a"} 1 1234\n`, 'cannot import the series x{job="a"}: it has a timestamp');
  await f(`${times}x{job="a"} 1\nx{job="a"} 2\n`, 'cannot import the group {"job":"a"}');
  await f(`${times}x{job="a"} 1\n\n{\n`, 'line 4');
  await f(`# a page\n${times}# TYPE x gauge\nx{job="a"} one\n`, 'line 4');
  await f(`${times}x{job="a"} 1`, 'unexpected end of input stream');
  await f(`x{job="a"} 1\n${times}x{job="a"} 2\n`, 'the lines of x do not stand together');
});

test('--grouping-labels says how to group what fits no group, or several', async () => {
  const page = `push_time_seconds{job="a",p="1"} 5
push_time_seconds{job="a",q="1"} 6
x{job="a",p="1",q="1"} 1
x{job="b",instance="i",k="v"} 1
x{job="b",instance="",k="v"} 1
`;
  const { code } = await run(['import', '--grouping-labels', 'job, instance,q', at('store'), '-'], page);
  expect(code).toBe(0);
  expect(stored(at('store'))).toEqual({
    'job=a,p=1': ['', 5, 0],
    'job=a,q=1': ['x', 6, 0],
    'instance=i,job=b': ['x', nowMs / 1000, 0],
    'job=b': ['x', nowMs / 1000, 0],
  });
  expect(await run(['import', '--grouping-labels=job', at('other')], 'x 1\n')).toMatchObject({
    code: 2,
    stderr: 'pushgate: error: cannot import the series x{}: it has no job\n',
  });
});

test('a document of many parts is read as one, wherever it is cut', async () => {
  const families = Array.from({ length: 60 }, (_, i) => {
    const lines = Array.from({ length: 500 }, (_, n) => `m${i}{job="a",n="${n}",pad="${'x'.repeat(50)}"} ${n}\n`);
    return `# HELP m${i} Help.\n# TYPE m${i} gauge\n${lines.join('')}`;
  });
  const page = `${families.slice(0, 30).join('')}push_time_seconds{job="a"} 5\n${families.slice(30).join('')}`;
  expect(Buffer.byteLength(page)).toBeGreaterThan(2 * documentPartBytes);
  expect(await run(['import', at('store')], page)).toMatchObject({ code: 0 });
  const [group] = readStore(at('store')).entries.map(({ value }) => decodeGroupRecord(value));
  expect([group?.families.size, [...(group?.families.values() ?? [])].reduce((sum, { sampleCount }) => sum + sampleCount, 0)]).toEqual([
    60, 30_000,
  ]);
  const lineCount = page.split('\n').length;
  expect((await run(['import', at('other')], `${page}bad{\n`)).stderr).toContain(`line ${lineCount}`);
});

test('a store that a server holds, a file of somebody else and one that cannot be read are refused', async () => {
  await makeStore(at('held'), []);
  const lock = acquireStoreLock(`${at('held')}.lock`);
  expect(await run(['import', at('held')], '')).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`process ${process.pid}`) as string,
  });
  lock.release();
  writeFileSync(at('notes'), 'groceries\n');
  expect(await run(['import', at('notes')], '')).toMatchObject({ code: 1, stderr: expect.stringContaining('it is no store') as string });
  expect(readFileSync(at('notes'), 'utf8')).toBe('groceries\n');
  expect(await run(['import', at('store'), at('missing')])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('cannot read') as string,
  });
});
