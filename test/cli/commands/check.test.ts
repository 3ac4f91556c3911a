import { copyFileSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { acquireStoreLock } from '../../../src/persistence/store-lock.ts';
import { useTemporaryFolder } from '../../support/temporary-folder.ts';
import { groupOf, makeStore, run } from './support.ts';

const folder = useTemporaryFolder();
const at = (name: string): string => path.join(folder(), name);
const gob = path.join(import.meta.dirname, '../../fixtures/pushgateway/1.5.1.gob');

test('a sound store is summed up', async () => {
  await makeStore(at('store'), [groupOf({ job: 'a' }, 'x 1\ny 2\n'), groupOf({ job: 'b' }, 'x{i="1"} 1\nx{i="2"} 2\n')]);
  const { code, stdout } = await run(['check', at('store')]);
  expect(code).toBe(0);
  expect(stdout).toContain(`${at('store')} is sound: 2 groups, 3 metric families, 4 samples.\n`);
  expect(stdout).toContain('Created by Pushgate 1.2.3 on 1970-01-01T00:00:00.000Z.\n');
});

test('a damaged store is told with the place and the way out, and what can be read of it is salvaged', async () => {
  const groups = Array.from({ length: 200 }, (_, i) => groupOf({ job: `j${i}` }, `x ${i}\n`));
  await makeStore(at('store'), groups);
  const damaged = readFileSync(at('store')).fill(0xa5, 5 * 4096, 6 * 4096);
  writeFileSync(at('store'), damaged);
  expect(await run(['check', at('store')])).toEqual({
    code: 1,
    stdout: '',
    stderr: expect.stringMatching(
      /^pushgate: error: the store .* is damaged at page \d+: .*'pushgate check --salvage NEWFILE .*\n$/,
    ) as string,
  });
  const { code, stdout } = await run(['check', '--salvage', at('out'), at('store')]);
  expect(code).toBe(0);
  const count = Number(/^Salvaged (\d+) groups /.exec(stdout)?.[1]);
  expect(count).toBeGreaterThan(100);
  expect(count).toBeLessThan(200);
  expect(readFileSync(at('store')).equals(damaged)).toBe(true);
  expect((await run(['check', at('out')])).stdout).toContain(`: ${count} groups,`);
  expect(await run(['check', `--salvage=${at('out')}`, at('store')])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining('that file exists') as string,
  });
});

test('a persistence file of the reference is read to its end', async () => {
  copyFileSync(gob, at('gob'));
  const { code, stdout } = await run(['check', at('gob')]);
  expect([code, stdout]).toEqual([
    0,
    expect.stringMatching(/is a persistence file of the Prometheus Pushgateway .*: \d+ groups, \d+ metric families/),
  ]);
  expect(await run(['check', '--salvage', at('out'), at('gob')])).toMatchObject({ code: 1, stdout: '' });
  writeFileSync(at('cut'), readFileSync(gob).subarray(0, -10));
  expect(await run(['check', at('cut')])).toMatchObject({ code: 1, stderr: expect.stringContaining(at('cut')) as string });
});

test('what is no store is refused and left alone', async () => {
  const f = async (file: string, want: RegExp): Promise<void> => {
    expect(await run(['check', file])).toEqual({ code: 1, stdout: '', stderr: expect.stringMatching(want) as string });
  };
  writeFileSync(at('notes'), 'groceries\n');
  await f(at('missing'), /^pushgate: error: cannot read .*missing: there is no such file\n$/);
  await f(folder(), /is not a regular file\n$/);
  await f(at('notes'), /it is neither a store of Pushgate nor a persistence file/);
  await makeStore(at('held'), []);
  const lock = acquireStoreLock(`${at('held')}.lock`);
  await f(at('held'), new RegExp(`process ${process.pid} on .* holds it`));
  lock.release();
});
