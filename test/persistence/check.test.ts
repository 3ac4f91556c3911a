import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkStore, salvageStore } from '../../src/persistence/check.ts';
import { encodeGroupRecord } from '../../src/persistence/group-record.ts';
import { readStore } from '../../src/persistence/read-store.ts';
import { createStoreFile } from '../../src/persistence/store-file.ts';
import { makeSampleGroup } from '../support/sample-groups.ts';
import { useTemporaryFolder } from '../support/temporary-folder.ts';

const folder = useTemporaryFolder();
const now = { version: '1.0.0', nowMs: 5 };

async function makeStore(groups: number): Promise<string> {
  const file = path.join(folder(), 'store.mdb');
  const records = Array.from({ length: groups }, (_, i) => {
    const group = makeSampleGroup(`job-${i}`, 1 + (i % 60), i);
    return { key: group.key.id, value: encodeGroupRecord(group) };
  });
  await createStoreFile(file, { createdBy: '1.0.0', createdAtMs: 5, groups: records });
  return file;
}

function damage(file: string, page: number): void {
  const bytes = readFileSync(file);
  bytes.fill(0xa5, page * 4096, (page + 1) * 4096);
  writeFileSync(file, bytes);
}

describe('checking a store', () => {
  test('counts what is in it', async () => {
    const file = await makeStore(300);
    expect(checkStore(file)).toMatchObject({
      groups: 300,
      families: 300,
      samples: 5 * 60 * 30.5,
      createdBy: '1.0.0',
      createdAtMs: 5,
      revision: 1n,
    });
  });

  test('names the file, the place and the way out of damage', async () => {
    const file = await makeStore(300);
    damage(file, 40);
    expect(() => checkStore(file)).toThrow(/store\.mdb is damaged at page \d+: .*pushgate check --salvage NEWFILE/);
  });

  test('refuses a file of somebody else and a missing one', async () => {
    const file = path.join(folder(), 'notes.txt');
    writeFileSync(file, 'this is not a persistence file\n');
    expect(() => checkStore(file)).toThrow(expect.objectContaining({ code: 'PG_STORE_FOREIGN' }));
    expect(() => checkStore(`${file}.missing`)).toThrow(expect.objectContaining({ code: 'PG_STORE_PATH_UNUSABLE' }));
    await expect(salvageStore(file, `${file}.out`, now)).rejects.toMatchObject({ code: 'PG_STORE_FOREIGN' });
  });
});

describe('salvaging a store', () => {
  test('a sound one comes out whole', async () => {
    const file = await makeStore(300);
    await expect(salvageStore(file, `${file}.out`, now)).resolves.toEqual({ groups: 300, strayGroups: 0 });
    expect(readStore(`${file}.out`).entries.map(({ key }) => key)).toEqual(readStore(file).entries.map(({ key }) => key));
  });

  test('with any page lost, only the groups on that page are lost', async () => {
    const file = await makeStore(300);
    const original = readFileSync(file);
    const sound = new Map(readStore(file).entries.map(({ key, value }) => [key, Buffer.from(value)]));
    for (let page = 0; page < original.length / 4096; page += 29) {
      writeFileSync(file, original);
      damage(file, page);
      const out = `${file}.${page}`;
      const { groups, strayGroups } = await salvageStore(file, out, now);
      expect(groups + strayGroups).toBeGreaterThan(300 - 60);
      for (const { key, value } of readStore(out).entries) expect(sound.get(key)?.equals(value)).toBe(true);
      expect(readStore(out).entries.length).toBe(groups + strayGroups);
    }
  });

  test('never overwrites', async () => {
    const file = await makeStore(1);
    writeFileSync(`${file}.out`, 'mine');
    await expect(salvageStore(file, `${file}.out`, now)).rejects.toMatchObject({ code: 'PG_STORE_PATH_UNUSABLE' });
    expect(readFileSync(`${file}.out`, 'utf8')).toBe('mine');
  });
});
