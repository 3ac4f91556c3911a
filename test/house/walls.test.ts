import { expect, test } from 'vitest';
import { readRepository, select } from './tree.ts';
import { findBreaches, findCycles, findUnknownRooms } from './walls.ts';

const sources = select(readRepository(), 'src/', '.ts', '.tsx');
const breaches = (file: string, text: string): string[] => findBreaches(new Map([[file, text]]));

test('rooms import one way only', () => {
  expect(sources.size).toBeGreaterThan(0);
  expect(findBreaches(sources)).toEqual([]);
});

test('no file imports itself by a detour', () => {
  expect(findCycles(sources)).toEqual([]);
});

test('every room has its place in the plan', () => {
  expect(findUnknownRooms(sources)).toEqual([]);
  expect(findUnknownRooms(new Map([['src/cellar/wine.ts', '']]))).toEqual(['cellar']);
});

test('a wrong import is found in whatever form it comes', () => {
  const forms = [
    `import { a } from '../store/a.ts';`,
    `import type { A } from '../store/a.ts';`,
    `import '../store/a.ts';`,
    `export { a } from '../store/a.ts';`,
    `export * from '../store/a.ts';`,
    `const a = await import('../store/a.ts');`,
    `let a: import('../store/a.ts').A;`,
  ];
  for (const form of forms) expect(breaches('src/base/b.ts', form), form).toEqual(['src/base/b.ts must not import src/store/a.ts']);
});

test('the storeys are kept', () => {
  const f = (from: string, to: string, want: boolean): void => {
    expect(breaches(`src/${from}/x.ts`, `import '../${to}';`).length === 0, `${from} imports ${to}`).toBe(want);
  };
  f('base', 'base/y.ts', true);
  f('base', 'model/y.ts', false);
  f('model', 'base/y.ts', true);
  f('store', 'exposition/y.ts', true);
  f('exposition', 'store/y.ts', false);
  f('persistence', 'store/y.ts', true);
  f('persistence', 'telemetry/y.ts', false);
  f('cluster', 'persistence/y.ts', true);
  f('cluster', 'api/y.ts', false);
  f('api', 'cluster/y.ts', true);
  f('cli', 'api/y.ts', true);
  f('api', 'cli/y.ts', false);
  f('http', 'base/y.ts', true);
  f('http', 'model/y.ts', false);
  f('api', 'http/y.ts', true);
  f('cli', 'http/y.ts', true);
  f('store', 'http/y.ts', false);
  f('ui', 'api/types.ts', true);
  f('ui', 'api/push.ts', false);
  f('ui', 'model/y.ts', false);
  f('cli', 'ui/y.ts', false);
  f('client', 'exposition/y.ts', true);
  f('client', 'store/y.ts', false);
  f('client', 'http/y.ts', false);
  f('client', 'agent/y.ts', false);
  f('api', 'client/y.ts', false);
  f('cli', 'client/y.ts', true);
  f('agent', 'client/y.ts', true);
  f('agent', 'cli/y.ts', false);
  f('cli', 'agent/y.ts', true);
  f('api', 'agent/y.ts', false);
});

test('imports of the same room, of packages and of Node are free', () => {
  expect(breaches('src/base/b.ts', `import './a.ts'; import 'node:fs'; import 'pino';`)).toEqual([]);
});

test('a circle of type imports is found', () => {
  const circle = new Map([
    ['src/base/a.ts', `import type { B } from './b.ts';`],
    ['src/base/b.ts', `import type { C } from './c.ts';`],
    ['src/base/c.ts', `import { a } from './a.ts';`],
  ]);
  expect(findCycles(circle)).toEqual(['src/base/a.ts -> src/base/b.ts -> src/base/c.ts -> src/base/a.ts']);
});
