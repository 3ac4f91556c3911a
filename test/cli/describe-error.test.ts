import { expect, test } from 'vitest';
import { describeError, describeStack } from '../../src/cli/describe-error.ts';

test('an error is told with its causes, none of them twice', () => {
  const f = (input: unknown, want: string): void => expect(describeError(input)).toBe(want);
  const full = new Error('no space left on device');
  f(full, 'no space left on device');
  f(new Error('cannot commit', { cause: full }), 'cannot commit: no space left on device');
  f(new Error('cannot commit: no space left on device', { cause: full }), 'cannot commit: no space left on device');
  f(new Error('cannot x', { cause: 'because' }), 'cannot x: because');
  f(new Error('', { cause: full }), 'Error: no space left on device');
  f('a text', 'a text');
  f(undefined, 'undefined');
  f(new AggregateError([new Error('refused by ::1'), new Error('refused by 127.0.0.1')]), 'refused by ::1; refused by 127.0.0.1');
});

test('a loop of causes comes to an end', () => {
  const error = new Error('snake');
  error.cause = new Error('tail', { cause: error });
  expect(describeError(error)).toBe('snake: tail');
  expect(describeStack(error).match(/Caused by/g)).toHaveLength(8);
});

test('a stack holds the stacks of the causes', () => {
  const stack = describeStack(new TypeError('outer', { cause: new Error('inner') }));
  expect(stack).toMatch(/TypeError: outer\n\s+at [^]*\nCaused by: Error: inner\n\s+at /);
});
