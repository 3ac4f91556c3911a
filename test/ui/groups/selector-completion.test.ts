import { expect, test } from 'vitest';
import { completeSelector, findCompletionPlace, isSelectorWhole } from '../../../src/ui/groups/selector-completion.ts';

test('braces may be left out', () => {
  const f = (text: string, want: string): void => expect(completeSelector(text)).toBe(want);
  f('', '');
  f('  {} ', '');
  f('job="a"', '{job="a"}');
  f('{job="a"}', '{job="a"}');
  f('up{job="a"}', 'up{job="a"}');
  f('up', 'up');
});

test('a selector is whole when it can be sent as it is', () => {
  const f = (text: string, want: boolean): void => expect(isSelectorWhole(text)).toBe(want);
  f('', true);
  f('{}', true);
  f('{job="a"}', true);
  f('job="a"', true);
  f('{job=~"a|b", instance!=""}', true);
  f('{job="a",}', true);
  f('{"my.label"="a"}', true);
  f(String.raw`{job="a\"b"}`, true);
  f('{job="a"', false);
  f('{job="a', false);
  f('{job=', false);
  f('{job', false);
  f('{job="a" instance="b"}', false);
});

test('the place for a completion is found at the cursor, which | marks', () => {
  const f = (marked: string, want: object): void => {
    const cursor = marked.indexOf('|');
    expect(findCompletionPlace(marked.replace('|', ''), cursor)).toEqual(want);
  };
  f('|', { kind: 'name', from: 0, to: 0, typed: '' });
  f('{|', { kind: 'name', from: 1, to: 1, typed: '' });
  f('{jo|', { kind: 'name', from: 1, to: 3, typed: 'jo' });
  f('{job="a",in|', { kind: 'name', from: 9, to: 11, typed: 'in' });
  f('{job="a", |', { kind: 'name', from: 10, to: 10, typed: '' });
  f('{job |', { kind: 'operator', from: 5, to: 5, typed: '' });
  f('{job=|', { kind: 'operator', from: 4, to: 5, typed: '=' });
  f('{job="ni|', { kind: 'value', from: 5, to: 8, typed: 'ni', name: 'job' });
  f('{job=~"|"', { kind: 'value', from: 6, to: 8, typed: '', name: 'job' });
  f('{job="ni|ghtly",x="y"}', { kind: 'value', from: 5, to: 14, typed: 'ni', name: 'job' });
  f('{job="a"|', { kind: 'separator', from: 8, to: 8, typed: '' });
  f('{job="a"}|', { kind: 'end', from: 9, to: 9, typed: '' });
});
