import { expect, test } from 'vitest';
import { isLegacyLabelName, isLegacyMetricName, isReservedLabelName } from '../../src/model/names.ts';

test('a legacy metric name begins with a letter, underscore or colon, and goes on with digits too', () => {
  const f = (name: string, want: boolean): void => expect(isLegacyMetricName(name), JSON.stringify(name)).toBe(want);
  f('m', true);
  f('_', true);
  f(':colon', true);
  f('aZ09_:', true);
  f('', false);
  f('0m', false);
  f('a.b', false);
  f('a b', false);
  f('é', false);
  f('m\n', false);
});

test('a legacy label name has no colons', () => {
  const f = (name: string, want: boolean): void => expect(isLegacyLabelName(name), JSON.stringify(name)).toBe(want);
  f('job', true);
  f('__name__', true);
  f('a0', true);
  f('', false);
  f('0a', false);
  f('a:b', false);
  f('a-b', false);
  f('é', false);
});

test('a label name that begins with two underscores is reserved', () => {
  expect(isReservedLabelName('__a')).toBe(true);
  expect(isReservedLabelName('_a')).toBe(false);
  expect(isReservedLabelName('a__')).toBe(false);
});
