import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, test } from 'vitest';
import { Failure } from '../../src/base/errors.ts';
import { silentLogger } from '../../src/base/logger.ts';
import { createFormRecord, type FormRecord } from '../../src/persistence/group-log.ts';
import { encodeGroupRecord } from '../../src/persistence/group-record.ts';
import { LmdbGroupLog } from '../../src/persistence/lmdb-group-log.ts';
import { change, commitChanges, RecordingSink, showRecord } from '../contract/group-log.ts';
import { createFractions } from '../fuzz/random.ts';
import { readStore } from '../../src/persistence/read-store.ts';
import { makeSampleGroup } from '../support/sample-groups.ts';
import { useTemporaryFolder } from '../support/temporary-folder.ts';

const seed = Number(process.env.PUSHGATE_SEED ?? 20_240_607);
const folder = useTemporaryFolder({ inMemory: true });

function makeLog(file: string): LmdbGroupLog {
  return new LmdbGroupLog({ path: file, version: '0.0.0', clock: { nowMs: Date.now }, logger: silentLogger });
}

/** Of some bytes to some pages. */
function makeForm(i: number): FormRecord {
  return createFormRecord(Buffer.from(`form ${i} `.repeat(1 + i * i * 2)));
}

/** A store with deletes, overwrites, small and large records and forms behind it: branch pages, overflow pages, free pages. */
async function makeStore(file: string): Promise<Map<string, string>> {
  const log = makeLog(file);
  await log.open(new RecordingSink());
  const random = createFractions(seed);
  for (let i = 0; i < 40; i++) {
    const changes = new Map<string, string | null>();
    for (let j = 0; j < 20; j++) {
      const samples = random() < 0.5 ? 1 : Math.floor(random() * 100);
      const record = Buffer.from(encodeGroupRecord(makeSampleGroup(`job-${Math.floor(random() * 150)}`, samples, i)).bytes).toString(
        'latin1',
      );
      changes.set(`["job","${Math.floor(random() * 150)}"]`, random() < 0.2 ? null : record);
    }
    const forms = Array.from(changes, () => (random() < 0.5 ? null : makeForm(Math.floor(random() * 20))));
    await commitChanges(log, ...Array.from(changes, ([key, value], j) => change(key, value, 0n, forms[j])));
  }
  await log.close();
  return readGroups(file);
}

async function readGroups(file: string): Promise<Map<string, string>> {
  const sink = new RecordingSink();
  const log = makeLog(file);
  await log.open(sink);
  await log.close();
  return sink.groups;
}

describe('a damaged store', () => {
  let original = Buffer.alloc(0);
  let groups = new Map<string, string>();

  beforeAll(async () => {
    const file = path.join(folder(), 'sound.mdb');
    groups = await makeStore(file);
    expect([...groups.values()].filter((text) => text.includes(' on form ')).length).toBeGreaterThan(20);
    original = readFileSync(file);
  });

  /** A damaged file is refused with a clear message and left as it is, or nothing is missing and LMDB can write it. */
  async function openDamaged(file: string, damaged: Buffer): Promise<'refused' | 'harmless'> {
    writeFileSync(file, damaged);
    const refusal = await tryDamaged(file);
    if (refusal === null) return 'harmless';
    expect(refusal).toBeInstanceOf(Failure);
    expect((refusal as Failure).code).toMatch(/^PG_STORE_(DAMAGED|FOREIGN)$/);
    expect((refusal as Failure).message).toContain(file);
    expect(readFileSync(file).equals(damaged)).toBe(true);
    return 'refused';
  }

  async function tryDamaged(file: string): Promise<unknown> {
    const sink = new RecordingSink();
    const log = makeLog(file);
    try {
      await log.open(sink);
    } catch (error) {
      return error;
    }
    expect(sink.groups).toEqual(groups);
    const changes = new Map([
      ['["job","new"]', 'x'.repeat(9000)],
      ...[...groups.keys()].slice(0, 20).map((key) => [key, 'after'] as const),
    ]);
    await commitChanges(log, ...Array.from(changes, ([key, value]) => change(key, value)));
    await log.close();
    const after = readStore(file).entries.map(({ key, value }) => [key, showRecord(value)] as const);
    expect(new Map(after)).toEqual(new Map([...groups, ...changes]));
    return null;
  }

  test(`with any byte changed is refused with a message, or nothing is lost by it (1,000 of them, seed ${seed})`, async () => {
    const random = createFractions(seed);
    const outcomes = { refused: 0, harmless: 0 };
    for (let i = 0; i < 1000; i++) {
      const damaged = Buffer.from(original);
      // Half of the flips go where little is: heads of pages, which are most of what LMDB believes.
      const page = Math.floor((random() * damaged.length) / 4096) * 4096;
      const at = random() < 0.5 ? Math.floor(random() * damaged.length) : page + Math.floor(random() * 192);
      damaged[at] = (damaged[at] ?? 0) ^ (1 << Math.floor(random() * 8));
      outcomes[await openDamaged(path.join(folder(), 'flip.mdb'), damaged)] += 1;
    }
    expect(outcomes.refused).toBeGreaterThan(200);
    expect(outcomes.harmless).toBeGreaterThan(200);
  }, 120_000);

  test('with any byte of the meta pages changed is refused, or nothing is lost by it', async () => {
    for (let at = 0; at < 170; at++) {
      for (const page of [0, 4096]) {
        const damaged = Buffer.from(original);
        damaged[page + at] = (damaged[page + at] ?? 0) ^ (1 << (at % 8));
        await openDamaged(path.join(folder(), 'meta.mdb'), damaged);
      }
    }
  }, 120_000);

  test('with a page wiped, or another page in its place, is refused, or nothing is lost by it', async () => {
    const pages = original.length / 4096;
    for (let page = 0; page < pages; page++) {
      const wiped = Buffer.from(original).fill(0, page * 4096, (page + 1) * 4096);
      await openDamaged(path.join(folder(), 'wiped.mdb'), wiped);
      const moved = Buffer.from(original);
      original.copy(moved, page * 4096, ((page + 7) % pages) * 4096, ((page + 7) % pages) * 4096 + 4096);
      await openDamaged(path.join(folder(), 'moved.mdb'), moved);
    }
  }, 120_000);

  test('cut short anywhere is refused, or nothing is lost by it', async () => {
    for (let length = 1; length < original.length; length += 3333) {
      const file = path.join(folder(), 'cut.mdb');
      await openDamaged(file, original.subarray(0, length));
    }
  }, 120_000);

  test('with a stale page in the place of a newer one is refused', async () => {
    const file = path.join(folder(), 'stale.mdb');
    writeFileSync(file, original);
    const log = makeLog(file);
    await log.open(new RecordingSink());
    await commitChanges(log, change('["job","1"]', 'newer'));
    const states = [original, readFileSync(file)];
    await commitChanges(log, change('["job","1"]', 'newest'));
    await log.close();
    const newest = readFileSync(file);
    for (const old of states) {
      for (let page = 2; page * 4096 < newest.length; page++) {
        // A meta page put back as a whole is the state before the last commit, as if it had never been: no file can tell that of itself.
        if (old.subarray(page * 4096, (page + 1) * 4096).equals(newest.subarray(page * 4096, (page + 1) * 4096))) continue;
        const mixed = Buffer.from(newest);
        old.copy(mixed, page * 4096, page * 4096, (page + 1) * 4096);
        writeFileSync(`${file}.${page}`, mixed);
        const found = await readGroups(`${file}.${page}`).catch((error: unknown) => (error as Failure).code);
        if (typeof found !== 'string') expect(found.get('["job","1"]')).toBe('newest');
        else expect(found).toBe('PG_STORE_DAMAGED');
      }
    }
  }, 60_000);
});
