import { rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { silentLogger } from '../../src/base/logger.ts';
import { LmdbGroupLog } from '../../src/persistence/lmdb-group-log.ts';
import { readStore } from '../../src/persistence/read-store.ts';
import { change, commitChanges, RecordingSink } from '../contract/group-log.ts';
import { useSmallDisk } from './small-disk.ts';

const mountSmallDisk = useSmallDisk();
test('a full disk refuses commits with a plain reason, half-applies nothing, and is noticed to be cured', async ({ skip }) => {
  const disk = mountSmallDisk() ?? skip('mounting a tmpfs needs root');
  const filler = path.join(disk, 'filler');
  writeFileSync(filler, Buffer.alloc(4_000_000));
  const log = new LmdbGroupLog({ path: path.join(disk, 'store.mdb'), version: '0', clock: { nowMs: Date.now }, logger: silentLogger });
  await log.open(new RecordingSink());
  const kept: string[] = [];
  let failure: unknown = null;
  for (let i = 0; failure === null; i++) {
    const batch = [`["job","${i}a"]`, `["job","${i}b"]`];
    try {
      await commitChanges(log, ...batch.map((key) => change(key, 'x'.repeat(50_000))));
      kept.push(...batch);
    } catch (error) {
      failure = error;
    }
  }
  expect(failure).toMatchObject({
    code: 'PG_COMMIT_FAILED',
    message: expect.stringMatching(/^cannot commit 2 groups to .*: no space left on device$/) as unknown,
  });
  expect(log.health()).toMatchObject({ ready: false, reason: (failure as Error).message });
  await expect(log.commit({ changes: [change('["job","x"]', 'x')] })).rejects.toMatchObject({ code: 'PG_STORE_NOT_READY' });
  rmSync(filler);
  while (!log.health().ready) await sleep(50);
  await commitChanges(log, change('["job","after"]', 'x'));
  await log.close();
  expect(new Set(readStore(path.join(disk, 'store.mdb')).entries.map(({ key }) => key))).toEqual(new Set([...kept, '["job","after"]']));
});
