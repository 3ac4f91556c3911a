import { expect, test } from 'vitest';
import { BodyTemplate } from '../../../src/exposition/fast-text/body-template.ts';
import { FormPool } from '../../../src/exposition/fast-text/form-pool.ts';
import { textsOfKey } from '../../../src/exposition/fast-text/line-labels.ts';
import type { NeighbourOrder } from '../../../src/exposition/fast-text/line-order.ts';
import { Segments } from '../../../src/exposition/fast-text/segments.ts';
import { TemplateCache } from '../../../src/exposition/fast-text/template-cache.ts';
import { TextForm } from '../../../src/exposition/fast-text/text-form.ts';
import { FormFamilies } from '../../../src/exposition/form-families.ts';
import {
  sharedFormGroupsMin,
  templateGroupIdLengthMax,
  templateGroupIdsLengthMax,
  templateOpeningsMax,
  templateWeightMax,
} from '../../../src/exposition/limits.ts';
import type { GroupingKey } from '../../../src/model/grouping-key.ts';
import { createKey } from '../families.ts';

/** An order that no group has. */
const never: NeighbourOrder = { steps: [], isOrderedWhenEqual: false };

/** A template of a body that is `segment` alone. */
function createTemplate(segment: string, orders: readonly NeighbourOrder[] = []): BodyTemplate {
  const form = new TextForm({ constants: [], holes: [], families: [] });
  return new BodyTemplate({ form, layout: new Segments([Buffer.from(segment)]), values: [], orders });
}

/** A cache for which bodies begin with their first line. */
function createCache(): TemplateCache {
  return new TemplateCache((body) => body.toString('latin1', 0, body.indexOf('\n')), new FormPool());
}

function add(cache: TemplateCache, key: GroupingKey, body: string, orders: readonly NeighbourOrder[] = []): void {
  cache.add(Buffer.from(body), key, textsOfKey(key), createTemplate(body, orders));
}

function finds(cache: TemplateCache, body: string, key: GroupingKey): boolean {
  return cache.apply(Buffer.from(body), key, textsOfKey(key), 5) !== null;
}

test('a template is found for its group, and for others of the same shape if it fits them', () => {
  const cache = createCache();
  add(cache, createKey({ job: 'a' }), '# shared\n');
  add(cache, createKey({ job: 'b' }), '# own\n', [never]);
  expect(finds(cache, '# shared\n', createKey({ job: 'c' }))).toBe(true);
  expect(finds(cache, '# shared\n', createKey({ job: 'c', more: 'd' }))).toBe(false);
  expect(finds(cache, '# own\n', createKey({ job: 'b' }))).toBe(true);
  expect(finds(cache, '# own\n', createKey({ job: 'c' }))).toBe(false);
});

test('templates of bodies that begin otherwise do not push each other out, up to a bound', () => {
  const cache = createCache();
  const key = createKey({ job: 'a' });
  for (let i = 0; i < templateOpeningsMax; i++) add(cache, key, `# ${i}\n`);
  expect(finds(cache, '# 0\n', createKey({ job: 'other' }))).toBe(true);
  add(cache, key, '# one more\n');
  expect(finds(cache, '# 0\n', createKey({ job: 'another' }))).toBe(false);
  expect(finds(cache, '# one more\n', createKey({ job: 'another' }))).toBe(true);
});

test('a template that is known already is not kept twice', () => {
  const cache = createCache();
  const long = `# ${'x'.repeat(templateWeightMax / 4)}\n`;
  add(cache, createKey({ job: 'first' }), '# other\n');
  for (let i = 0; i < 6; i++) add(cache, createKey({ job: `j${i}` }), long);
  expect(finds(cache, '# other\n', createKey({ job: 'second' }))).toBe(true);
});

test('a push is kept in its form from the moment on that several groups share it', () => {
  const cache = createCache();
  const keyOf = (i: number): GroupingKey => createKey({ job: `j${i}` });
  add(cache, keyOf(0), '# shared\n');
  const hasForm = (i: number): boolean => cache.apply(Buffer.from('# shared\n'), keyOf(i), textsOfKey(keyOf(i)), 5) instanceof FormFamilies;
  for (let i = 0; i < sharedFormGroupsMin - 1; i++) expect([hasForm(i), hasForm(i)]).toEqual([false, false]);
  expect(hasForm(sharedFormGroupsMin - 1)).toBe(true);
  expect(hasForm(0)).toBe(true);
});

test('what is remembered of groups is bounded by the length of their ids', () => {
  const cache = createCache();
  const long = createKey({ job: 'x'.repeat(templateGroupIdLengthMax) });
  add(cache, long, '# own\n', [never]);
  expect(finds(cache, '# own\n', long)).toBe(false);
  const keyOf = (i: number): GroupingKey => createKey({ job: `${i}_`.padEnd(templateGroupIdLengthMax - 100, 'x') });
  add(cache, keyOf(0), '# own\n', [never]);
  expect(finds(cache, '# own\n', keyOf(0))).toBe(true);
  const count = Math.ceil(templateGroupIdsLengthMax / (templateGroupIdLengthMax - 100)) + 1;
  for (let i = 1; i < count; i++) add(cache, keyOf(i), '# own\n', [never]);
  expect(finds(cache, '# own\n', keyOf(0))).toBe(false);
  expect(finds(cache, '# own\n', keyOf(count - 1))).toBe(true);
});

test('templates that are too much together are forgotten, but for the last one', () => {
  const cache = createCache();
  const half = 'x'.repeat(templateWeightMax / 2);
  add(cache, createKey({ job: 'a' }), `# ${half}\n`);
  add(cache, createKey({ job: 'b' }), `# b${half}\n`);
  expect(finds(cache, `# ${half}\n`, createKey({ job: 'a' }))).toBe(false);
  expect(finds(cache, `# b${half}\n`, createKey({ job: 'b' }))).toBe(true);
});
