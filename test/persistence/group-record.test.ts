import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { plainFamilies } from '../../src/exposition/form-families.ts';
import type { Group } from '../../src/model/group.ts';
import type { GroupingKey } from '../../src/model/grouping-key.ts';
import { decodeGroupRecord, encodeGroupRecord } from '../../src/persistence/group-record.ts';
import { createKey } from '../exposition/families.ts';
import { decodeShared, decodeSharedMessage } from '../exposition/shared-form.ts';
import { anyGroup, makeSampleGroup } from '../support/sample-groups.ts';

/** The group with its texts in place of where they lie. */
function readTexts({ families, ...group }: Group): unknown {
  return {
    ...group,
    families: [...families.values()].map(({ home, protobuf, ...rest }) => ({
      ...rest,
      text: home.bytes.toString('latin1', home.start, home.end),
      protobuf: protobuf && Buffer.from(protobuf).toString('hex'),
    })),
  };
}

const damaged: unknown = expect.objectContaining({ code: 'PG_RECORD_DAMAGED', message: expect.stringMatching(/at byte \d+$/) as unknown });

function catchError(run: () => unknown): unknown {
  try {
    return { returned: run() };
  } catch (error) {
    return error;
  }
}

describe('a group record', () => {
  test('gives back every group as it was', () => {
    fc.assert(
      fc.property(anyGroup, (group) => {
        expect(readTexts(decodeGroupRecord(encodeGroupRecord(group)))).toEqual(readTexts(group));
      }),
    );
  });

  test.each([
    ['told by text', (key: GroupingKey) => decodeShared(key, '1234567', 1_700_000_000_123.5)],
    ['with messages beside the text', (key: GroupingKey) => decodeSharedMessage(key, 1_234_567, 300n, 1_700_000_000_123.5)],
  ])('of families with a shared form, %s, has the bytes that it has without the form', (_, decode) => {
    const key = createKey({ job: 'jü' });
    const families = decode(key);
    // The time of the families is that of the group, and another one.
    for (const pushTimeSeconds of [1_700_000_000_123.5 / 1000, 5]) {
      const group = { key, families, pushTimeSeconds, failureTimeSeconds: 0 };
      const record = encodeGroupRecord(group);
      expect(Buffer.compare(record, encodeGroupRecord({ ...group, families: plainFamilies(families) }))).toBe(0);
      expect(readTexts(decodeGroupRecord(record))).toEqual(readTexts(group));
    }
  });

  test('is refused with any one byte changed', () => {
    const anyRecord = anyGroup.map((group) => encodeGroupRecord(group));
    fc.assert(
      fc.property(anyRecord, fc.nat(), fc.integer({ min: 1, max: 255 }), (record, at, flip) => {
        const offset = at % record.length;
        record[offset] = (record[offset] ?? 0) ^ flip;
        expect(catchError(() => decodeGroupRecord(record))).toEqual(damaged);
      }),
      { numRuns: 10_000 },
    );
  });

  test('is refused cut short at any byte, and with a byte too many', () => {
    const record = encodeGroupRecord(makeSampleGroup('backup', 3, 1));
    for (let length = 0; length < record.length; length++) {
      expect(catchError(() => decodeGroupRecord(record.subarray(0, length)))).toEqual(damaged);
    }
    expect(catchError(() => decodeGroupRecord(Buffer.concat([record, Buffer.alloc(1)])))).toEqual(damaged);
  });

  test('adds less than a tenth to the text it holds', () => {
    const group = makeSampleGroup('backup', 50, 1);
    const textBytes = [...group.families.values()].reduce((sum, { home }) => sum + home.bytes.length, 0);
    expect(encodeGroupRecord(group).length).toBeLessThan(textBytes * 1.1);
  });

  test('keeps its families in one buffer, its own', () => {
    const record = encodeGroupRecord(makeSampleGroup('backup', 3, 1));
    for (const { home } of decodeGroupRecord(record).families.values()) expect(home.bytes.buffer).toBe(record.buffer);
  });
});
