import { expect, test } from 'vitest';
import { BodyTemplate } from '../../../src/exposition/fast-text/body-template.ts';
import { renderKeyTexts } from '../../../src/exposition/fast-text/line-labels.ts';
import { TemplateCache } from '../../../src/exposition/fast-text/template-cache.ts';
import {
  templateGroupIdLengthMax,
  templateGroupIdsLengthMax,
  templateShapesMax,
  templateWeightMax,
} from '../../../src/exposition/limits.ts';
import type { GroupingKey } from '../../../src/model/grouping-key.ts';
import { createKey } from '../families.ts';

/** A template of a body that is `segment` alone. */
function createTemplate(segment: string, fitsEveryKey = true): BodyTemplate {
  return new BodyTemplate({ segments: [segment], constants: [], holes: [], values: [], families: [], fitsEveryKey });
}

function finds(cache: TemplateCache, body: string, key: GroupingKey): boolean {
  return cache.apply(Buffer.from(body), key, renderKeyTexts(key), 5) !== null;
}

test('a template is found for its group, and for others of the same shape if it fits them', () => {
  const cache = new TemplateCache();
  cache.add(createKey({ job: 'a' }), createTemplate('shared\n'));
  cache.add(createKey({ job: 'b' }), createTemplate('own\n', false));
  expect(finds(cache, 'shared\n', createKey({ job: 'c' }))).toBe(true);
  expect(finds(cache, 'shared\n', createKey({ job: 'c', more: 'd' }))).toBe(false);
  expect(finds(cache, 'own\n', createKey({ job: 'b' }))).toBe(true);
  expect(finds(cache, 'own\n', createKey({ job: 'c' }))).toBe(false);
});

test('a template of a shape that is known does not push out those of other shapes', () => {
  const cache = new TemplateCache();
  const keyOf = (shape: number, job: string): GroupingKey => createKey({ job, [`label_${shape}`]: 'x' });
  for (let shape = 0; shape < templateShapesMax; shape++) cache.add(keyOf(shape, 'first'), createTemplate(`${shape}\n`));
  cache.add(keyOf(0, 'first'), createTemplate('again\n'));
  expect(finds(cache, '1\n', keyOf(1, 'second'))).toBe(true);
  expect(finds(cache, 'again\n', keyOf(0, 'second'))).toBe(true);
});

test('what is remembered of groups is bounded by the length of their ids', () => {
  const cache = new TemplateCache();
  const template = createTemplate('own\n', false);
  const long = createKey({ job: 'x'.repeat(templateGroupIdLengthMax) });
  cache.add(long, template);
  expect(finds(cache, 'own\n', long)).toBe(false);
  const keyOf = (i: number): GroupingKey => createKey({ job: `${i}_`.padEnd(templateGroupIdLengthMax - 100, 'x') });
  cache.add(keyOf(0), template);
  expect(finds(cache, 'own\n', keyOf(0))).toBe(true);
  const count = Math.ceil(templateGroupIdsLengthMax / (templateGroupIdLengthMax - 100)) + 1;
  for (let i = 1; i < count; i++) cache.add(keyOf(i), template);
  expect(finds(cache, 'own\n', keyOf(0))).toBe(false);
  expect(finds(cache, 'own\n', keyOf(count - 1))).toBe(true);
});

test('templates that are too much together are forgotten, but for the last one', () => {
  const cache = new TemplateCache();
  const half = 'x'.repeat(templateWeightMax / 2);
  cache.add(createKey({ job: 'a' }), createTemplate(`${half}\n`));
  cache.add(createKey({ job: 'b' }), createTemplate(`b${half}\n`));
  expect(finds(cache, `${half}\n`, createKey({ job: 'a' }))).toBe(false);
  expect(finds(cache, `b${half}\n`, createKey({ job: 'b' }))).toBe(true);
});
