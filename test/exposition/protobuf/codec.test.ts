import { fromBinary, toBinary } from '@bufbuild/protobuf';
import { BinaryWriter } from '@bufbuild/protobuf/wire';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Refusal } from '../../../src/base/errors.ts';
import { createMetric } from '../../../src/model/metric-draft.ts';
import type { MetricFamily } from '../../../src/model/metric-family.ts';
import {
  decodeDelimitedFamilies,
  decodeFamilyMessage,
  encodeDelimitedFamily,
  encodeFamilyMessage,
} from '../../../src/exposition/protobuf/codec.ts';
import { MetricFamilySchema, MetricType } from '../../fixtures/proto/metrics_pb.js';
import { arbitraryFamily, createOracleFamily, withoutUnknownFields } from './arbitrary-family.ts';

function createGauge(name: string, value: number): MetricFamily {
  const metrics = [{ ...createMetric([]), gauge: { value, unknownFields: null } }];
  return { name, help: null, type: 'gauge', unit: null, metrics, unknownFields: null, flaw: null };
}

function refusalOf(decode: () => unknown): Refusal {
  try {
    decode();
  } catch (error) {
    if (error instanceof Refusal) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}

/** Bytes of hex digits; blanks are for the reader. */
const hex = (digits: string): Buffer => Buffer.from(digits.replaceAll(' ', ''), 'hex');

describe('against code that protoc-gen-es made of metrics.proto', () => {
  test('what the generated code encodes is decoded to the same family', () => {
    fc.assert(
      fc.property(arbitraryFamily, (family) => {
        const bytes = toBinary(MetricFamilySchema, createOracleFamily(family));
        expect(decodeFamilyMessage(bytes)).toEqual(withoutUnknownFields(family));
      }),
    );
  });

  test('what is encoded here is the same bytes that the generated code writes', () => {
    fc.assert(
      fc.property(arbitraryFamily, (family) => {
        const want = toBinary(MetricFamilySchema, createOracleFamily(family));
        expect(Buffer.from(encodeFamilyMessage(withoutUnknownFields(family)))).toEqual(Buffer.from(want));
      }),
    );
  });

  test('unknown fields of every message go through the generated code and through ours unharmed', () => {
    fc.assert(
      fc.property(arbitraryFamily, (family) => {
        const bytes = encodeFamilyMessage(family);
        const seen = toBinary(MetricFamilySchema, fromBinary(MetricFamilySchema, bytes));
        expect(Buffer.from(bytes)).toEqual(Buffer.from(seen));
        expect(decodeFamilyMessage(bytes)).toEqual(family);
      }),
    );
  });
});

describe('a delimited body', () => {
  test('holds families in the order of their first appearance, and of two with one name the later one wins', () => {
    const families = [createGauge('a', 1), createGauge('b', 2), createGauge('a', 3)];
    const body = Buffer.concat(families.map(encodeDelimitedFamily));
    expect(decodeDelimitedFamilies(body)).toEqual([createGauge('a', 3), createGauge('b', 2)]);
  });

  test('without a byte has no families', () => {
    expect(decodeDelimitedFamilies(Buffer.alloc(0))).toEqual([]);
  });

  test('that ends inside a length prefix ends there without an error', () => {
    const family = createGauge('a', 1);
    expect(decodeDelimitedFamilies(Buffer.concat([encodeDelimitedFamily(family), hex('80')]))).toEqual([family]);
    expect(decodeDelimitedFamilies(Buffer.concat([encodeDelimitedFamily(family), hex('ffffffff')]))).toEqual([family]);
  });

  test('may have a length prefix that is longer than needed', () => {
    const message = encodeFamilyMessage(createGauge('a', 1));
    expect(decodeDelimitedFamilies(Buffer.concat([Buffer.of(0x80 | message.length, 0x80, 0x00), message]))).toEqual([createGauge('a', 1)]);
  });

  test('can be changed afterwards without changing what was decoded', () => {
    const family: MetricFamily = { ...createGauge('häh', 1), help: 'x'.repeat(100), unknownFields: Uint8Array.of(0xa0, 0x06, 0x2a) };
    const body = Buffer.from(encodeDelimitedFamily(family));
    const [decoded] = decodeDelimitedFamilies(body);
    body.fill(0xff);
    expect(decoded).toEqual(family);
  });

  test('with a family that has no name, or an empty one, is refused', () => {
    const nameless = [hex('00'), hex('02 18 01'), encodeDelimitedFamily({ ...createGauge('', 1), help: 'Help.' })];
    for (const family of nameless) {
      const refusal = refusalOf(() => decodeDelimitedFamilies(Buffer.concat([encodeDelimitedFamily(createGauge('a', 1)), family])));
      expect(refusal).toMatchObject({ code: 'PG_PROTOBUF_NO_NAME', status: 400, message: 'cannot decode protobuf: family 2 has no name' });
    }
  });
});

describe('a body that is not sound is refused, and the message names family and byte', () => {
  const f = (input: string, want: string): void => {
    test(want, () => {
      const refusal = refusalOf(() => decodeDelimitedFamilies(hex(input)));
      expect(refusal).toMatchObject({ code: 'PG_PROTOBUF_DECODE', status: 400, message: `cannot decode protobuf: ${want}` });
    });
  };
  f('0a 0a01', 'family 1: 10 bytes are announced, but 2 are left at byte 1');
  f('05 0a0161 1801 0a 0a01', 'family 2: 10 bytes are announced, but 2 are left at byte 7');
  f('ffffffffffffffff7f 00', 'family 1: 9223372036854776000 bytes are announced, but 1 are left at byte 9');
  f('ffffffffffffffffff01 00', 'family 1: 18446744073709552000 bytes are announced, but 1 are left at byte 10');
  f('ffffffffffffffffffff01 00', 'family 1: an integer is longer than 64 bits at byte 10');
  f('ffffffffffffffffff02 00', 'family 1: an integer is longer than 64 bits at byte 10');
  f('ff'.repeat(100), 'family 1: an integer is longer than 64 bits at byte 10');
  f('03 0a0261', 'family 1: 2 bytes are announced, but 1 are left at byte 3');
  f('04 0a0161 18', 'family 1 ("a"): the message ends inside an integer at byte 5');
  f('05 0a0161 1806', 'family 1 ("a"): the metric type 6 is not one of 0 to 5 at byte 6');
  f('0e 0a0161 18ffffffffffffffffff01', 'family 1 ("a"): the metric type -1 is not one of 0 to 5 at byte 15');
  f('09 0a0161 2204 1202 0900', 'family 1 ("a"): the message ends inside a number at byte 9');
  f('07 0a0161 2202 1205', 'family 1 ("a"): 5 bytes are announced, but 0 are left at byte 8');
  f('04 0a0161 00', 'family 1 ("a"): a field has the number 0 at byte 5');
  f('04 0a0161 04', 'family 1 ("a"): a field has the number 0 at byte 5');
  f('05 0a0161 3e00', 'family 1 ("a"): field 7 has the wire type 6, which does not exist at byte 5');
  f('04 0a0161 3c', 'family 1 ("a"): a group ends that was not begun at byte 5');
  f('05 0a0161 3b44', 'family 1 ("a"): a group ends that was not begun at byte 6');
  f('05 0a0161 3b08', 'family 1 ("a"): the message ends inside an integer at byte 6');
  f('06 0a0161 3d0000', 'family 1 ("a"): the message ends inside a number at byte 5');
  f('08 0a0161 8080808010', 'family 1 ("a"): a field number is too large at byte 9');
  f(`63 0a0161 ${'3b'.repeat(96)}`, 'family 1 ("a"): groups are nested more than 32 deep at byte 37');
  f(Buffer.from('m_one 1\n').toString('hex'), 'family 1: 109 bytes are announced, but 7 are left at byte 1');
});

test('a refusal repeats no more than the beginning of a long name', () => {
  const body = Buffer.concat([encodeDelimitedFamily(createGauge('n'.repeat(1_000_000), 1)).subarray(0, -1)]);
  const broken = Buffer.concat([encodeFamilyMessage(createGauge('n'.repeat(1_000_000), 1)), hex('00')]);
  expect(refusalOf(() => decodeDelimitedFamilies(body)).message.length).toBeLessThan(2000);
  expect(refusalOf(() => decodeFamilyMessage(broken)).message.length).toBeLessThan(2000);
});

describe('fields that we do not know', () => {
  const f = (title: string, input: string): void => {
    test(`${title} are kept and written back behind the others`, () => {
      const family = decodeFamilyMessage(hex(`${input} 0a0161 1801`));
      expect(family).toMatchObject({ name: 'a', type: 'gauge' });
      expect(Buffer.from(family.unknownFields ?? []).toString('hex')).toBe(input.replaceAll(' ', ''));
      expect(Buffer.from(encodeFamilyMessage(family)).toString('hex')).toBe(`0a01611801${input.replaceAll(' ', '')}`);
    });
  };
  f('varints', '3801');
  f('eight bytes', '39 0102030405060708');
  f('bytes', '3a03616263');
  f('four bytes', '3d 01020304');
  f('groups within groups', '3b 0801 43 44 1203616263 3c');
  f('several', '3801 3802 a20601ff');
  f('fields with a known number and another wire type', '0805');

  test('as many as a body can hold take no more than time in proportion', () => {
    const count = 1_000_000;
    const field = Buffer.of(0x38, 0x01);
    const family = decodeFamilyMessage(Buffer.concat([hex('0a0161'), Buffer.alloc(count * 2, field)]));
    expect(family.unknownFields?.length).toBe(count * 2);
  });
});

describe('repeated numbers', () => {
  const nativeOf = (histogram: Buffer) => {
    const metric = new BinaryWriter().uint32(58).bytes(histogram).finish();
    const bytes = new BinaryWriter().uint32(10).string('h').uint32(24).int32(4).uint32(34).bytes(metric).finish();
    return decodeFamilyMessage(bytes).metrics[0]?.histogram?.native;
  };

  test('are read alike when they come one by one, packed, and mixed', () => {
    const deltas = { positiveDeltas: [1n, -1n, 64n] };
    expect(nativeOf(hex('6802 6801 688001'))).toMatchObject(deltas);
    expect(nativeOf(hex('6a04 0201 8001'))).toMatchObject(deltas);
    expect(nativeOf(hex('6802 6a03 01 8001'))).toMatchObject(deltas);
    expect(nativeOf(hex('5002 5001 508001'))).toMatchObject({ negativeDeltas: [1n, -1n, 64n] });
    expect(nativeOf(hex('5204 0201 8001'))).toMatchObject({ negativeDeltas: [1n, -1n, 64n] });
  });

  test('are read alike when doubles come one by one and packed', () => {
    const one = '000000000000f03f';
    const two = '0000000000000040';
    expect(nativeOf(hex(`71${one} 71${two}`))).toMatchObject({ positiveCounts: [1, 2] });
    expect(nativeOf(hex(`7210 ${one} ${two}`))).toMatchObject({ positiveCounts: [1, 2] });
    expect(nativeOf(hex(`59${one} 59${two}`))).toMatchObject({ negativeCounts: [1, 2] });
    expect(nativeOf(hex(`5a10 ${one} ${two}`))).toMatchObject({ negativeCounts: [1, 2] });
  });

  test('that end inside a packed double are refused', () => {
    expect(refusalOf(() => nativeOf(hex('7204 00000000'))).message).toContain('metric family ("h")');
    expect(refusalOf(() => nativeOf(hex('7204 00000000'))).message).toContain('the message ends inside a number');
  });
});

test('a message field that comes twice is merged, as the generated code does', () => {
  const first = new BinaryWriter().uint32(8).uint64(3).uint32(26).bytes(hex('0801')).finish();
  const second = new BinaryWriter().uint32(17).double(2.5).uint32(26).bytes(hex('0802')).finish();
  const metric = new BinaryWriter().uint32(58).bytes(first).uint32(58).bytes(second).finish();
  const bytes = new BinaryWriter().uint32(10).string('h').uint32(24).int32(4).uint32(34).bytes(metric).finish();
  const histogram = decodeFamilyMessage(bytes).metrics[0]?.histogram;
  expect(histogram).toMatchObject({ sampleCount: 3n, sampleSum: 2.5, buckets: [{ cumulativeCount: 1n }, { cumulativeCount: 2n }] });
  const oracle = fromBinary(MetricFamilySchema, bytes).metric[0]?.histogram;
  expect(oracle).toMatchObject({ sampleCount: 3n, sampleSum: 2.5, bucket: [{ cumulativeCount: 1n }, { cumulativeCount: 2n }] });
});

test('a family without a type is a counter, and the types have the numbers of metrics.proto', () => {
  expect(decodeFamilyMessage(hex('0a0161')).type).toBe('counter');
  expect(decodeFamilyMessage(hex(`0a0161 180${MetricType.GAUGE_HISTOGRAM}`)).type).toBe('gaugehistogram');
});

test('no help and an empty help stay apart', () => {
  expect(decodeFamilyMessage(hex('0a0161')).help).toBeNull();
  expect(decodeFamilyMessage(hex('0a0161 1200')).help).toBe('');
  expect(Buffer.from(encodeFamilyMessage({ ...createGauge('a', 1), metrics: [], help: '' })).toString('hex')).toBe('0a016112001801');
});

test('64-bit counts lose nothing', () => {
  const summary = { sampleCount: 2n ** 64n - 1n, sampleSum: 0, quantiles: [], createdTimestamp: null, unknownFields: null };
  const family: MetricFamily = {
    ...createGauge('s', 0),
    type: 'summary',
    metrics: [{ ...createMetric([]), summary, timestampMs: -(2n ** 63n) }],
  };
  const [metric] = decodeFamilyMessage(encodeFamilyMessage(family)).metrics;
  expect(metric?.summary?.sampleCount).toBe(18446744073709551615n);
  expect(metric?.timestampMs).toBe(-9223372036854775808n);
});

describe('a string that is not valid UTF-8', () => {
  const f = (where: string, input: string, want: string): void => {
    test(`is no error but a flaw of its family: ${where}`, () => {
      expect(decodeFamilyMessage(hex(input)).flaw).toBe(want);
    });
  };
  f('the name', '0a01ff', 'the name of the family is not valid UTF-8 (byte 2)');
  f('the help', '0a0161 1202c328', 'the help text is not valid UTF-8 (byte 5)');
  f('a label name', '0a0161 2206 0a04 0a0280ff', 'a label name is not valid UTF-8 (byte 9)');
  f('a label value', '0a0161 2206 0a04 1202c080', 'a label value is not valid UTF-8 (byte 9)');
  f('only the first of several is named', '0a01ff 1201ff', 'the name of the family is not valid UTF-8 (byte 2)');

  test('does not mark the families beside it', () => {
    const broken = hex('07 0a0162 120261ff');
    const body = Buffer.concat([encodeDelimitedFamily(createGauge('a', 1)), broken, encodeDelimitedFamily(createGauge('c', 1))]);
    expect(decodeDelimitedFamilies(body).map(({ name, flaw }) => [name, flaw !== null])).toEqual([
      ['a', false],
      ['b', true],
      ['c', false],
    ]);
  });
});

test('strings that look alike to the cache of strings stay apart', () => {
  const names = Array.from({ length: 20_000 }, (_, i) => `label_${i.toString(36)}`);
  const labels = [...names, ...names].map((name) => ({ name, value: `${name}é` }));
  const family: MetricFamily = { ...createGauge('a', 1), metrics: [createMetric(labels)] };
  expect(decodeFamilyMessage(encodeFamilyMessage(family))).toEqual(family);
});

describe('damage', () => {
  test('never ends in anything but a refusal, and what is accepted can be encoded and read again', () => {
    const mutation = fc.record({ at: fc.nat(), kind: fc.constantFrom('set', 'cut', 'insert', 'repeat'), byte: fc.nat({ max: 255 }) });
    fc.assert(
      fc.property(arbitraryFamily, fc.array(mutation, { minLength: 1, maxLength: 4 }), (family, mutations) => {
        const body = mutations.reduce(mutate, Buffer.from(encodeDelimitedFamily(family)));
        let families: MetricFamily[];
        try {
          families = decodeDelimitedFamilies(body);
        } catch (error) {
          expect(error).toBeInstanceOf(Refusal);
          return;
        }
        const again = families.map((one) => encodeFamilyMessage(decodeFamilyMessage(encodeFamilyMessage(one))));
        expect(again).toEqual(families.map(encodeFamilyMessage));
      }),
      { numRuns: 1000 },
    );
  });

  function mutate(bytes: Buffer, { at, kind, byte }: { at: number; kind: string; byte: number }): Buffer<ArrayBuffer> {
    const index = at % (bytes.length + 1);
    const before = bytes.subarray(0, index);
    if (kind === 'cut') return Buffer.concat([before]);
    if (kind === 'insert') return Buffer.concat([before, Buffer.of(byte), bytes.subarray(index)]);
    if (kind === 'repeat') return Buffer.concat([before, bytes.subarray(index), bytes.subarray(index)]);
    return Buffer.concat([before, Buffer.of(byte), bytes.subarray(index + 1)]);
  }
});
