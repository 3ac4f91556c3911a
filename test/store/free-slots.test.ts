import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FreeSlots } from '../../src/store/free-slots.ts';

test('the lowest slot is given away first, whatever was added and taken before', () => {
  fc.assert(
    fc.property(fc.array(fc.option(fc.nat(50)), { maxLength: 60 }), (steps) => {
      const free = new FreeSlots();
      const wanted: number[] = [];
      for (const slot of steps) {
        if (slot === null) {
          expect(free.take()).toBe(wanted.sort((a, b) => a - b).shift());
        } else {
          free.add(slot);
          wanted.push(slot);
        }
      }
    }),
    { numRuns: 2000 },
  );
});
