import { describe, expect, test } from 'vitest';
import { BodyCollector } from '../../src/http/body-collector.ts';
import { BodyReservation, createBodyBudgets } from '../../src/http/body-reservation.ts';
import { bodyBytesUnreserved } from '../../src/http/limits.ts';

const reserve = (bytesMax = 1e9): BodyReservation => new BodyReservation(createBodyBudgets(bytesMax));

describe('a collector', () => {
  test('keeps a body of one piece as it is', () => {
    const collector = new BodyCollector(reserve(), 0);
    const piece = Buffer.from('abc');
    expect(collector.add(piece)).toBeNull();
    expect(collector.contents()).toBe(piece);
  });

  test('puts pieces of all sizes together', () => {
    for (const size of [1, 7, 1000, 70_000]) {
      const pieces = Array.from({ length: 200 }, (_, i) => Buffer.alloc(size, i));
      for (const expected of [0, 200 * size]) {
        const collector = new BodyCollector(reserve(), 0, expected);
        for (const piece of pieces) void collector.add(piece);
        expect(collector.contents().equals(Buffer.concat(pieces)), `${size} ${expected}`).toBe(true);
      }
    }
  });

  test('refuses the first byte beyond the limit', () => {
    const collector = new BodyCollector(reserve(), 10);
    void collector.add(Buffer.alloc(4));
    void collector.add(Buffer.alloc(6));
    expect(collector.contents()).toHaveLength(10);
    expect(() => collector.add(Buffer.alloc(1))).toThrow('cannot read the body: it is larger than 10 bytes');
  });

  test('does not keep the blocks that small pieces were read into', () => {
    const collector = new BodyCollector(reserve(), 0);
    for (let i = 0; i < 1000; i++) {
      const block = Buffer.alloc(1024, 'a');
      void collector.add(block.subarray(0, 1));
      // What is kept of the block would change with it; the first one is copied with the second.
      if (i > 0) block.fill('b');
    }
    expect(collector.contents().toString()).toBe('a'.repeat(1000));
    expect(collector.contents().buffer.byteLength).toBeLessThanOrEqual(bodyBytesUnreserved);
  });
});
