import { expect, test } from 'vitest';
import { formatLabels, formatSampleLine, formatSelector, showInvisible } from '../../../src/ui/format/labels.ts';

test('a selector quotes what PromQL would misread', () => {
  expect(formatSelector({ job: 'a', instance: '' })).toBe('{job="a",instance=""}');
  expect(formatSelector({ job: 'say "hi"\\\n' })).toBe(String.raw`{job="say \"hi\"\\\n"}`);
  expect(formatSelector({ job: 'a' }, 'up')).toBe('up{job="a"}');
  expect(formatSelector({ 'my.label': 'x' }, 'my.metric')).toBe('{"my.metric","my.label"="x"}');
});

test('a scrape line has all labels sorted, the grouping ones winning, and an instance in any case', () => {
  expect(formatSampleLine('size_bytes', { job: 'a' }, { table: 't', job: 'own' }, '3')).toBe('size_bytes{instance="",job="a",table="t"} 3');
  expect(formatSampleLine('up', { job: 'a', instance: 'i' }, {}, '1')).toBe('up{instance="i",job="a"} 1');
});

test('labels for people show that a value is empty', () => {
  expect(formatLabels({ job: 'a', zone: '' })).toBe('job=a zone=""');
});

test('characters that hide or reorder text become visible; joiners of emoji and scripts stay', () => {
  const f = (text: string, want: string): void => expect(showInvisible(text)).toBe(want);
  f('plain <script> "text"', 'plain <script> "text"');
  f('two\nlines\tand\r', 'two⏎lines⇥and␍');
  f('\u202Eevil\u202C', '\\u{202e}evil\\u{202c}');
  f('a\u0000b\u200Bc', 'a\\u{0}b\\u{200b}c');
  f('👩\u200D🔧 שלום', '👩\u200D🔧 שלום');
});
