import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type BodyDesk, layOnDesk } from '../../../src/exposition/fast-text/body-desk.ts';
import { ValuePlan } from '../../../src/exposition/fast-text/body-layout.ts';
import { type NumberUse, writeNumber } from '../../../src/exposition/fast-text/numbers.ts';
import { Segments } from '../../../src/exposition/fast-text/segments.ts';
import { deskBytesMax } from '../../../src/exposition/limits.ts';

const digits = (max: number): fc.Arbitrary<string> =>
  fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: max }).map((list) => list.join(''));
const number = fc.oneof(
  fc.tuple(fc.constantFrom('', '-', '+'), digits(17), fc.constantFrom('', '.', 'e', '..'), digits(17)).map((parts) => parts.join('')),
  fc
    .tuple(fc.constantFrom('0.', '-0.', '0.0', '-', ''), fc.constantFrom('0', '000', '0000', '1', '120', ''), digits(3))
    .map((parts) => parts.join('')),
  fc.double().map(String),
  fc.integer({ min: 0, max: 1e16 }).map(String),
  fc.double().map((double) => double.toExponential()),
  fc.constantFrom(
    '1e',
    '1e+',
    '1e+5',
    '2e-07',
    '1E5',
    '5.',
    '.5',
    '007',
    '1e400',
    '-1e-400',
    '-4.9e-324',
    '2e+15',
    '1e+16',
    '9007199254740993',
  ),
  fc.constantFrom('NaN', '+Inf', '-Inf', '-0', '1e5', '!', '\u00ff', '1/', '1:', 'x'.repeat(100)),
);
const value = fc.record({ text: number, use: fc.constantFrom<NumberUse>('value', 'count'), before: fc.string({ maxLength: 40 }) });

/** What `writeNumber` makes of the values in this order; null: one of them is none for the fast path. */
function writePlainly(values: readonly { readonly text: string; readonly use: NumberUse }[]): string | null {
  let written = '';
  for (const { text, use } of values) {
    const target = Buffer.alloc(64);
    const source = Buffer.from(text, 'latin1');
    const end = writeNumber(source, 0, source.length, use, target, 0);
    if (end === -1) return null;
    written += `${target.toString('latin1', 0, end)}\n`;
  }
  return written;
}

function writtenOn(desk: BodyDesk, end: number): string {
  return desk.memory.bytes.toString('latin1', desk.outputAt, end);
}

test('whatever stands between the segments is cut out, and written as the plain way writes it', () => {
  fc.assert(
    fc.property(fc.array(value, { minLength: 1, maxLength: 40 }), fc.string({ maxLength: 40 }), fc.nat(), (values, last, seed) => {
      const segments = [...values.map(({ before }) => Buffer.from(before)), Buffer.from(`\n${last}`)];
      // A value ends at the next blank, so one stands in front of each segment but the first.
      for (let i = 1; i < segments.length - 1; i++) segments[i] = Buffer.concat([Buffer.from(' '), segments[i] as Buffer]);
      const parts = values.flatMap(({ text }, i) => [segments[i] as Buffer, Buffer.from(text, 'latin1')]);
      const layout = new Segments(segments);
      const desk = layOnDesk(Buffer.concat([...parts, segments.at(-1) as Buffer]));
      expect(layout.match(desk)).toBe(true);
      const order = values.map((_, line) => line).sort((a, b) => ((a * 7 + seed) % values.length) - ((b * 7 + seed) % values.length));
      const planned = order.map((line) => ({ line, ...(values[line] as (typeof values)[number]) }));
      desk.reserve(planned.length);
      const end = layout.writeValues(desk, new ValuePlan(planned));
      expect(end === -1 ? null : writtenOn(desk, end)).toBe(writePlainly(planned));
      if (end === -1) return;
      const starts = desk.memory.words.subarray(desk.startsAt / 4, desk.startsAt / 4 + planned.length);
      const lines = writtenOn(desk, end).split('\n');
      expect([...starts].map((start, i) => desk.memory.bytes.toString('latin1', start, start + (lines[i] as string).length))).toEqual(
        lines.slice(0, -1),
      );
    }),
    { numRuns: 1000 },
  );
});

test('a body that differs anywhere outside its values does not match', () => {
  fc.assert(
    fc.property(
      fc.array(fc.string({ maxLength: 60 }), { minLength: 1, maxLength: 5 }),
      fc.nat(),
      fc.integer({ min: 1, max: 255 }),
      (texts, at, flip) => {
        const segments = texts.map((text, i) => Buffer.from(i === 0 ? text : ` ${text}`));
        const layout = new Segments(segments);
        const body = Buffer.from(segments.flatMap((segment, i) => [...(i === 0 ? [] : [55]), ...segment]));
        expect(layout.match(layOnDesk(body))).toBe(true);
        expect(layout.match(layOnDesk(Buffer.concat([body, Buffer.from('x')])))).toBe(false);
        if (body.length === 0) return;
        expect(layout.match(layOnDesk(body.subarray(0, -1)))).toBe(false);
        const changed = Buffer.from(body);
        const place = at % body.length;
        changed[place] = (changed[place] as number) ^ flip;
        let start = 0;
        const isInValue = segments.some(({ length }, i) => (start += length + (i === 0 ? 0 : 1)) === place && i < segments.length - 1);
        if (!isInValue) expect(layout.match(layOnDesk(changed))).toBe(false);
      },
    ),
    { numRuns: 1000 },
  );
});

test('layouts are found again after so many others that the memory was thrown away', () => {
  const first = new Segments([Buffer.from('first '), Buffer.from('\n')]);
  const long = 'x'.repeat(1_000_000);
  const before = layOnDesk(Buffer.from('first 1\n'));
  expect(first.match(before)).toBe(true);
  const { memory } = before;
  for (let i = 0; i * long.length < deskBytesMax; i++) new Segments([Buffer.from(`${long}${i}`)]).match(layOnDesk(Buffer.from('x')));
  const desk = layOnDesk(Buffer.from('first 12\n'));
  expect(desk.memory).not.toBe(memory);
  expect(first.match(desk)).toBe(true);
  desk.reserve(1);
  expect(writtenOn(desk, first.writeValues(desk, new ValuePlan([{ line: 0, use: 'value' }])))).toBe('12\n');
});
