import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createGroupingKey, type GroupingKey, keyNotesMax } from '../../src/model/grouping-key.ts';
import { GroupMap } from '../../src/model/group-map.ts';

const keyOf = (job: string): GroupingKey => createGroupingKey(new Map([['job', job]]));

test('keys of one id are the same, whichever object', () => {
  const map = new GroupMap<number>();
  const key = keyOf('a');
  map.set(key, 1);
  expect([map.get(keyOf('a')), map.find(key.id), map.get(keyOf('b'))]).toEqual([1, 1, undefined]);
  map.set(keyOf('a'), 2);
  expect(map.get(key)).toBe(2);
  map.delete(keyOf('a'));
  expect([map.get(key), map.find(key.id), map.size]).toEqual([undefined, undefined, 0]);
  map.set(keyOf('a'), 3);
  expect(map.get(key)).toBe(3);
});

test('what is deleted is not kept by the notes on keys', () => {
  const [first, second] = [new GroupMap<object>(), new GroupMap<object>()];
  const keys = [keyOf('a'), keyOf('b'), keyOf('a')] as const;
  for (const map of [first, second]) for (const key of keys) map.set(key, { of: key.id });
  first.delete(keys[0]);
  first.delete(keys[1]);
  second.clear();
  const notes = keys.flatMap((key) =>
    Array.from({ length: keyNotesMax }, (_, place) => key.noteAt(place) as { value?: unknown } | undefined),
  );
  expect(notes.filter((note) => note !== undefined)).toHaveLength(2 * keys.length);
  expect(notes.map((note) => note?.value)).toEqual(notes.map(() => undefined));
});

test('a look at a key that has been looked at needs no other look-up', () => {
  const map = new GroupMap<number>();
  const key = keyOf('a');
  let askedCount = 0;
  Object.defineProperty(key, 'id', { get: () => (askedCount++, '["job","a"]') });
  map.set(key, 1);
  const before = askedCount;
  for (let i = 0; i < 10; i++) expect(map.get(key)).toBe(1);
  expect(askedCount).toBe(before);
});

test('more maps than there are places for notes, and random writes, are as so many Maps', () => {
  const keys = Array.from({ length: 12 }, (_, i) => keyOf(`job ${i % 4}`));
  const place = fc.nat({ max: keys.length - 1 });
  const mapIndex = fc.nat({ max: keyNotesMax + 2 });
  const step = fc.oneof(
    fc.record({ kind: fc.constant('set' as const), mapIndex, place, value: fc.nat() }),
    fc.record({ kind: fc.constant('get' as const), mapIndex, place }),
    fc.record({ kind: fc.constant('delete' as const), mapIndex, place }),
    fc.record({ kind: fc.constant('clear' as const), mapIndex }),
  );
  fc.assert(
    fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
      const pairs = Array.from({ length: keyNotesMax + 3 }, () => ({ map: new GroupMap<number>(), model: new Map<string, number>() }));
      for (const taken of steps) {
        const { map, model } = pairs[taken.mapIndex] as (typeof pairs)[number];
        if (taken.kind === 'clear') {
          map.clear();
          model.clear();
          continue;
        }
        const key = keys[taken.place] as GroupingKey;
        if (taken.kind === 'set') {
          map.set(key, taken.value);
          model.set(key.id, taken.value);
        } else if (taken.kind === 'delete') {
          map.delete(key);
          model.delete(key.id);
        } else expect(map.get(key)).toBe(model.get(key.id));
      }
      for (const { map, model } of pairs) {
        expect([...map.ids()]).toEqual([...model.keys()]);
        expect([...map.values()]).toEqual([...model.values()]);
        expect(map.size).toBe(model.size);
      }
    }),
    { numRuns: 2000 },
  );
});
