import { describe, expect, test } from 'vitest';
import { readGobStream } from '../../../src/persistence/import-pushgateway/gob-reader.ts';
import { gobTypesMax } from '../../../src/persistence/import-pushgateway/limits.ts';

const hex = (digits: string): Buffer => Buffer.from(digits.replaceAll(' ', ''), 'hex');

/** A message of fewer than 128 bytes behind its length. */
function message(digits: string): string {
  const bytes = hex(digits);
  return Buffer.concat([Buffer.of(bytes.length), bytes]).toString('hex');
}

// The examples in the documentation of encoding/gob: `type Point struct { X, Y int }`, a Point of 22 and 33, and the number 7.
const pointType = '1fff81 03 0101 05506f696e74 01ff82 00 0102 01 0158 0104 00 01 0159 0104 00 00 00';
const point = '07 ff82 012c 0142 00';
const seven = '03 04 00 0e';

/** Type 65, defined with one element type: a slice or a map of string keys. */
const sliceType = (element: string): string => message(`ff81 02 01 02 ff82 00 01 ${element} 00 00`);
const stringMapType = message('ff81 04 01 02 ff82 00 01 0c 01 0c 00 00');

describe('a gob stream', () => {
  test('holds a struct with its fields by name', () => {
    const value = readGobStream(hex(pointType + point));
    expect(value.kind).toBe('struct');
    expect(value.kind === 'struct' && [...value.fields]).toEqual([
      ['X', { kind: 'int', value: 22 }],
      ['Y', { kind: 'int', value: 33 }],
    ]);
  });

  test('leaves out a field that is zero', () => {
    const value = readGobStream(hex(`${pointType} 05 ff82 0242 00`));
    expect(value.kind === 'struct' && [...value.fields]).toEqual([['Y', { kind: 'int', value: 33 }]]);
  });

  const f = (what: string, input: string, want: unknown): void => {
    test(`holds ${what}`, () => {
      expect(readGobStream(hex(input))).toEqual(want);
    });
  };
  const bytes = (text: string) => ({ kind: 'bytes', value: Buffer.from(text) });
  f('an integer', seven, { kind: 'int', value: 7 });
  f('a negative integer', message('04 00 01'), { kind: 'int', value: -1 });
  f('an unsigned integer of 64 bits', message('06 00 f8 ffffffffffffffff'), { kind: 'uint', value: 2n ** 64n - 1n });
  f('a string', message('0c 00 02 6869'), bytes('hi'));
  f('a slice', sliceType('04') + message('ff82 00 02 02 04'), { kind: 'slice', elements: [1, 2].map((value) => ({ kind: 'int', value })) });
  f('a map', stringMapType + message('ff82 00 01 0161 0162'), { kind: 'map', entries: [[bytes('a'), bytes('b')]] });
  f('what encodes itself', message('ff81 05 01 02 ff82 00 00 00') + message('ff82 00 02 6869'), bytes('hi'));
});

describe('a stream that is not sound', () => {
  const f = (input: string, want: string): void => {
    test(`is not read: ${want}`, () => {
      expect(() => readGobStream(hex(input))).toThrow(want);
    });
  };
  f('', 'the file ends too early at byte 0');
  f('03 04 00', '3 bytes are announced, but only 2 are left at byte 1');
  f(pointType, 'the file ends too early at byte 32');
  f('03 04 01 0e', 'the value does not begin with a zero at byte 3');
  f('04 04 00 0e 0e', '1 bytes of a message are left over at byte 4');
  f(`${seven} 00`, '1 bytes follow where the value ends at byte 4');
  f('02 04 00 0e', 'a message ends too early at byte 3');
  f('f8 ffffffffffffffff 00', '18446744073709552000 bytes are announced, but only 1 are left at byte 9');
  f('f7 ffffffffffffffffff', 'an integer is longer than 64 bits at byte 1');
  f(message('04 00 f8 ffffffffffffffff'), 'an integer is too large at byte 12');
  f('03 08 00 0e', 'type 4 is unknown or not one that a Pushgateway writes at byte 2');
  f(message('ff82 00 00'), 'type 65 is unknown or not one that a Pushgateway writes at byte 3');
  f(pointType + pointType, 'type 65 is defined twice at byte 64');
  f(message('03 00'), 'type 2 is defined twice at byte 3');
  f(`${pointType} 07 ff82 032c 0142 00`, 'a struct has a field that its type does not have at byte 36');
  f(`${pointType} 07 ff82 012c 0242 00`, 'a struct has a field that its type does not have at byte 38');
  f(`${pointType} 0e ff82 f8 ffffffffffffffff 2c 00 00`, 'a struct has a field that its type does not have at byte 44');
  f(stringMapType + message('ff82 00 fc 7fffffff 00'), '2147483647 entries are announced, but only 1 bytes are left');
  f(sliceType('04') + message('ff82 00 f8 7fffffffffffffff 00'), '9223372036854776000 entries are announced, but only 1 bytes are left');
  f(message('0c 00 fc 7fffffff 61'), '2147483647 bytes are announced, but only 1 are left at byte 8');
  f(sliceType('ff82') + message(`ff82 00 ${'01'.repeat(40)}`), 'values are nested more than 16 deep');

  test('is not read when it defines more types than any Pushgateway has', () => {
    const define = (i: number): string => message(`fe${(0x80 + 2 * i + 1).toString(16).padStart(4, '0')} 05 01 02 04 00 00 00`);
    const definitions = Array.from({ length: gobTypesMax + 1 }, (_, i) => define(i));
    expect(() => readGobStream(hex(definitions.slice(0, gobTypesMax).join('') + seven))).not.toThrow();
    expect(() => readGobStream(hex(definitions.join('') + seven))).toThrow('more than 64 types are defined');
  });
});
