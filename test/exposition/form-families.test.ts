import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FastTextDecoder } from '../../src/exposition/fast-text/decode-fast-text.ts';
import { countSamples, countTextBytes, haveSameForm, plainFamilies, settleFamilies } from '../../src/exposition/form-families.ts';
import { sharedFormGroupsMin } from '../../src/exposition/limits.ts';
import { readFamily, storeFamilies } from '../../src/exposition/store-family.ts';
import { parseText } from '../../src/exposition/text-parser.ts';
import type { FamilyTable } from '../../src/model/family-table.ts';
import type { StoredFamily } from '../../src/model/stored-family.ts';
import { createKey } from './families.ts';
import { decodeShared, decodeSharedMessage, formBody } from './shared-form.ts';

function describeFamily({ home, ...rest }: StoredFamily): unknown {
  return { ...rest, text: home.bytes.toString('utf8', home.start, home.end) };
}

function describeTable(table: FamilyTable): unknown[] {
  return [...table.values()].map(describeFamily);
}

test('families with a shared form are to every reader what they are without', () => {
  const values = fc.oneof(
    fc.integer().map(String),
    fc.double({ noNaN: true }).map(String),
    fc.constantFrom('NaN', '+Inf', '1e3', '0.00001', '123456789'),
  );
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', minLength: 1 }), values, (job, value) => {
      fc.pre(value !== 'Infinity' && value !== '-Infinity' && value !== '-0');
      const key = createKey({ job });
      const shared = decodeShared(key, value, 1234.5);
      const plain = storeFamilies(parseText(Buffer.from(formBody(value)), { allowUtf8Names: false }), key, 1234.5);
      expect(describeTable(shared)).toEqual(plain.map(describeFamily));
      expect([...shared.keys()]).toEqual(plain.map(({ name }) => name));
      expect(shared.size).toBe(plain.length);
      for (const family of plain) expect(describeFamily(shared.get(family.name) as StoredFamily)).toEqual(describeFamily(family));
      expect([shared.has('up'), shared.has('down'), shared.get('down')]).toEqual([true, false, undefined]);
      expect(countSamples(shared)).toBe(plain.reduce((sum, { sampleCount }) => sum + sampleCount, 0));
      expect(countTextBytes(shared)).toBe(plain.reduce((sum, { home }) => sum + home.end - home.start, 0));
      expect(describeTable(plainFamilies(shared))).toEqual(plain.map(describeFamily));
    }),
    { numRuns: 300 },
  );
});

test('a family with a message beside its text keeps it in every form of the table', () => {
  const shared = decodeSharedMessage(createKey({ job: 'j' }), 1.5, 300n, 5);
  const secondsIn = (table: FamilyTable): unknown =>
    [...table.values()].map((family) => readFamily(family).metrics.map(({ counter }) => counter?.createdTimestamp?.seconds));
  const want = [[undefined], [300n, 300n], [undefined]];
  expect(secondsIn(shared)).toEqual(want);
  expect(shared.get('first')?.protobuf).toBeNull();
  expect(secondsIn(plainFamilies(shared))).toEqual(want);
  expect(shared.weight).toBeGreaterThan(decodeShared(createKey({ job: 'j' }), '1', 5).weight);
  expect(secondsIn(settleFamilies(shared))).toEqual(want);
});

test('once settled, each family is the same one for all who ask', () => {
  const shared = decodeShared(createKey({ job: 'j' }), '1', 5);
  const settled = settleFamilies(shared);
  for (const name of shared.keys()) expect(shared.get(name)).toBe(settled.get(name));
  expect([...shared.values()]).toEqual([...settled.values()]);
  expect(settleFamilies(shared)).toBe(settled);
});

test('two pushes have the same form where nothing but values and grouping labels differ', () => {
  const decoder = new FastTextDecoder();
  const decode = (job: string, text: string): FamilyTable => decoder.decode(Buffer.from(text), createKey({ job }), 1) as FamilyTable;
  for (let i = 0; i <= sharedFormGroupsMin; i++) for (const text of ['m 1\n', 'm{a="b"} 1\n']) decode(`j${i}`, text);
  expect(haveSameForm(decode('a', 'm 1\n'), decode('a', 'm 2\n'))).toBe(true);
  expect(haveSameForm(decode('a', 'm 1\n'), decode('a', 'm{a="b"} 1\n'))).toBe(false);
  expect(haveSameForm(decode('a', 'm 1\n'), plainFamilies(decode('a', 'm 1\n')))).toBe(false);
});
