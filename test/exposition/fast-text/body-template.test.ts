import fc from 'fast-check';
import { expect, test } from 'vitest';
import { FastTextDecoder } from '../../../src/exposition/fast-text/decode-fast-text.ts';
import { storeFamilies } from '../../../src/exposition/store-family.ts';
import { parseText } from '../../../src/exposition/text-parser.ts';
import { createGroupingKey, type GroupingKey } from '../../../src/model/grouping-key.ts';
import type { StoredFamily } from '../../../src/model/stored-family.ts';
import { createKey } from '../families.ts';

/** What a family is to everybody who reads it. */
function describeFamily({ home, ...rest }: StoredFamily): unknown {
  return { ...rest, text: home.bytes.toString('utf8', home.start, home.end) };
}

/** The decoder, whatever it learned before, agrees with the plain one. False: it left the body to it. */
function agrees(decoder: FastTextDecoder, body: string, key: GroupingKey): boolean {
  const bytes = Buffer.from(body);
  const fast = decoder.decode(bytes, key, 5);
  if (fast === null) return false;
  const plain = storeFamilies(parseText(bytes, { allowUtf8Names: false }), key, 5);
  expect([...fast.values()].map(describeFamily), `${body} in ${key.id}`).toEqual(plain.map(describeFamily));
  return true;
}

test('lines that only the values of the grouping key put in order are in order in every group', () => {
  const decoder = new FastTextDecoder();
  const body = 'f{a="x"} 1\nf{z="m"} 2\n';
  for (const b of ['zzz', '0', 'm', 'zzz', '0']) expect(agrees(decoder, body, createKey({ job: 'j', b }))).toBe(true);
});

test('a template of one group alone is used for that group', () => {
  const decoder = new FastTextDecoder();
  const key = createKey({ job: 'j', b: 'q' });
  for (const value of [1, 2, 3]) expect(agrees(decoder, `f{a="x"} ${value}\nf{z="m"} 2\n`, key)).toBe(true);
});

const names = ['a', 'aa', 'b', 'ba', 'c', 'instance', 'j', 'job', 'jobs', 'k', 'le', 'quantile', 'z'] as const;
/** As a body has it, and as a path has it. */
const hostileText = fc.array(fc.constantFrom('', '!', '"', '\\', '\n', '=', ',', '}', '0', 'm', 'zz', 'ü', '\u{10000}'), { maxLength: 3 });
const hostileValue = hostileText.map((parts) => parts.join(''));

function renderLabels(labels: Readonly<Record<string, string>>): string {
  return `{${Object.entries(labels)
    .map(([label, value]) => `${label}=${JSON.stringify(value)}`)
    .join(',')}} `;
}

const labelSets = fc.array(fc.dictionary(fc.constantFrom(...names), hostileValue, { maxKeys: 4 }), { minLength: 1, maxLength: 4 });
/** Lines without their values; of a histogram or a gauge. */
const family = fc.tuple(fc.boolean(), labelSets).map(([isHistogram, sets]) => {
  if (!isHistogram) return sets.map((labels) => `m${renderLabels(labels)}`);
  const metrics = sets.flatMap(({ le: _, ...labels }) => [
    `h_bucket${renderLabels({ ...labels, le: '+Inf' })}`,
    `h_sum${renderLabels(labels)}`,
    `h_count${renderLabels(labels)}`,
  ]);
  return ['# TYPE h histogram', ...metrics];
});
const body = fc.uniqueArray(family, { minLength: 1, maxLength: 2, selector: ([first]) => first?.[0] }).map((families) => families.flat());
/** Groups of one shape. */
const keys = fc.subarray(['a', 'b', 'c', 'instance', 'k', 'z']).chain((shape) => {
  const values = fc.tuple(...['job', ...shape].map((name) => fc.tuple(fc.constant(name), hostileValue)));
  return fc.array(values, { minLength: 3, maxLength: 5 });
});

test('one body pushed to groups of one shape is decoded for each as if it were the first', () => {
  let taken = 0;
  fc.assert(
    fc.property(body, keys, (lines, labelLists) => {
      const decoder = new FastTextDecoder();
      for (const [i, labels] of labelLists.entries()) {
        const key = createGroupingKey(new Map(labels));
        // Twice: with what another group taught, and with what this one did.
        for (const value of [i, i + 10]) {
          const text = lines.map((line) => (line.startsWith('#') ? `${line}\n` : `${line}${value}\n`)).join('');
          if (agrees(decoder, text, key)) taken++;
        }
      }
    }),
    { numRuns: 2000 },
  );
  expect(taken).toBeGreaterThan(4000);
});
