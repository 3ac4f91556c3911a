import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import fc from 'fast-check';
import { afterAll, describe, expect, test } from 'vitest';
import { Failure } from '../../../src/base/errors.ts';
import {
  type ImportedGroup,
  isPushgatewayFile,
  readPushgatewayFile,
} from '../../../src/persistence/import-pushgateway/read-pushgateway-file.ts';

const fixtures = path.join(import.meta.dirname, '..', '..', 'fixtures', 'pushgateway');
const recorded = path.join(fixtures, '1.5.1.gob');
const recordedBytes = readFileSync(recorded);

const folder = mkdtempSync(path.join(tmpdir(), 'pushgate-import-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

function groupOf(groups: readonly ImportedGroup[], job: string): ImportedGroup {
  const group = groups.find(({ labels }) => labels.get('job') === job);
  if (group === undefined) throw new Error(`no group of job ${job}`);
  return group;
}

async function failureOf(read: Promise<unknown>): Promise<Failure> {
  const error: unknown = await read.then(
    () => null,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(Failure);
  return error as Failure;
}

/** Reads a file with this content. */
function readBytes(bytes: Uint8Array): Promise<ImportedGroup[]> {
  const file = path.join(folder, 'store');
  writeFileSync(file, bytes);
  return readPushgatewayFile(file);
}

/** The recorded file with some text replaced by other text of the same length. */
function readReplaced(from: string, to: string): Promise<ImportedGroup[]> {
  const text = recordedBytes.toString('latin1');
  expect(text).toContain(from);
  expect(to).toHaveLength(from.length);
  return readBytes(Buffer.from(text.replace(from, to), 'latin1'));
}

describe('a file of 1.5.1', () => {
  test('holds the families of a group without the push time families, which became its times', async () => {
    const groups = await readPushgatewayFile(recorded);
    const { labels, families, ...rest } = groupOf(groups, 'types');
    expect(Object.fromEntries(labels)).toEqual({ job: 'types', zone: 'z' });
    expect(rest).toEqual({ hasInvalidUtf8: false, pushTimeSeconds: 1795370969.1570457, failureTimeSeconds: 0 });
    const byName = Object.fromEntries(families.map(({ family }) => [family.name, family]));
    expect(Object.keys(byName).sort()).toEqual(['a', 'g', 'h', 's', 'u']);
    expect(byName).toMatchObject({
      a: { type: 'counter', help: 'Help.', metrics: [{ counter: { value: 1e6 } }] },
      g: { type: 'gauge', help: null, metrics: [{ gauge: { value: -Infinity } }] },
      h: { type: 'histogram', metrics: [{ histogram: { sampleCount: 2n, buckets: [{ upperBound: 1, cumulativeCount: 1n }] } }] },
      s: { type: 'summary', metrics: [{ summary: { sampleCount: 3n, sampleSum: 2, quantiles: [{ quantile: 0.5, value: 1 }] } }] },
      u: { type: 'untyped', metrics: [{ untyped: { value: Number.NaN } }] },
    });
    expect(byName.g?.metrics[0]?.labels).toContainEqual({ name: 'k', value: 'grüße 🎉' });
    for (const { pushedAtMs } of families) expect(Math.abs(pushedAtMs - rest.pushTimeSeconds * 1000)).toBeLessThan(0.001);
  });

  test('holds a group whose only push failed, and says when', async () => {
    const group = groupOf(await readPushgatewayFile(recorded), 'refused');
    expect(group).toMatchObject({ pushTimeSeconds: 0, failureTimeSeconds: 1795370969.1752756, families: [] });
  });

  test('marks a group whose labels are not valid UTF-8', async () => {
    const marked = (await readPushgatewayFile(recorded)).filter(({ hasInvalidUtf8 }) => hasInvalidUtf8);
    expect(marked.map(({ labels }) => [...labels])).toEqual([[['job', '\ufffd']]]);
  });
});

test('a file from before 0.10 is read as well, and the latest family tells when its group was pushed', async () => {
  const groups = await readPushgatewayFile(path.join(fixtures, 'uint64-keys.gob'));
  const pushedAtMs = Date.UTC(2019, 5, 1, 10, 59, 43) + 123.456789;
  const family = { name: 'm', type: 'gauge', metrics: [{ gauge: { value: 1.5 } }] };
  expect(groupOf(groups, 'old')).toMatchObject({
    pushTimeSeconds: pushedAtMs / 1000,
    failureTimeSeconds: 0,
    families: [{ family, pushedAtMs }],
  });
  expect(groupOf(groups, 'empty')).toMatchObject({ pushTimeSeconds: 0, failureTimeSeconds: 0, families: [] });
  expect(groups).toHaveLength(2);
});

test('a file without a group gives none', async () => {
  expect(await readPushgatewayFile(path.join(fixtures, 'empty-uint64-keys.gob'))).toEqual([]);
});

test('a push time that a job made up under that name does not count', async () => {
  // -Infinity in the place of what the server wrote: the last eight bytes of the gauge.
  const text = recordedBytes.toString('latin1');
  const at = text.indexOf('push_failure_time_seconds', text.indexOf('refused'));
  const gauge = text.indexOf('\x12\x09\x09', at) + 3;
  const bytes = Buffer.from(recordedBytes);
  bytes.writeDoubleLE(-Infinity, gauge);
  expect(groupOf(await readBytes(bytes), 'refused').failureTimeSeconds).toBe(0);
});

describe('what a file is', () => {
  const f = (title: string, input: Uint8Array, want: boolean): void => {
    test(`is told by its first bytes: ${title}`, () => {
      expect(isPushgatewayFile(input)).toBe(want);
    });
  };
  f('a file of the Pushgateway', recordedBytes, true);
  f('the beginning of one', recordedBytes.subarray(0, 64), true);
  f('a part of a larger buffer', Buffer.concat([Buffer.alloc(100), recordedBytes]).subarray(100), true);
  f('nothing', new Uint8Array(0), false);
  f('a text that names the type later', Buffer.from(`${' '.repeat(64)}GroupingKeyToMetricGroup`), false);
  f('other bytes', Buffer.alloc(4096, 1), false);
});

describe('a file that cannot be read ends in a failure that names it and the cause', () => {
  const f = (title: string, read: () => Promise<unknown>, want: string): void => {
    test(title, async () => {
      const failure = await failureOf(read());
      expect(failure.code).toBe('PG_PUSHGATEWAY_FILE_DAMAGED');
      expect(failure.message).toMatch(/^cannot import the Pushgateway's file .*store: /);
      expect(failure.message).toContain(want);
      expect(failure.message).toContain('It is left as it is; restore it from a backup, or move it away');
    });
  };
  f('another kind of file', () => readBytes(Buffer.alloc(4096, 1)), 'it does not begin as a persistence file of the Pushgateway does');
  f('nothing in it', () => readBytes(new Uint8Array(0)), 'it does not begin as');
  f('cut off', () => readBytes(recordedBytes.subarray(0, 2000)), 'bytes are announced, but only');
  f('cut off by a byte', () => readBytes(recordedBytes.subarray(0, -1)), 'bytes are announced, but only');
  f('something behind', () => readBytes(Buffer.concat([recordedBytes, Buffer.alloc(3)])), '3 bytes follow where the value ends');
  f('no job', () => readReplaced('\x03job\x05types', '\x03jab\x05types'), 'the group {"zone":"z","jab":"types"} has no job');
  f('other fields', () => readReplaced('\x14GobbableMetricFamily', '\x14GobbableMetricfamily'), 'a metric family of the group {');
  f(
    'a broken family',
    () => readReplaced('\x0a\x01a\x12\x05Help.', '\x0a\x01a\x12\x7fHelp.'),
    'metric family ("a"): 127 bytes are announced',
  );

  test('missing, and a folder', async () => {
    const missing = await failureOf(readPushgatewayFile(path.join(folder, 'missing')));
    expect(missing).toMatchObject({ code: 'PG_PUSHGATEWAY_FILE_UNREADABLE' });
    expect(missing.message).toContain('no such file');
    const isFolder = await failureOf(readPushgatewayFile(folder));
    expect(isFolder.message).toContain('illegal operation on a directory');
  });

  test('cut off anywhere', async () => {
    for (let length = 0; length < recordedBytes.length; length += 41) {
      expect((await failureOf(readBytes(recordedBytes.subarray(0, length)))).code).toBe('PG_PUSHGATEWAY_FILE_DAMAGED');
    }
  });
});

test('damage anywhere ends in a failure or in groups, and in nothing else', async () => {
  const change = fc.record({ at: fc.nat({ max: recordedBytes.length - 1 }), byte: fc.nat({ max: 255 }) });
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 3 }), async (changes) => {
      const bytes = Buffer.from(recordedBytes);
      for (const { at, byte } of changes) bytes[at] = byte;
      const result = await readBytes(bytes).catch((error: unknown) => error);
      if (!Array.isArray(result)) expect(result).toMatchObject({ code: 'PG_PUSHGATEWAY_FILE_DAMAGED' });
    }),
    { numRuns: 300 },
  );
});
