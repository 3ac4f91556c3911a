import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { Table } from '../../../../src/cli/commands/remote/table.ts';

const cell = 'x'.repeat(50);

function widthAt(terminal: { isTTY: boolean; columns?: number }): number {
  const table = new Table([{ title: 'A', isFlexible: true }, { title: 'B' }], Object.assign(new PassThrough(), terminal));
  return table.format([[cell, cell]]).split('\n')[1]?.length ?? 0;
}

test('a table is cut to the width of its terminal, and to 80 columns where that has none', () => {
  expect(widthAt({ isTTY: true, columns: 70 })).toBe(70);
  expect(widthAt({ isTTY: true })).toBe(80);
  expect(widthAt({ isTTY: true, columns: 0 })).toBe(80);
  expect(widthAt({ isTTY: false })).toBe(102);
});
