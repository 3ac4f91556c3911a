import { spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { readStore } from '../../src/persistence/read-store.ts';
import { showRecord } from '../contract/group-log.ts';
import { commandOf, needs } from '../support/debian.ts';
import { createFractions } from '../fuzz/random.ts';
import { useTemporaryFolder } from '../support/temporary-folder.ts';
import { compileSources } from './compile-sources.ts';
import { parseDiskRecording, recordedCalls, SimulatedDisk, type DiskEvent } from './disk-recording.ts';

const seed = Number(process.env.PUSHGATE_SEED ?? 20_240_607);
const folder = useTemporaryFolder();

/** Commits batches of groups, and notes each batch before it begins and after it was acknowledged. */
const loadSource = `
  import { openSync, writeSync } from 'node:fs';
  import { createFormRecord } from './persistence/group-log.js';
  import { LmdbGroupLog } from './persistence/lmdb-group-log.js';
  const [, , path, notes, seed] = process.argv;
  const fd = openSync(notes, 'w');
  const logger = { debug() {}, info() {}, warn() {}, error() {} };
  let state = Number(seed);
  const random = () => (state = (state * 16807) % 2147483647) / 2147483647;
  /** Half of the records rest on one of a few forms. */
  const makeRecord = (text) => {
    const [bytes, form] = text.split(' on ').map((part) => Buffer.from(part));
    return { bytes, form: form === undefined ? null : createFormRecord(form) };
  };
  const log = new LmdbGroupLog({ path, version: '0', clock: { nowMs: Date.now }, logger });
  await log.open({ reset() {}, apply() {} });
  for (let i = 1; i <= 60; i++) {
    const batch = {};
    for (let j = 0; j < 1 + random() * 6; j++) {
      const form = random() < 0.5 ? '' : ' on ' + 'f'.repeat(1 + random() * 4) + 'o'.repeat(random() < 0.5 ? 0 : 5000);
      batch['group ' + Math.floor(random() * 20)] = random() < 0.2 ? null : i + ':' + 'x'.repeat(random() * 7000) + form;
    }
    writeSync(fd, JSON.stringify({ begin: i, batch }));
    await log.commit({
      changes: Object.entries(batch).map(([key, text]) => ({ key, expect: 0n, value: text === null ? null : () => makeRecord(text) })),
    });
    writeSync(fd, JSON.stringify({ done: i }));
  }
  await log.close();
`;

function record(): DiskEvent[] {
  const compiled = path.join(folder(), 'compiled');
  compileSources(compiled, ['base', 'model', 'persistence']);
  writeFileSync(path.join(compiled, 'load.js'), loadSource);
  const [file, notes, trace] = ['store.mdb', 'notes', 'trace'].map((name) => path.join(folder(), name)) as [string, string, string];
  const watched = [file, `${file}.new`, notes].flatMap((name) => ['-P', name]);
  const node = [process.execPath, path.join(compiled, 'load.js'), file, notes, String(seed)];
  const { status, stderr } = spawnSync(
    commandOf('strace'),
    ['-f', '-xx', '-s', '10000000', '-e', `trace=${recordedCalls}`, ...watched, '-o', trace, ...node],
    {
      encoding: 'utf8',
    },
  );
  expect(stderr).toBe('');
  expect(status).toBe(0);
  return parseDiskRecording(readFileSync(trace, 'utf8'), notes);
}

type Groups = Record<string, string | null>;

function readGroups(file: string): Groups {
  return Object.fromEntries(readStore(file).entries.map(({ key, value }) => [key, showRecord(value)]));
}

function addBatch(groups: Groups, batch: Groups): Groups {
  return Object.fromEntries(Object.entries({ ...groups, ...batch }).filter(([, text]) => text !== null));
}

describe.runIf(needs('strace'))('after a power failure', () => {
  test(`at any point between two writes, all that was acknowledged is there, and each batch as a whole or not at all (seed ${seed})`, () => {
    const events = record();
    const random = createFractions(seed);
    const disk = new SimulatedDisk();
    const image = path.join(folder(), 'image.mdb');
    let acknowledged: Groups | null = null;
    let underWay: Groups | null = null;
    let cuts = 0;
    for (const event of events) {
      if (event.kind === 'note') {
        const note = JSON.parse(event.text) as { begin?: number; batch?: Groups };
        if (note.batch !== undefined) underWay = addBatch((acknowledged ??= {}), note.batch);
        else acknowledged = underWay;
      }
      disk.apply(event);
      // Before the first note the store has its draft name and nobody was promised anything.
      if (acknowledged === null) continue;
      for (const survival of [0, 1, 0.5, 0.5, 0.9]) {
        writeFileSync(
          image,
          disk.cut(() => random() < survival),
        );
        const found = readGroups(image);
        cuts += 1;
        if (JSON.stringify(Object.entries(found).sort()) !== JSON.stringify(Object.entries(acknowledged).sort()))
          expect(found).toEqual(underWay);
      }
    }
    expect(events.filter(({ kind }) => kind === 'flush').length).toBeGreaterThanOrEqual(60);
    expect(cuts).toBeGreaterThan(1000);
  }, 120_000);
});
