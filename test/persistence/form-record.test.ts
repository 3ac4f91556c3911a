import fc from 'fast-check';
import { expect, test } from 'vitest';
import { valueHole } from '../../src/exposition/fast-text/ready-lines.ts';
import { TextForm } from '../../src/exposition/fast-text/text-form.ts';
import { decodeForm, encodeForm } from '../../src/persistence/form-record.ts';
import { createFormRecord } from '../../src/persistence/group-log.ts';
import { createKey } from '../exposition/families.ts';
import { decodeShared } from '../exposition/shared-form.ts';

const sharedForm = (): TextForm => decodeShared(createKey({ job: 'a' }), '1', 5).form;

function decodeBytes(bytes: Uint8Array): TextForm {
  return decodeForm(createFormRecord(bytes));
}

/** What is left of damage: nothing, or a form that says the same again. */
function tryBytes(bytes: Uint8Array): void {
  let form: TextForm;
  try {
    form = decodeBytes(bytes);
  } catch (error) {
    expect(error).toMatchObject({
      code: 'PG_RECORD_DAMAGED',
      message: expect.stringMatching(/^cannot decode a form record of .*, at byte \d+$/) as unknown,
    });
    return;
  }
  for (const { holeStart, holeEnd, sampleCount } of form.families.values()) {
    expect(holeEnd - holeStart).toBeGreaterThanOrEqual(sampleCount);
    expect(holeEnd).toBeLessThanOrEqual(form.holes.length);
  }
}

test('a form is read as it was written', () => {
  const form = sharedForm();
  const read = decodeBytes(encodeForm(form).bytes);
  expect(read.isLike(form)).toBe(true);
  expect(read.families).toEqual(form.families);
  expect(read).toEqual(form);
});

test('equal forms have one id, and forms that differ in anything another one', () => {
  const { constants, holes, families } = sharedForm();
  const parts = { constants: [...constants], holes: [...holes], families: [...families.values()] };
  const id = encodeForm(new TextForm(parts)).id;
  expect(encodeForm(sharedForm()).id).toBe(id);
  const [first, ...rest] = parts.families as [(typeof parts.families)[0], ...typeof parts.families];
  for (const other of [
    { ...parts, constants: ['x', ...parts.constants.slice(1)] },
    { ...parts, holes: parts.holes.map((kind) => (kind === valueHole ? 0 : kind)) },
    { ...parts, families: [{ ...first, help: 'other' }, ...rest] },
    { ...parts, families: [{ ...first, name: 'other' }, ...rest] },
    { ...parts, families: [{ ...first, type: 'counter' as const }, ...rest] },
  ]) {
    expect(encodeForm(new TextForm(other)).id).not.toBe(id);
  }
});

test('a form record that is cut short, or has a byte too many, is refused', () => {
  const { bytes } = encodeForm(sharedForm());
  for (let length = 0; length < bytes.length; length++)
    expect(() => decodeBytes(bytes.subarray(0, length))).toThrow('cannot decode a form record');
  expect(() => decodeBytes(Buffer.concat([bytes, Buffer.alloc(1)]))).toThrow('1 bytes stand after the last hole');
});

test('a form record that contradicts itself is refused with a message, or read as a form whose parts agree', () => {
  const { bytes } = encodeForm(sharedForm());
  fc.assert(
    fc.property(fc.array(fc.tuple(fc.nat(bytes.length - 1), fc.nat(255)), { minLength: 1, maxLength: 3 }), (flips) => {
      const changed = Buffer.from(bytes);
      for (const [at, value] of flips) changed[at] = value;
      tryBytes(changed);
    }),
    // The example: a name that is a line feed.
    {
      numRuns: 5000,
      examples: [
        [
          [
            [32, 10],
            [162, 2],
          ],
        ],
      ],
    },
  );
});

test('a form with more or fewer values than samples is refused', () => {
  const family = {
    name: 'up',
    type: 'gauge',
    help: null,
    metricCount: 1,
    sampleCount: 2,
    order: null,
    hasMessage: false,
    holeEnd: 1,
  } as const;
  const form = new TextForm({ constants: ['up '], holes: [valueHole], families: [family] });
  expect(() => decodeBytes(encodeForm(form).bytes)).toThrow('1 values of 2 samples in the family "up"');
});
