import { expect, test } from 'vitest';
import { listNativeBuckets } from '../../src/exposition/native-buckets.ts';
import { createHistogram, createNative } from './families.ts';

function boundsOf(schema: number, offset: number): readonly number[] {
  const positiveSpans = [{ offset, length: 1, unknownFields: null }];
  const native = createNative({ schema, positiveSpans, positiveDeltas: [1n] });
  return listNativeBuckets(createHistogram(), native).flatMap(({ lower, upper }) => [lower, upper]);
}

test('bounds are the doubles that Prometheus has in its tables', () => {
  const f = (schema: number, index: number, want: readonly number[]): void =>
    expect(boundsOf(schema, index), `${schema} ${index}`).toEqual(want);
  f(0, 0, [0.5, 1]);
  f(0, 1, [1, 2]);
  f(0, -1073, [5e-324, 1e-323]);
  f(0, -1074, [0, 5e-324]);
  f(1, 1, [1, 1.414213562373095]);
  f(-1, 1, [1, 4]);
  f(-4, 64, [2 ** 1008, Number.MAX_VALUE]);
  f(-4, 65, [Number.MAX_VALUE, Infinity]);
  f(0, 1024, [2 ** 1023, Number.MAX_VALUE]);
  f(0, 1025, [Number.MAX_VALUE, Infinity]);
  f(3, 1, [1, 1.0905077326652577]);
  f(3, 8, [1.8340080864093422, 2]);
  f(3, -5, [0.5946035575013605, 0.6484197773255048]);
  f(5, 77, [5.187358218604039, 5.300946572638964]);
  f(8, 255, [1.9891988469672657, 1.9945921121709396]);
  f(8, -3, [0.9892280131939752, 0.9919100824251095]);
});

test('a schema that is not exponential has no buckets we know', () => {
  expect(boundsOf(-53, 0)).toEqual([]);
  expect(boundsOf(9, 0)).toEqual([]);
});

test('spans and counts that do not fit together do no harm', () => {
  const spans = [
    { offset: 0, length: 0, unknownFields: null },
    { offset: 1, length: 2 ** 32 - 1, unknownFields: null },
  ];
  const native = createNative({ schema: 0, positiveSpans: spans, positiveDeltas: [1n, 1n] });
  expect(listNativeBuckets(createHistogram(), native).map(({ upper, count }) => [upper, count])).toEqual([
    [2, 1n],
    [4, 2n],
  ]);
  expect(listNativeBuckets(createHistogram(), { ...native, positiveSpans: [] })).toEqual([]);
});
