import { expect, test } from 'vitest';
import { ReadyLines } from '../../../src/exposition/fast-text/ready-lines.ts';
import { readyLinesKeptBytesMax } from '../../../src/exposition/limits.ts';

test('what a usual push needed is kept, what a huge one needed is given back', () => {
  const lines = new ReadyLines();
  lines.reserve(readyLinesKeptBytesMax / 2);
  lines.shrink();
  expect(lines.bytes.length).toBeGreaterThanOrEqual(readyLinesKeptBytesMax / 2);
  lines.reserve(readyLinesKeptBytesMax);
  lines.shrink();
  expect(lines.bytes.length).toBe(new ReadyLines().bytes.length);
});

test('tables of many lines are given back too', () => {
  const lines = new ReadyLines();
  lines.clear();
  for (let i = 0; i < readyLinesKeptBytesMax / 16; i++) lines.endLine();
  lines.shrink();
  expect(lines.starts.length).toBe(new ReadyLines().starts.length);
});

/** The names of `written` are those of the line before it. */
function haveEqualNames(first: string, second: string): boolean {
  const lines = new ReadyLines();
  lines.clear();
  for (const labels of [first, second]) {
    lines.reserve(labels.length + 3);
    lines.appendByte(123 /* { */);
    lines.beginLabels();
    lines.appendAscii(labels);
    lines.endLabels(labels.split('",').length);
    lines.appendAscii('}\n');
    lines.endLine();
  }
  return lines.haveEqualNames(0, 1);
}

test('label names are told apart, whatever the values', () => {
  const f = (first: string, second: string, want: boolean): void => expect(haveEqualNames(first, second), `${first} ${second}`).toBe(want);
  f('a="1"', 'a="22"', true);
  f('a="1"', 'b="1"', false);
  f('a="1"', 'ab="1"', false);
  f('a="\\"",b="\\\\"', 'a="",b="x=y"', true);
  f('a="\\"",b="\\\\"', 'a="",c="x=y"', false);
  f('a="b=",b=""', 'a="",ab=""', false);
});
