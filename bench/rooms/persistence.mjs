// node bench/rooms/persistence.mjs (after `npm run build`): records of groups to bytes and back, and commits to a store on the disk of this folder.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import path from 'node:path';
import { createSystemClock } from '../../dist/base/clock.js';
import { silentLogger } from '../../dist/base/logger.js';
import { decodeGroupRecord, encodeGroupRecord } from '../../dist/persistence/group-record.js';
import { LmdbGroupLog } from '../../dist/persistence/lmdb-group-log.js';
import { createStore, fillStore } from './filled-store.mjs';
import { printTitle, time } from './stopwatch.mjs';

const groups = 100;
const batchGroups = 32;

printTitle('persistence');
for (const samples of [50, 1000]) {
  const store = createStore();
  fillStore(store, groups, samples);
  const stored = [...store.groups()];
  const records = stored.map(encodeGroupRecord);
  const bytes = records.reduce((sum, record) => sum + record.bytes.length, 0) / groups;
  await time(`encode a record of ${samples} samples`, (i) => encodeGroupRecord(stored[i % groups]), bytes);
  await time(`decode a record of ${samples} samples`, (i) => decodeGroupRecord(records[i % groups]), bytes);
  if (samples === 50) await timeCommits(records, bytes);
}

async function timeCommits(records, bytes) {
  const data = path.join(import.meta.dirname, '..', '..', 'data');
  mkdirSync(data, { recursive: true });
  const folder = mkdtempSync(path.join(data, 'bench-'));
  const log = new LmdbGroupLog({ path: path.join(folder, 'bench.mdb'), version: '0', clock: createSystemClock(), logger: silentLogger });
  try {
    await log.open({ reset() {}, apply() {} });
    let revision = 0n;
    for (const count of [1, batchGroups]) {
      const commit = async (i) => {
        const changes = Array.from({ length: count }, (_, place) => ({
          key: `group-${place}`,
          value: () => records[(i + place) % groups],
        }));
        ({ revision } = await log.commit({ changes, revision }));
      };
      await time(`commit and flush ${count} groups of 50 samples`, commit, count * bytes);
    }
  } finally {
    await log.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
