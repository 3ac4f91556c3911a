import { expect, test } from 'vitest';
import { describeClashes, mergeFamilies } from '../../src/agent/merge-families.ts';
import { parseText } from '../../src/exposition/text-parser.ts';
import { createGroupingKey } from '../../src/model/grouping-key.ts';
import { linesOf } from './support.ts';

function merge(
  texts: Readonly<Record<string, string>>,
  labels: Readonly<Record<string, string>> = { job: 'j' },
): { lines: string[]; clashes: readonly string[] } {
  const sources = Object.entries(texts).map(([name, text]) => ({
    name,
    families: parseText(Buffer.from(text), { allowUtf8Names: false }),
  }));
  const { families, clashes } = mergeFamilies(sources, createGroupingKey(new Map(Object.entries(labels))));
  return { lines: linesOf({ families }), clashes };
}

test('families of one name become one', () => {
  expect(merge({ a: 'x{n="1"} 1\n', b: 'x{n="2"} 2\ny 1\n' })).toEqual({ lines: ['x{n="1"} 1', 'x{n="2"} 2', 'y 1'], clashes: [] });
});

test('what cannot stand beside what came before is left out and told of', () => {
  const f = (texts: Readonly<Record<string, string>>, lines: string[], clash: string, labels?: Readonly<Record<string, string>>): void => {
    expect(merge(texts, labels)).toEqual({ lines, clashes: [clash] });
  };
  f({ a: 'x 1\n', b: '# TYPE x gauge\nx 2\n' }, ['x 1'], 'b: x is a gauge, but a untyped in a; left out');
  f({ a: 'x 1\n', b: 'x 2\nx{n="1"} 3\n' }, ['x 1', 'x{n="1"} 3'], 'b: x{instance="",job="j"} is brought by a too; left out');
  // The labels of the group take the place of those of the metric.
  f(
    { a: 'x{instance="1"} 1\nx{instance="2"} 2\n' },
    ['x{instance="1"} 1'],
    'a: x{instance="h",job="j"} is there twice, with the labels of the group; left out',
    { job: 'j', instance: 'h' },
  );
  f(
    { a: '# TYPE s summary\ns_sum 1\ns_count 2\n', b: 's_count{n="1"} 3\n' },
    ['s_sum 1', 's_count 2'],
    'b: s_count is a name of the summary s in a; left out',
  );
  f(
    { a: 'x{__x="1"} 1\n', b: 'y 1\n' },
    ['y 1'],
    'a: metric family "x": metric {__x="1",instance="",job="j"} has a label with the reserved name "__x"; left out',
  );
});

test('of many clashes a few are named', () => {
  expect(describeClashes([])).toBeNull();
  expect(describeClashes(['a', 'b', 'c', 'd', 'e', 'f', 'g'])).toBe('a; b; c; d; e; and 2 more');
});
