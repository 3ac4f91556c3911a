import { expect, test } from 'vitest';
import { FamilyMerger } from '../../src/api/exposed-families.ts';
import type { Exposition } from '../../src/exposition/exposed-family.ts';
import type { MetricType } from '../../src/model/metric-family.ts';
import { createFamily, createGauge, createHistogram, createMetric } from '../exposition/families.ts';
import { createStore, keyOf, pushOf, write } from '../store/support.ts';

const ownHistogram = createFamily('own', 'histogram', [createMetric({}, { histogram: createHistogram() })]);
const ownGauge = createFamily('other_count', 'gauge', [createGauge({}, 1)]);

/** Names and types that are shown when a body was pushed beside our own families. */
function merge(body: string): Record<string, MetricType> {
  const store = createStore();
  write(store, pushOf('replace', { job: 'a' }, body));
  const { families } = new FamilyMerger().merge([ownHistogram, ownGauge], store.readExposition());
  return Object.fromEntries(families.filter(({ name }) => !name.startsWith('push_')).map(({ name, type }) => [name, type]));
}

test('own families are shown beside what is pushed', () => {
  expect(merge('mine 1\n')).toEqual({ mine: 'untyped', own: 'histogram', other_count: 'gauge' });
});

test('an own family yields to a pushed one of another type', () => {
  expect(merge('own 1\n')).toEqual({ own: 'untyped', other_count: 'gauge' });
});

test('an own histogram yields to a pushed family that is named like one of its parts', () => {
  expect(merge('own_bucket 1\n')).toEqual({ own_bucket: 'untyped', other_count: 'gauge' });
});

test('an own family yields to a pushed summary that it is named like a part of', () => {
  expect(merge('# TYPE other summary\nother_count 1\n')).toEqual({ other: 'summary', own: 'histogram' });
});

test('as long as the families are the same, they are the same array, with the values of now', () => {
  const store = createStore();
  const merger = new FamilyMerger();
  const read = (value: number): Exposition =>
    merger.merge([createFamily('own', 'gauge', [createGauge({}, value)])], store.readExposition());
  const push = (job: string, body: string): void => void write(store, pushOf('replace', { job }, body));
  push('a', 'f 1\n');
  const first = read(1);
  push('a', 'f 2\n');
  const second = read(2);
  expect(second.families).toBe(first.families);
  expect(second.groups).not.toBe(first.groups);
  expect(second.own.get('own')?.metrics[0]?.gauge?.value).toBe(2);
  push('b', 'f 1\n');
  const third = read(3).families;
  expect(third).not.toBe(first.families);
  expect(read(4).families).toBe(third);
  write(store, { kind: 'delete', key: keyOf({ job: 'b' }), atMs: 0 });
  expect(read(5).families).not.toBe(third);
  expect(namesOf(merger.merge([], store.readExposition()))).not.toContain('own');
  expect(namesOf(read(6))).toContain('own');
});

function namesOf({ families }: Exposition): string[] {
  return families.map(({ name }) => name);
}
