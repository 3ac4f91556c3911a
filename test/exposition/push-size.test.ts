import { expect, test } from 'vitest';
import { Refusal } from '../../src/base/errors.ts';
import { PushDecoder } from '../../src/exposition/decode-push.ts';
import { decodedPartsMax, familiesMax } from '../../src/exposition/limits.ts';
import { encodeDelimitedFamily } from '../../src/exposition/protobuf/codec.ts';
import { createFamily, createGauge, createKey } from './families.ts';

const protobuf = 'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited';
const key = createKey({ job: 'j' });

function decode(body: Buffer, contentType?: string, grouping = key): number {
  return new PushDecoder(false).decode(body, contentType, grouping, 5).families.size;
}

function refuses(body: Buffer, contentType: string | undefined, message: string, grouping = key): void {
  let error: unknown;
  try {
    decode(body, contentType, grouping);
  } catch (caught) {
    error = caught;
  }
  expect(error).toBeInstanceOf(Refusal);
  expect(error).toMatchObject({ code: 'PG_EXPOSITION_TOO_LARGE', status: 413 });
  expect((error as Refusal).message).toContain(message);
}

function repeat(count: number, line: (i: number) => string): Buffer {
  return Buffer.from(Array.from({ length: count }, (_, i) => line(i)).join(''));
}

test('a push may have so many families and no more, in either text decoder and in protobuf', () => {
  const message = `cannot parse the push: it has more than ${familiesMax} metric families`;
  const family = (i: number): string => `m${i} 1\n`;
  expect(decode(repeat(familiesMax, family))).toBe(familiesMax);
  refuses(repeat(familiesMax + 1, family), undefined, message);
  // A blank before the name is for the plain decoder.
  refuses(Buffer.concat([Buffer.from(' first 1\n'), repeat(familiesMax, family)]), undefined, message);
  refuses(
    repeat(familiesMax + 1, (i) => `# HELP m${i} x\n`),
    undefined,
    message,
  );
  const encoded = encodeDelimitedFamily(createFamily('m', 'gauge', [createGauge({}, 1)]));
  refuses(Buffer.concat(Array.from({ length: familiesMax + 1 }, () => encoded)), protobuf, message);
});

test('text that grows too long by its grouping labels is refused, in either text decoder', () => {
  const grouping = createKey({ job: 'j', long: 'x'.repeat(200_000) });
  const lines = repeat(1_400, (i) => `m{a="${i}"} 1\n`);
  const message = 'with the grouping labels on every line, is longer than';
  refuses(lines, undefined, message, grouping);
  refuses(Buffer.concat([Buffer.from(' '), lines]), undefined, message, grouping);
  // What was learned of a body that fitted does not lead past the bound.
  const decoder = new PushDecoder(false);
  const many = repeat(40_000, (i) => `m{a="${i}"} 1\n`);
  expect(decoder.decode(many, undefined, createKey({ job: 'j', long: 'short' }), 5).families.size).toBe(1);
  expect(() => decoder.decode(many, undefined, createKey({ job: 'j', long: 'x'.repeat(15_000) }), 5)).toThrow(message);
});

test('what a protobuf push makes objects of is counted', () => {
  const message = `more than ${decodedPartsMax} samples and labels`;
  const body = (metrics: Buffer): Buffer => field(Buffer.concat([Buffer.from('0a0161', 'hex'), metrics]));
  refuses(body(Buffer.alloc(2 * (decodedPartsMax + 1), '2200', 'hex')), protobuf, message);
  const deltas = field(Buffer.alloc(decodedPartsMax, 2), 106);
  refuses(body(field(field(deltas, 58), 34)), protobuf, message);
});

/** Length and content, behind the tag if there is one. */
function field(content: Buffer, tag?: number): Buffer {
  const head = tag === undefined ? [] : [tag];
  let rest = content.length;
  for (; rest > 127; rest >>>= 7) head.push((rest & 127) | 128);
  return Buffer.concat([Buffer.of(...head, rest), content]);
}
