import { statSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { silentLogger } from '../../src/base/logger.ts';
import { createFormRecord, type GroupRecord } from '../../src/persistence/group-log.ts';
import { encodeGroupRecord } from '../../src/persistence/group-record.ts';
import { LmdbGroupLog } from '../../src/persistence/lmdb-group-log.ts';
import { readStore } from '../../src/persistence/read-store.ts';
import { change, RecordingSink } from '../contract/group-log.ts';
import { createRandom } from '../fuzz/random.ts';
import { makeSampleGroup } from '../support/sample-groups.ts';
import { useTemporaryFolder } from '../support/temporary-folder.ts';
import { crashSettings } from './crash-settings.ts';

const groupCount = 1000;
/** Groups that one commit writes at most, as under load. */
const batchMax = 256;
const samplesMax = 20;
const reportsMax = 20;

const { seed, overwrites } = crashSettings();
const isLongRun = overwrites > 100_000;
const folder = useTemporaryFolder();

test(
  `the file stays as it is over ${overwrites} overwrites of ${groupCount} groups (seed ${seed})`,
  { timeout: 120_000 + overwrites },
  async () => {
    const file = path.join(folder(), 'store.mdb');
    const log = new LmdbGroupLog({ path: file, version: '0', clock: { nowMs: Date.now }, logger: silentLogger });
    await log.open(new RecordingSink());
    const random = createRandom(seed);
    // Of all sizes that a record may have here, so that none fits exactly where the last one was.
    // Half of them rest on forms, of which many are used by few at a time, so that they come and go.
    const records = Array.from({ length: 4 * samplesMax }, (_, i): GroupRecord => {
      const { bytes } = encodeGroupRecord(makeSampleGroup('job', 1 + (i % samplesMax), i));
      return { bytes, form: i % 2 === 0 ? null : createFormRecord(Buffer.alloc(1 + ((i * 797) % 20_000), i)) };
    });
    const begun = performance.now();
    const sizes: number[] = [];
    let nextReport = overwrites / reportsMax;
    for (let done = 0; done < overwrites;) {
      const keys = new Set(Array.from({ length: 1 + random.below(batchMax) }, () => `["job","${random.below(groupCount)}"]`));
      // One in fifty is a delete.
      const changes = [...keys].map((key) =>
        random.chance(0.02) ? change(key, null) : { key, expect: 0n, value: () => random.pick(records) },
      );
      await log.commit({ changes });
      done += changes.length;
      if (done < nextReport) continue;
      nextReport += overwrites / reportsMax;
      sizes.push(statSync(file).size);
      if (isLongRun) console.log(`${done} overwrites, ${((performance.now() - begun) / 1000).toFixed(0)} s: ${sizes.at(-1) ?? 0} bytes`);
    }
    await log.close();
    const { header, freePages, pageSize } = readStore(file);
    const fileBytes = statSync(file).size;
    console.log(`${header.groupCount} groups, ${header.formCount} forms, ${fileBytes} bytes, of which ${freePages * pageSize} are free`);
    const [early = 0] = sizes.slice(1);
    expect(fileBytes).toBeLessThan(early * 1.5);
  },
);
