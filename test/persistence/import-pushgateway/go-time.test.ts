import { describe, expect, test } from 'vitest';
import { decodeGoTime } from '../../../src/persistence/import-pushgateway/go-time.ts';

describe("a binary time of Go's", () => {
  const f = (input: string, want: number): void => {
    test(`is the same time in Unix milliseconds: ${input}`, () => {
      expect(decodeGoTime(Buffer.from(input.replaceAll(' ', ''), 'hex'))).toBe(want);
    });
  };
  // In UTC, in a zone of whole minutes, and in one of an odd number of seconds, which is version 2.
  f('01 0000000ed484519f 075bcd15 ffff', Date.UTC(2019, 5, 1, 10, 59, 43) + 123.456789);
  f('01 0000000ed484519f 075bcd15 003c', Date.UTC(2019, 5, 1, 10, 59, 43) + 123.456789);
  f('02 0000000ed484519f 075bcd15 003c 11', Date.UTC(2019, 5, 1, 10, 59, 43) + 123.456789);
  f('01 0000000e7791f700 00000000 ffff', 0);
  f('01 0000000e7791f700 000f4240 ffff', 1);
  f('01 0000000000000000 00000000 ffff', 0);
});

describe('bytes that are no time', () => {
  const f = (input: string): void => {
    test(`are not read: "${input}"`, () => {
      expect(() => decodeGoTime(Buffer.from(input, 'hex'))).toThrow("a push time is not in the form of Go's time.Time");
    });
  };
  f('');
  f('00');
  f('01');
  f('030000000ed484519f075bcd15ffff');
  f('010000000ed484519f075bcd15ffff00');
  f('020000000ed484519f075bcd15ffff');
});
