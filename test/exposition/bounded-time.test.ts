import { expect, test } from 'vitest';
import { Refusal } from '../../src/base/errors.ts';
import { PushDecoder } from '../../src/exposition/decode-push.ts';
import { splitMediaType } from '../../src/exposition/media-type.ts';
import { acceptsGzip, negotiateFormat } from '../../src/exposition/negotiation.ts';
import { parseText } from '../../src/exposition/text-parser.ts';
import { escapeName, unescapeName } from '../../src/model/escaping.ts';
import { createKey } from './families.ts';

const length = 200_000;
/** Processor time. What grows with the square of the length takes seconds to minutes. */
const timeMaxMs = 1_000;
const key = createKey({ job: 'j' });

function decodeText(text: string): unknown {
  const body = Buffer.from(text);
  return [new PushDecoder(false).decode(body, undefined, key, 5), parseText(body, { allowUtf8Names: true })];
}

/** Where the repeated character may stand in what a client sends, and who reads it. */
const readers: readonly (readonly [string, (run: string) => unknown])[] = [
  ['Accept', negotiateFormat],
  ['Accept, inside', (run): unknown => negotiateFormat(`a${run}b`)],
  ['Accept, behind a semicolon', (run): unknown => negotiateFormat(`text/plain;${run}b;version=${run}`)],
  ['Accept-Encoding', acceptsGzip],
  ['Accept-Encoding, inside', (run): unknown => acceptsGzip(`gzip${run}b`)],
  ['Accept-Encoding, behind a semicolon', (run): unknown => acceptsGzip(`gzip;${run}q=1${run}b`)],
  ['Content-Type', splitMediaType],
  ['Content-Type, inside', (run): unknown => splitMediaType(`a/b${run}c`)],
  ['Content-Type, behind a semicolon', (run): unknown => splitMediaType(`a/b;${run}c`)],
  ['Content-Type, a parameter', (run): unknown => splitMediaType(`a/b; c${run}=${run}d${run};${run}x`)],
  ['Content-Type, a quoted parameter', (run): unknown => splitMediaType(`a/b; c="${run}`)],
  ['a text body', decodeText],
  ['a line', (run): unknown => decodeText(`${run}\n`)],
  ['a metric name', (run): unknown => decodeText(`m${run} 1\n`)],
  ['labels', (run): unknown => decodeText(`m{${run}} 1\n`)],
  ['a label name', (run): unknown => decodeText(`m{a${run}="b"} 1\n`)],
  ['a label value', (run): unknown => decodeText(`m{a="${run}"} 1\n`)],
  ['a value', (run): unknown => decodeText(`m ${run}\n`)],
  ['a timestamp', (run): unknown => decodeText(`m 1 ${run}x\n`)],
  ['a comment', (run): unknown => decodeText(`#${run}x\nm 1\n`)],
  ['a HELP line', (run): unknown => decodeText(`# HELP m ${run}\nm 1\n`)],
  ['a TYPE line', (run): unknown => decodeText(`# TYPE m ${run}\nm 1\n`)],
  ['an escaped name', (run): unknown => [unescapeName(`U__${run}`), escapeName(run, 'values')]],
];

test.each(readers)('%s: a long run of one character costs no more than its length', (_, read) => {
  for (const character of [' ', '\t', '=', '/', ',', ';', '"', '\\', 'a', '0', '_', '{', '#', '\n', '\\\\', '\\"', 'a=', 'a;', 'a="",']) {
    const run = character.repeat(length / character.length);
    const start = process.cpuUsage();
    try {
      read(run);
    } catch (error) {
      if (!(error instanceof Refusal)) throw error;
    }
    expect(process.cpuUsage(start).user / 1000, JSON.stringify(character)).toBeLessThan(timeMaxMs);
  }
});
