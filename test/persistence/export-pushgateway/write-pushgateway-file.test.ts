import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import type { Group } from '../../../src/model/group.ts';
import { writePushgatewayFile } from '../../../src/persistence/export-pushgateway/write-pushgateway-file.ts';
import { readGobStream } from '../../../src/persistence/import-pushgateway/gob-reader.ts';
import { readPushgatewayFile } from '../../../src/persistence/import-pushgateway/read-pushgateway-file.ts';
import { groupOf } from '../../cli/commands/support.ts';
import { useTemporaryFolder } from '../../support/temporary-folder.ts';

const folder = useTemporaryFolder();
const fixture = path.join(import.meta.dirname, '..', '..', 'fixtures', 'pushgateway', '1.5.1.gob');

function write(...groups: Group[]): { bytes: Buffer; leftOut: string[] } {
  const { chunks, leftOut } = writePushgatewayFile(groups);
  return { bytes: Buffer.concat(chunks), leftOut: [...leftOut] };
}

async function readBack(bytes: Buffer): ReturnType<typeof readPushgatewayFile> {
  const file = path.join(folder(), 'gob');
  writeFileSync(file, bytes);
  return readPushgatewayFile(file);
}

test('what is written is read back: labels, times to the last bit, families', async () => {
  const labels = { job: 'größe', path: '/var/tmp', empty: '' };
  const { bytes } = write(
    groupOf(labels, '# TYPE c counter\n# HELP c Some.\nc{k="v"} 7\nu NaN\n', 1_700_000_000_123.456, 1_600_000_000_000),
    groupOf({ job: 'b' }, ''),
  );
  const [first, second] = await readBack(bytes);
  expect(Object.fromEntries(first?.labels ?? [])).toEqual(labels);
  expect(first).toMatchObject({ hasInvalidUtf8: false, pushTimeSeconds: 1_700_000_000.123456, failureTimeSeconds: 1_600_000_000 });
  expect(first?.families.map(({ family, pushedAtMs }) => [family.name, family.type, Math.round(pushedAtMs)])).toEqual([
    ['c', 'counter', 1_700_000_000_123],
    ['u', 'untyped', 1_700_000_000_123],
  ]);
  expect(first?.families[0]?.family.metrics[0]?.counter?.value).toBe(7);
  expect(second).toMatchObject({ families: [], failureTimeSeconds: 0 });
});

test('a large store is written: numbers of many bytes', async () => {
  const groups = Array.from({ length: 300 }, (_, i) => groupOf({ job: `j${String(i)}` }, `m{v="${'x'.repeat(300)}"} 1\n`));
  expect((await readBack(write(...groups).bytes)).length).toBe(300);
});

test('the keys of groups are those that the Go Pushgateway makes', () => {
  const keysOf = (bytes: Buffer): string[] => {
    const store = readGobStream(bytes);
    if (store.kind !== 'map') throw new Error('not a map');
    return store.entries.map(([key]) => (key.kind === 'bytes' ? key.value.toString('latin1') : '?'));
  };
  const written = keysOf(write(groupOf({ zone: 'z', job: 'types' }, ''), groupOf({ job: 'refused' }, '')).bytes);
  expect(keysOf(readFileSync(fixture))).toEqual(expect.arrayContaining(written));
});

test('families that the Go Pushgateway has itself are left out, and told', async () => {
  const { bytes, leftOut } = write(groupOf({ job: 'a' }, 'go_threads 1\nprocess_open_fds 2\npushgateway_build_info 1\ngolf 3\n'));
  expect(leftOut).toEqual(['go_threads', 'process_open_fds', 'pushgateway_build_info']);
  expect((await readBack(bytes))[0]?.families.map(({ family }) => family.name)).toEqual(['golf']);
});
