import { copyFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { silentLogger } from '../../src/base/logger.ts';
import { checkStore, salvageStore } from '../../src/persistence/check.ts';
import { createFormRecord } from '../../src/persistence/group-log.ts';
import { LmdbFile } from '../../src/persistence/lmdb-file.ts';
import { LmdbGroupLog } from '../../src/persistence/lmdb-group-log.ts';
import { readStore } from '../../src/persistence/read-store.ts';
import { decodeEntry, makeDigestKey, makeEntryKey, measureEntry, writeEntry } from '../../src/persistence/store-record.ts';
import { change, commitChanges, RecordingSink } from '../contract/group-log.ts';
import { useTemporaryFolder } from '../support/temporary-folder.ts';

const folder = useTemporaryFolder();
/** Written by the Pushgate of before: six groups under digests, five of them on one form. */
const digestStore = path.join(import.meta.dirname, '..', 'fixtures', 'store', 'digest-keys.mdb');
const idOf = (i: number): string => `["job","j${i}"]`;

async function withLog(file: string, use: (log: LmdbGroupLog, sink: RecordingSink) => Promise<void>): Promise<void> {
  const log = new LmdbGroupLog({ path: file, version: '0.0.0', clock: { nowMs: () => 7 }, logger: silentLogger });
  const sink = new RecordingSink();
  await log.open(sink);
  await use(log, sink);
  await log.close();
}

function encodeEntry(number: number, key: string, value: string): Buffer {
  const record = { bytes: Buffer.from(value), form: null };
  const bytes = Buffer.alloc(measureEntry(key, record));
  writeEntry(bytes, { number, key, revision: 1n, record });
  return bytes;
}

/** The numbers of the groups in a file, by group. */
function numbersIn(file: string): Record<string, number | null> {
  return Object.fromEntries(readStore(file).entries.map(({ key, number }) => [key, number]));
}

test('groups are numbered in the order of their first writes, also after a restart, and no number is given twice', async () => {
  const file = path.join(folder(), 'store.mdb');
  await withLog(file, async (log) => {
    await commitChanges(log, change(idOf(3), 'a'), change(idOf(1), 'a'));
    await commitChanges(log, change(idOf(2), 'a'), change(idOf(1), 'b'));
  });
  expect(numbersIn(file)).toEqual({ [idOf(3)]: 1, [idOf(1)]: 2, [idOf(2)]: 3 });
  await withLog(file, async (log) => {
    await commitChanges(log, change(idOf(3), null));
    await commitChanges(log, change(idOf(4), 'a'), change(idOf(3), 'c'));
  });
  expect(numbersIn(file)).toEqual({ [idOf(1)]: 2, [idOf(2)]: 3, [idOf(4)]: 4, [idOf(3)]: 5 });
});

test('keys are in the order of their numbers', () => {
  const numbers = [1, 2, 255, 256, 2 ** 32 - 1, 2 ** 32, 2 ** 40 + 5, Number.MAX_SAFE_INTEGER];
  const keys = numbers.map(makeEntryKey);
  expect(keys.toSorted(Buffer.compare)).toEqual(keys);
  const read = numbers.map((number, i) => decodeEntry(keys[i] as Buffer, encodeEntry(number, idOf(i), 'x')));
  expect(read).toMatchObject(numbers.map((number, i) => ({ number, key: idOf(i) })));
});

test('an entry under the number of another is damage', () => {
  const bytes = encodeEntry(1, idOf(1), 'x');
  expect(decodeEntry(makeEntryKey(1), bytes)).toMatchObject({ key: idOf(1) });
  for (const key of [makeEntryKey(2), makeDigestKey(idOf(1)), makeDigestKey(idOf(2)), Buffer.from([1, 2])]) {
    expect(decodeEntry(key, bytes)).toBeTypeOf('string');
  }
});

test('a group that stands there twice is damage', async () => {
  const file = path.join(folder(), 'store.mdb');
  await withLog(file, (log) => commitChanges(log, change(idOf(1), 'a')).then(() => undefined));
  const target = new LmdbFile(file);
  await target.write([{ key: makeEntryKey(2), value: encodeEntry(2, idOf(1), 'b') }]);
  await target.close();
  expect(() => readStore(file)).toThrow(`the group ${idOf(1)} stands there a second time`);
});

test('a store with digests for keys is read as ever, and each group gets its number with its next write', async () => {
  const file = path.join(folder(), 'store.mdb');
  copyFileSync(digestStore, file);
  const before = readStore(file).entries;
  expect(before).toHaveLength(6);
  expect(before.every(({ number }) => number === null)).toBe(true);
  const [first, second, third] = before.map(({ key }) => key) as [string, string, string];
  await withLog(file, async (log, sink) => {
    expect([...sink.groups.keys()].sort()).toEqual(before.map(({ key }) => key).sort());
    await commitChanges(log, change(second, 'again'), change(idOf(1), 'new', 0n, createFormRecord(Buffer.from('form'))));
    await commitChanges(log, change(first, null), change(third, 'once'));
    await commitChanges(log, change(third, 'twice'));
  });
  expect(numbersIn(file)).toEqual({
    ...Object.fromEntries(before.slice(3).map(({ key }) => [key, null])),
    [second]: 1,
    [idOf(1)]: 2,
    [third]: 3,
  });
  await withLog(file, async (_log, sink) => {
    expect([second, third, idOf(1), first].map((key) => sink.groups.get(key))).toEqual(['again', 'twice', 'new on form', undefined]);
  });
});

test('a store with digests for keys is checked and salvaged', async () => {
  const file = path.join(folder(), 'store.mdb');
  copyFileSync(digestStore, file);
  expect(checkStore(file)).toMatchObject({ groups: 6, families: 6, samples: 11, formCount: 1 });
  const out = path.join(folder(), 'out.mdb');
  expect(await salvageStore(file, out, { version: '0.0.0', nowMs: 7 })).toMatchObject({ groups: 6, lostGroups: 0 });
  expect(Object.values(numbersIn(out)).sort()).toEqual([1, 2, 3, 4, 5, 6]);
});
