import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { textsOfKey } from '../../src/exposition/fast-text/line-labels.ts';
import { valueHole } from '../../src/exposition/fast-text/ready-lines.ts';
import { TextForm } from '../../src/exposition/fast-text/text-form.ts';
import { FormFamilies, plainFamilies } from '../../src/exposition/form-families.ts';
import type { Group } from '../../src/model/group.ts';
import { encodeForm } from '../../src/persistence/form-record.ts';
import { createFormRecord, type GroupRecord } from '../../src/persistence/group-log.ts';
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

/** The record as it comes from elsewhere. */
function reread({ bytes, form }: GroupRecord): GroupRecord {
  return { bytes, form: form === null ? null : createFormRecord(Buffer.from(form.bytes)) };
}

function formOf({ families }: Group): TextForm | null {
  return families instanceof FormFamilies ? families.form : null;
}

function sharedGroup(): Group {
  const key = createKey({ job: 'jü' });
  return { key, families: decodeShared(key, '12', 5), pushTimeSeconds: 0.005, failureTimeSeconds: 0 };
}

const upFamily = { name: 'up', type: 'gauge', help: null, metricCount: 1, sampleCount: 1, order: null, hasMessage: false } as const;

describe('a group record', () => {
  test('gives back every group as it was', () => {
    fc.assert(
      fc.property(anyGroup, (group) => {
        expect(readTexts(decodeGroupRecord(encodeGroupRecord(group)))).toEqual(readTexts(group));
      }),
    );
  });

  test('of families with a shared form rests on the form, and holds little but the values', () => {
    const key = createKey({ job: 'jü' });
    const families = decodeShared(key, '1234567', 1_700_000_000_123.5);
    // The time of the families is that of the group, and another one.
    for (const pushTimeSeconds of [1_700_000_000_123.5 / 1000, 5]) {
      const group = { key, families, pushTimeSeconds, failureTimeSeconds: 0 };
      const record = reread(encodeGroupRecord(group));
      expect(record.bytes.length).toBeLessThan(100);
      const decoded = decodeGroupRecord(record);
      expect(decoded.families).toBeInstanceOf(FormFamilies);
      expect(readTexts(decoded)).toEqual(readTexts(group));
      expect(readTexts({ ...group, families: plainFamilies(decoded.families) })).toEqual(readTexts(group));
    }
  });

  test('of families with messages beside their texts holds all of them, without a form', () => {
    const key = createKey({ job: 'jü' });
    const families = decodeSharedMessage(key, 1_234_567, 300n, 5);
    const group = { key, families, pushTimeSeconds: 0.005, failureTimeSeconds: 0 };
    const record = reread(encodeGroupRecord(group));
    expect(record.form).toBeNull();
    expect(readTexts(decodeGroupRecord(record))).toEqual(readTexts(group));
  });

  test('shares its form with the records of all groups that have it, before and after it was read', () => {
    const groups = ['a', 'b'].map((job) => {
      const key = createKey({ job });
      return { key, families: decodeShared(key, '1', 5), pushTimeSeconds: 0.005, failureTimeSeconds: 0 };
    });
    const records = groups.map((group) => encodeGroupRecord(group));
    expect(new Set(records.map(({ form }) => form?.id)).size).toBe(1);
    const form = reread(records[0] as GroupRecord).form;
    const decoded = records.map(({ bytes }) => formOf(decodeGroupRecord({ bytes, form })));
    expect(new Set(decoded).size).toBe(1);
    for (const [i, { bytes }] of records.entries()) {
      const again = encodeGroupRecord(decodeGroupRecord({ bytes, form }));
      expect(again).toEqual(records[i]);
      expect(again.form).toBe(form);
    }
  });

  test('is refused without the form that it rests on, with another one, and with one that it does not rest on', () => {
    const key = createKey({ job: 'a' });
    const group = { key, families: decodeShared(key, '1', 5), pushTimeSeconds: 0.005, failureTimeSeconds: 0 };
    const record = encodeGroupRecord(group);
    const plain = encodeGroupRecord(makeSampleGroup('backup', 3, 1));
    expect(catchError(() => decodeGroupRecord({ ...record, form: null }))).toEqual(damaged);
    expect(catchError(() => decodeGroupRecord({ ...plain, form: record.form }))).toEqual(damaged);
    const less = new TextForm({ constants: ['up '], holes: [valueHole], families: [{ ...upFamily, holeEnd: 1 }] });
    expect(catchError(() => decodeGroupRecord({ ...record, form: encodeForm(less) }))).toEqual(damaged);
    // A place for a label that the key does not have.
    const more = new TextForm({ constants: ['up{', '} '], holes: [7, valueHole], families: [{ ...upFamily, holeEnd: 2 }] });
    const families = new FormFamilies(more, textsOfKey(key), { values: '1\n', starts: [0], messages: null }, 5);
    expect(catchError(() => decodeGroupRecord(encodeGroupRecord({ ...group, families })))).toEqual(damaged);
  });

  test('is refused with any one byte changed', () => {
    const shared = encodeGroupRecord(sharedGroup());
    const anyRecord = fc.oneof(
      anyGroup.map((group) => encodeGroupRecord(group)),
      fc.constant(shared),
    );
    fc.assert(
      fc.property(anyRecord, fc.nat(), fc.integer({ min: 1, max: 255 }), ({ bytes, form }, at, flip) => {
        const changed = Buffer.from(bytes);
        const offset = at % changed.length;
        changed[offset] = (changed[offset] ?? 0) ^ flip;
        expect(catchError(() => decodeGroupRecord({ bytes: changed, form }))).toEqual(damaged);
      }),
      { numRuns: 10_000 },
    );
  });

  test('is refused cut short at any byte, and with a byte too many', () => {
    for (const { bytes, form } of [encodeGroupRecord(makeSampleGroup('backup', 3, 1)), encodeGroupRecord(sharedGroup())]) {
      for (let length = 0; length < bytes.length; length++) {
        expect(catchError(() => decodeGroupRecord({ bytes: bytes.subarray(0, length), form }))).toEqual(damaged);
      }
      expect(catchError(() => decodeGroupRecord({ bytes: Buffer.concat([bytes, Buffer.alloc(1)]), form }))).toEqual(damaged);
    }
  });

  test('adds less than a tenth to the text it holds', () => {
    const group = makeSampleGroup('backup', 50, 1);
    const textBytes = [...group.families.values()].reduce((sum, { home }) => sum + home.bytes.length, 0);
    expect(encodeGroupRecord(group).bytes.length).toBeLessThan(textBytes * 1.1);
  });

  test('keeps its families in one buffer, its own', () => {
    const record = encodeGroupRecord(makeSampleGroup('backup', 3, 1));
    for (const { home } of decodeGroupRecord(record).families.values()) expect(home.bytes.buffer).toBe(record.bytes.buffer);
  });
});
