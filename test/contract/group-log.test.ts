import path from 'node:path';
import { describe } from 'vitest';
import { silentLogger } from '../../src/base/logger.ts';
import { IntervalGroupLog } from '../../src/persistence/interval-group-log.ts';
import { LmdbGroupLog } from '../../src/persistence/lmdb-group-log.ts';
import { MemoryGroupLog } from '../../src/persistence/memory-group-log.ts';
import { FakeGroupLog, FakeStorage } from '../support/fake-group-log.ts';
import { useTemporaryFolder } from '../support/temporary-folder.ts';
import { testGroupLogContract, type LogHarness } from './group-log.ts';

describe('the memory log', () => {
  testGroupLogContract(() => ({ isDurable: false, create: () => new MemoryGroupLog(), reopen: () => new MemoryGroupLog() }));
});

describe('the LMDB log', () => {
  const folder = useTemporaryFolder();
  const create = (): LmdbGroupLog =>
    new LmdbGroupLog({ path: path.join(folder(), 'store.mdb'), version: '0.0.0', clock: { nowMs: Date.now }, logger: silentLogger });
  testGroupLogContract(() => ({ isDurable: true, create, reopen: create }));
});

describe('the fake log', () => {
  let storage = new FakeStorage();
  const harness: LogHarness = {
    isDurable: true,
    create: () => new FakeGroupLog((storage = new FakeStorage()), { seed: 1, delayMsMax: 1 }),
    reopen: () => new FakeGroupLog(storage, { seed: 2, delayMsMax: 1 }),
  };
  testGroupLogContract(() => harness);
});

describe('the interval log over the fake log', () => {
  let storage = new FakeStorage();
  const create = (): IntervalGroupLog =>
    new IntervalGroupLog(new FakeGroupLog(storage, { seed: 3, delayMsMax: 1 }), { intervalMs: 5, logger: silentLogger });
  testGroupLogContract(() => ({
    isDurable: true,
    create: () => {
      storage = new FakeStorage();
      return create();
    },
    reopen: create,
  }));
});
