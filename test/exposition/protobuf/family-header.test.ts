import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodeDelimitedFamily, encodeMetrics } from '../../../src/exposition/protobuf/codec.ts';
import { encodeMessageStart } from '../../../src/exposition/protobuf/family-header.ts';
import { createFamily } from '../families.ts';
import { arbitraryFamily } from './arbitrary-family.ts';

test('a header and the metrics of several families put behind each other are one family', () => {
  fc.assert(
    fc.property(arbitraryFamily, arbitraryFamily, fc.option(fc.string()), (family, other, unit) => {
      // Fields behind the metrics, which protobuf allows in any order, stand before them here.
      const metrics = unit === null ? [...family.metrics, ...other.metrics] : [];
      const encoded = encodeMetrics(metrics);
      const want = encodeDelimitedFamily({ ...family, unit, metrics, unknownFields: null });
      expect(Buffer.concat([encodeMessageStart({ ...family, unit }, encoded.length), encoded]).equals(want)).toBe(true);
    }),
  );
});

test('lengths of every size, and characters of several bytes', () => {
  for (const length of [0, 1, 126, 127, 128, 129, 16_380, 16_390, 2_100_000]) {
    for (const letter of ['x', 'ü', '𝄞', '\ud834']) {
      const family = createFamily(letter.repeat(length), 'histogram', [], { help: letter.repeat(length), unit: letter });
      expect(Buffer.compare(encodeMessageStart(family, 0), encodeDelimitedFamily(family)), `${length} ${letter}`).toBe(0);
    }
  }
});
