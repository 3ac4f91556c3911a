import { expect, test } from 'vitest';
import { FamilyMerger } from '../../src/api/exposed-families.ts';
import type { MetricType } from '../../src/model/metric-family.ts';
import { createFamily, createGauge, createHistogram, createMetric } from '../exposition/families.ts';
import { createStore, pushOf, write } from '../store/support.ts';

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
