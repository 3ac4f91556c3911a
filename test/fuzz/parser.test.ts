import { expect, test } from 'vitest';
import { PushDecoder } from '../../src/exposition/decode-push.ts';
import { storeFamilies } from '../../src/exposition/store-family.ts';
import { parseText } from '../../src/exposition/text-parser.ts';
import { createGroupingKey } from '../../src/model/grouping-key.ts';
import type { StoredFamily } from '../../src/model/stored-family.ts';
import { generateDamagedProtobuf, generateDamagedText, runParserFuzzer } from './parser.ts';
import { protobufContentType } from './protobuf-kit.ts';
import { fuzzSettings } from './settings.ts';

const { seed, bodies, parserMsMax } = fuzzSettings();

/** Generous: the machine may be busy with other tests. A body has at most a few hundred kilobytes. */
const msPerBodyMax = 2000;
/** The heap before a garbage collection may hold a lot of rubbish. */
const grownBytesMax = 256 * 1024 * 1024;

const options = {
  key: createGroupingKey(
    new Map([
      ['job', 'j'],
      ['zone', 'z'],
    ]),
  ),
  atMs: 1,
  allowUtf8Names: false,
};

/** They see all bodies, so what they learned of earlier ones is tried as well. */
const decoder = new PushDecoder(false);
const utf8Decoder = new PushDecoder(true);

const parsers = [
  ['text', parseBothWays, generateDamagedText],
  ['text with UTF-8 names', (body: Buffer) => utf8Decoder.decode(body, undefined, options.key, options.atMs), generateDamagedText],
  ['protobuf', (body: Buffer) => decoder.decode(body, protobufContentType, options.key, options.atMs), generateDamagedProtobuf],
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

/** The fast path and the plain parser must read the same, and refuse the same in the same words. */
function parseBothWays(body: Buffer): void {
  const plain = describe(() => storeFamilies(parseText(body, options), options.key, options.atMs));
  const chosen = describe(() => decoder.decode(body, undefined, options.key, options.atMs).families.values());
  if (plain !== chosen) throw new Error(`the plain parser reads\n${plain}\nbut a push is read as\n${chosen}`);
  // Alike so far: the refusal, if it is one, is thrown for the fuzzer to judge.
  parseText(body, options);
}

function describe(read: () => Iterable<StoredFamily>): string {
  try {
    return [...read()]
      .map(({ home, protobuf, ...rest }) => {
        const message = protobuf === null ? '' : Buffer.from(protobuf).toString('base64');
        return `${JSON.stringify(rest)} ${message}\n${home.bytes.toString('utf8', home.start, home.end)}`;
      })
      .join('');
  } catch (error) {
    return String(error);
  }
}
