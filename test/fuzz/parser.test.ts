import { expect, test } from 'vitest';
import { decodeDelimitedFamilies } from '../../src/exposition/protobuf/codec.ts';
import { parseText } from '../../src/exposition/text-parser.ts';
import { generateDamagedProtobuf, generateDamagedText, runParserFuzzer } from './parser.ts';
import { fuzzSettings } from './settings.ts';

const { seed, bodies, parserMsMax } = fuzzSettings();

/** Generous: the machine may be busy with other tests. A body has at most a few hundred kilobytes. */
const msPerBodyMax = 2000;
/** The heap before a garbage collection may hold a lot of rubbish. */
const grownBytesMax = 256 * 1024 * 1024;

const parsers = [
  ['text', (body: Buffer) => parseText(body, { allowUtf8Names: false }), generateDamagedText],
  ['text with UTF-8 names', (body: Buffer) => parseText(body, { allowUtf8Names: true }), generateDamagedText],
  ['protobuf', decodeDelimitedFamilies, generateDamagedProtobuf],
] as const;

test.each(parsers)('mutated bodies in %s neither crash nor hang the parser', { timeout: parserMsMax + 60_000 }, (name, parse, generate) => {
  const result = runParserFuzzer({
    seed,
    bodies: Math.ceil(bodies / parsers.length),
    msMax: parserMsMax / parsers.length,
    parse,
    generate,
  });
  console.info(`parser fuzzer, ${name}: seed ${String(seed)}`, result);
  expect(result.failure).toBeNull();
  expect(result.msPerBody).toBeLessThan(msPerBodyMax);
  expect(result.grownBytes).toBeLessThan(grownBytesMax);
  // Neither all good nor all bad: the mutations reach beyond the first line.
  expect(result.refused / result.bodies).toBeGreaterThan(0.1);
  expect(result.refused / result.bodies).toBeLessThan(0.95);
});

test('a parser that dies of one body is reported with that body', () => {
  const parse = (body: Buffer): void => {
    if (body.includes('fz_s_sum{')) throw new TypeError('out of range');
  };
  const { failure } = runParserFuzzer({ seed: 1, bodies: 1000, msMax: 10_000, parse, generate: generateDamagedText });
  expect(failure).toMatch(/^seed 1, body \d+ in base64: \S+\nTypeError: out of range/);
});

test('a parser that keeps what it read is seen to grow', () => {
  const kept: Buffer[] = [];
  const parse = (): unknown => kept.push(Buffer.alloc(10_000));
  const { grownBytes } = runParserFuzzer({ seed: 1, bodies: 10_000, msMax: 60_000, parse, generate: () => Buffer.of(10) });
  expect(grownBytes).toBeGreaterThan(40_000_000);
});
