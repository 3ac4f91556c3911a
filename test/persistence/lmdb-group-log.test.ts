import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { crc32 } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { silentLogger } from '../../src/base/logger.ts';
import { type BatchChange, createFormRecord } from '../../src/persistence/group-log.ts';
import { createStoreFile, type NewGroup } from '../../src/persistence/store-file.ts';
import { encodeStoreHeader, headerKey } from '../../src/persistence/store-record.ts';
import { LmdbFile } from '../../src/persistence/lmdb-file.ts';
import { LmdbGroupLog, type LmdbGroupLogOptions } from '../../src/persistence/lmdb-group-log.ts';
import { readStore } from '../../src/persistence/read-store.ts';
import { change, commitChanges, RecordingSink, showRecord } from '../contract/group-log.ts';
import { useTemporaryFolder } from '../support/temporary-folder.ts';

const folder = useTemporaryFolder();

function makeLog(file: string, more: Partial<LmdbGroupLogOptions> = {}): LmdbGroupLog {
  return new LmdbGroupLog({ path: file, version: '0.0.0', clock: { nowMs: () => 7 }, logger: silentLogger, ...more });
}

async function openCode(file: string, more: Partial<LmdbGroupLogOptions> = {}): Promise<string> {
  try {
    await makeLog(file, more).open(new RecordingSink());
    return 'opened';
  } catch (error) {
    expect((error as Error).message).toContain(file);
    return (error as { code: string }).code;
  }
}

describe('opening a store', () => {
  test('makes the folders it lies in, and leaves only the data and the lock of LMDB behind', async () => {
    const file = path.join(folder(), 'a', 'b', 'store.mdb');
    const log = makeLog(file);
    await log.open(new RecordingSink());
    await commitChanges(log, change('["job","a"]', 'x'));
    await log.close();
    expect(readdirSync(path.dirname(file)).sort()).toEqual(['store.mdb', 'store.mdb-lock']);
  });

  test('takes an empty file for a new store', async () => {
    const file = path.join(folder(), 'store');
    writeFileSync(file, '');
    const log = makeLog(file);
    await log.open(new RecordingSink());
    await log.close();
  });

  test('refuses a folder, a file as a folder, and a file system that takes no files', async () => {
    mkdirSync(path.join(folder(), 'store'));
    expect(await openCode(path.join(folder(), 'store'))).toBe('PG_STORE_PATH_UNUSABLE');
    writeFileSync(path.join(folder(), 'file'), 'x');
    expect(await openCode(path.join(folder(), 'file', 'store'))).toBe('PG_STORE_PATH_UNUSABLE');
    expect(await openCode('/proc/store.mdb')).toBe('PG_STORE_PATH_UNUSABLE');
  });

  test('refuses a file that nobody knows, and leaves it as it is', async () => {
    const file = path.join(folder(), 'store');
    writeFileSync(file, 'this is not a persistence file\n');
    expect(await openCode(file)).toBe('PG_STORE_FOREIGN');
    expect(await openCode(file, { importFile: () => Promise.resolve(null) })).toBe('PG_STORE_FOREIGN');
    expect(readFileSync(file, 'utf8')).toBe('this is not a persistence file\n');
    expect(readdirSync(folder())).toEqual(['store']);
  });

  test('imports a file that the hook knows, and keeps it beside the store', async () => {
    const file = path.join(folder(), 'store');
    writeFileSync(file, 'gob');
    const importFile = (from: string): Promise<NewGroup[]> =>
      Promise.resolve([{ key: '["job","a"]', value: { bytes: readFileSync(from), form: null } }]);
    const sink = new RecordingSink();
    const log = makeLog(file, { importFile });
    await log.open(sink);
    expect([...sink.groups]).toEqual([['["job","a"]', 'gob']]);
    await log.close();
    expect(readFileSync(`${file}.pushgateway.bak`, 'utf8')).toBe('gob');
  });

  test('is refused while another log has the store', async () => {
    const file = path.join(folder(), 'store.mdb');
    const log = makeLog(file);
    await log.open(new RecordingSink());
    expect(await openCode(file)).toBe('PG_STORE_HELD');
    await commitChanges(log, change('["job","a"]', 'still mine'));
    await log.close();
    const sink = new RecordingSink();
    const next = makeLog(file);
    await next.open(sink);
    expect(sink.groups.get('["job","a"]')).toBe('still mine');
    await next.close();
  });
});

test('a store of before there were forms is read as ever, and takes them from its next commit on', async () => {
  const file = path.join(folder(), 'store.mdb');
  const record = { bytes: Buffer.from('old'), form: null };
  await createStoreFile(file, { createdBy: '0.0.1', createdAtMs: 7, groups: [{ key: '["job","a"]', value: record }] });
  await writeOldHeader(file);
  const sink = new RecordingSink();
  const log = makeLog(file);
  await log.open(sink);
  expect([...sink.groups]).toEqual([['["job","a"]', 'old']]);
  await commitChanges(log, change('["job","b"]', 'new', 0n, createFormRecord(Buffer.from('form'))));
  await log.close();
  const { header, entries } = readStore(file);
  expect(header).toMatchObject({ createdBy: '0.0.1', groupCount: 2, formCount: 1 });
  expect(new Set(entries.map(({ value }) => showRecord(value)))).toEqual(new Set(['old', 'new on form']));
});

/** Format 1 had no number of forms, which is the byte behind that of groups. */
async function writeOldHeader(file: string): Promise<void> {
  const now = encodeStoreHeader(readStore(file).header);
  const old = Buffer.concat([now.subarray(0, 22), now.subarray(23)]);
  old.writeUInt8(1, 8);
  old.writeUInt32LE(crc32(old.subarray(4)), 0);
  const target = new LmdbFile(file);
  await target.write([{ key: headerKey, value: old }]);
  await target.close();
  expect(readStore(file).header.formCount).toBe(0);
}

describe('the form of records', () => {
  const form = createFormRecord(Buffer.from('form '.repeat(2000)));
  const written: number[] = [];
  const observer = {
    onCommit: () => undefined,
    onFlush: ({ bytes }: { bytes: number }) => written.push(bytes),
    onFailure: () => undefined,
  };

  /** The number of forms in the file after each of these commits, and whether each wrote one. */
  async function countForms(...commits: readonly (readonly BatchChange[])[]): Promise<[number, boolean][]> {
    const file = path.join(folder(), 'store.mdb');
    const counts: [number, boolean][] = [];
    for (const changes of commits) {
      const log = makeLog(file, { observer });
      await log.open(new RecordingSink());
      await commitChanges(log, ...changes);
      await log.close();
      counts.push([readStore(file).header.formCount, (written.at(-1) ?? 0) > form.bytes.length]);
    }
    return counts;
  }

  test('is written with the first that rests on it, and goes with the last', async () => {
    const counts = await countForms(
      [change('a', '1', 0n, form), change('b', '1', 0n, form)],
      [change('a', '2', 0n, createFormRecord(form.bytes)), change('c', '2', 0n, form)],
      [change('a', '3'), change('b', null)],
      [change('c', '4')],
      [change('a', '5', 0n, form)],
      [change('a', null), change('c', '6', 0n, form)],
      [change('c', null), change('b', null)],
    );
    expect(counts).toEqual([
      [1, true],
      [1, false],
      [1, false],
      [0, false],
      [1, true],
      [1, false],
      [0, false],
    ]);
  });
});

test('an observer hears of every commit and flush', async () => {
  const heard: unknown[] = [];
  const observer = {
    onCommit: ({ groups }: { groups: number }) => heard.push(['commit', groups]),
    onFlush: ({ groups, bytes, atMs }: { groups: number; bytes: number; atMs: number }) =>
      heard.push(['flush', groups, bytes > 5000, atMs]),
    onFailure: (code: string) => heard.push(code),
  };
  const log = makeLog(path.join(folder(), 'store.mdb'), { observer });
  await log.open(new RecordingSink());
  await commitChanges(log, change('["job","a"]', 'x'.repeat(5000)), change('["job","b"]', 'y'));
  await log.close();
  expect(heard).toEqual([
    ['flush', 2, true, 7],
    ['commit', 2],
  ]);
});
