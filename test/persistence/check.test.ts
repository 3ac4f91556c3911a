import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { checkStore, salvageStore } from '../../src/persistence/check.ts';
import type { Group } from '../../src/model/group.ts';
import { encodeGroupRecord } from '../../src/persistence/group-record.ts';
import { LmdbFile } from '../../src/persistence/lmdb-file.ts';
import { readStore } from '../../src/persistence/read-store.ts';
import { createStoreFile } from '../../src/persistence/store-file.ts';
import { makeFormKey } from '../../src/persistence/store-record.ts';
import { showRecord } from '../contract/group-log.ts';
import { createKey } from '../exposition/families.ts';
import { decodeShared } from '../exposition/shared-form.ts';
import { makeSampleGroup } from '../support/sample-groups.ts';
import { useTemporaryFolder } from '../support/temporary-folder.ts';

const folder = useTemporaryFolder();
const now = { version: '1.0.0', nowMs: 5 };

async function makeStore(groups: number): Promise<string> {
  return createStore(Array.from({ length: groups }, (_, i) => makeSampleGroup(`job-${i}`, 1 + (i % 60), i)));
}

async function createStore(groups: readonly Group[]): Promise<string> {
  const file = path.join(folder(), 'store.mdb');
  const records = groups.map((group) => ({ key: group.key.id, value: encodeGroupRecord(group) }));
  await createStoreFile(file, { createdBy: '1.0.0', createdAtMs: 5, groups: records });
  return file;
}

/** A body of so many samples. */
function sharedBody(samples: number): (value: string) => string {
  return (value) => Array.from({ length: samples }, (_, i) => `shared_rows{table="t${i}"} ${value}\n`).join('');
}

/** 40 groups on a form that lies among the entries, 40 on one that has pages of its own, and 40 without. */
function makeMixedStore(): Promise<string> {
  const shared = ([1, 300] as const).flatMap((samples) =>
    Array.from({ length: 40 }, (_, i): Group => {
      const key = createKey({ job: `on-${samples}-${i}` });
      return { key, families: decodeShared(key, String(i), 5, sharedBody(samples)), pushTimeSeconds: 0.005, failureTimeSeconds: 0 };
    }),
  );
  return createStore([...shared, ...Array.from({ length: 40 }, (_, i) => makeSampleGroup(`plain-${i}`, 3, i))]);
}

/** Tells LMDB to put something else in the place of the form that the groups of this job rest on. */
async function writeForm(file: string, job: string, value: Buffer | null): Promise<void> {
  const { formId } = readStore(file).entries.find(({ key }) => key.includes(job)) ?? {};
  const target = new LmdbFile(file);
  await target.write([{ key: makeFormKey(String(formId)), value }]);
  await target.close();
}

function keysOf(file: string): string[] {
  return readStore(file).entries.map(({ key }) => key);
}

/** What is stored of each group, as a text that is quickly compared. */
function recordsOf(file: string): Map<string, string> {
  return new Map(readStore(file).entries.map(({ key, value }) => [key, showRecord(value)]));
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

  test('counts what groups share', async () => {
    const { groups, samples, formCount, formBytes } = checkStore(await makeMixedStore());
    expect({ groups, samples, formCount }).toEqual({ groups: 120, samples: 40 + 40 * 300 + 40 * 3, formCount: 2 });
    expect(formBytes).toBeGreaterThan(300 * 20);
  });

  test('finds a form that is missing, and one that is another', async () => {
    const file = await makeMixedStore();
    const sound = readFileSync(file);
    await writeForm(file, 'on-300', null);
    expect(() => checkStore(file)).toThrow(/damaged at page \d+: the form of the group .*on-300.* is missing\. .*--salvage NEWFILE/);
    writeFileSync(file, sound);
    await writeForm(file, 'on-300', Buffer.from('another'));
    expect(() => checkStore(file)).toThrow(/damaged at page \d+: the form [0-9a-f]{34} is damaged: its bytes are not those/);
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
    await expect(salvageStore(file, `${file}.out`, now)).resolves.toEqual({ groups: 300, strayGroups: 0, lostGroups: 0 });
    expect(keysOf(`${file}.out`)).toEqual(keysOf(file));
  });

  test('with any page lost, only the groups on that page are lost', async () => {
    const file = await makeStore(300);
    const original = readFileSync(file);
    const sound = recordsOf(file);
    for (let page = 0; page < original.length / 4096; page += 29) {
      writeFileSync(file, original);
      damage(file, page);
      const out = `${file}.${page}`;
      const { groups, strayGroups } = await salvageStore(file, out, now);
      expect(groups + strayGroups).toBeGreaterThan(300 - 60);
      for (const [key, record] of recordsOf(out)) expect(record === sound.get(key)).toBe(true);
      expect(readStore(out).entries.length).toBe(groups + strayGroups);
    }
  });

  test('a sound one comes out with its forms', async () => {
    const file = await makeMixedStore();
    await expect(salvageStore(file, `${file}.out`, now)).resolves.toEqual({ groups: 120, strayGroups: 0, lostGroups: 0 });
    expect(recordsOf(`${file}.out`)).toEqual(recordsOf(file));
    expect(checkStore(`${file}.out`)).toMatchObject({ formCount: 2 });
  });

  test('without a form, the groups that rest on it are lost, and told of', async () => {
    const file = await makeMixedStore();
    const sound = recordsOf(file);
    const original = readFileSync(file);
    for (const [i, value] of [null, Buffer.from('another')].entries()) {
      writeFileSync(file, original);
      await writeForm(file, 'on-300', value);
      // What LMDB freed may still be read, and a form that proves itself is as good from there: so it is wiped.
      const bytes = readFileSync(file);
      for (let at = bytes.indexOf('table="t299"'); at !== -1; at = bytes.indexOf('table="t299"')) bytes.fill(0, at, at + 12);
      writeFileSync(file, bytes);
      await expect(salvageStore(file, `${file}.out${i}`, now)).resolves.toEqual({ groups: 80, strayGroups: 0, lostGroups: 40 });
      expect(recordsOf(`${file}.out${i}`)).toEqual(new Map([...sound].filter(([key]) => !key.includes('on-300'))));
      expect(checkStore(`${file}.out${i}`)).toMatchObject({ groups: 80, formCount: 1 });
    }
  });

  test('a form on a page that nothing leads to serves the groups that rest on it', async () => {
    const file = await makeMixedStore();
    const sound = recordsOf(file);
    await writeForm(file, 'on-300', null);
    await expect(salvageStore(file, `${file}.out`, now)).resolves.toEqual({ groups: 120, strayGroups: 0, lostGroups: 0 });
    expect(recordsOf(`${file}.out`)).toEqual(sound);
  });

  test('with any page lost, all groups are there or told of, and none with other values', async () => {
    const file = await makeMixedStore();
    const original = readFileSync(file);
    const sound = recordsOf(file);
    for (let page = 0; page < original.length / 4096; page++) {
      writeFileSync(file, original);
      damage(file, page);
      const { groups, strayGroups, lostGroups } = await salvageStore(file, `${file}.${page}`, now);
      for (const [key, record] of recordsOf(`${file}.${page}`)) expect(record === sound.get(key)).toBe(true);
      expect(groups + strayGroups + lostGroups).toBeGreaterThan(120 - 40);
      expect(checkStore(`${file}.${page}`).groups).toBe(groups + strayGroups);
    }
  });

  test('never overwrites', async () => {
    const file = await makeStore(1);
    writeFileSync(`${file}.out`, 'mine');
    await expect(salvageStore(file, `${file}.out`, now)).rejects.toMatchObject({ code: 'PG_STORE_PATH_UNUSABLE' });
    expect(readFileSync(`${file}.out`, 'utf8')).toBe('mine');
  });
});
