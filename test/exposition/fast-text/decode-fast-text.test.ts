import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { FastTextDecoder } from '../../../src/exposition/fast-text/decode-fast-text.ts';
import { storeFamilies } from '../../../src/exposition/store-family.ts';
import { parseText } from '../../../src/exposition/text-parser.ts';
import { createGroupingKey, type GroupingKey } from '../../../src/model/grouping-key.ts';
import type { StoredFamily } from '../../../src/model/stored-family.ts';

const key = createGroupingKey(
  new Map([
    ['job', 'backup'],
    ['zone', 'a"b\\c\nd'],
  ]),
);
const keyWithInstance = createGroupingKey(
  new Map([
    ['job', 'backup'],
    ['instance', 'host:1'],
  ]),
);

/** A decoder that has seen nothing yet. */
function decodeFastText(body: Buffer, grouping: GroupingKey, atMs: number): StoredFamily[] | null {
  const families = new FastTextDecoder().decode(body, grouping, atMs);
  return families === null ? null : [...families.values()];
}

/** What both decoders must agree on. */
function describeFamily({
  name,
  type,
  help,
  metricCount,
  sampleCount,
  pushedAtMs,
  home,
  protobuf,
  order,
  hasLegacyNames,
  flaw,
}: StoredFamily): unknown {
  const text = home.bytes.toString('utf8', home.start, home.end);
  return { name, type, help, metricCount, sampleCount, pushedAtMs, text, protobuf, order, hasLegacyNames, flaw };
}

function decodePlainly(body: Buffer, grouping = key): StoredFamily[] {
  return storeFamilies(parseText(body, { allowUtf8Names: false }), grouping, 5);
}

/** The fast decoder takes `body` and agrees with the plain one. */
function agrees(body: string, grouping = key): void {
  const bytes = Buffer.from(body);
  const fast = decodeFastText(bytes, grouping, 5);
  expect(fast, body).not.toBeNull();
  expect(fast?.map(describeFamily)).toEqual(decodePlainly(bytes, grouping).map(describeFamily));
}

function leaves(body: string | Buffer): void {
  expect(decodeFastText(Buffer.from(body), key, 5), String(body)).toBeNull();
}

describe('the fast decoder agrees with the plain one on', () => {
  test.each([
    [''],
    ['\n\n'],
    ['m 1\n'],
    ['m{} 1\n'],
    ['m{a="b"} 1\n'],
    ['m{a="b",} 1\n'],
    ['# just a comment\n#\n# EOF\nm 1\n'],
    ['# HELP m Ünï “help”.\n# TYPE m gauge\nm 1\n'],
    ['# TYPE m counter\nm{z="1",a="2"} 3\n'],
    ['m{job="theirs",zone="theirs",instance="i"} 3\n'],
    ['m{b="2"} 1\nm{b="1"} 2\nm 3\nm{a="9",b="0"} 4\n'],
    ['m{a="x"} 1\nm{b="x"} 2\nm{c="a"} 3\n'],
    ['m{a="a!"} 1\nm{a="a"} 2\nm{a="a\\\\"} 3\nm{a="a\\n"} 4\nm{a="a\\""} 5\nm{a="ü"} 6\n'],
    ['one 1\ntwo 2\n# TYPE three untyped\nthree 3\n# HELP one late help\n'],
    ['m:n 1e6\n_m 1E-7\nx 0.0001\ny 0.00001\nz 123456.789\nw 1234567\nv 0.10\nu +1\nt .5\ns 5.\nr 007\nq NaN\np +Inf\no -inf\n'],
    ['a 999999\nb 1000000\nc 0.1234567890123456789\nd 99999.99999999999\ne 1e-400\nf 0\ng 0.000\nh -1\ni 3.0\n'],
    ['m{a="' + 'x'.repeat(300) + '"} 1\n'],
    ['# TYPE h histogram\nh_bucket{le="0.5"} 1\nh_bucket{le="+Inf"} 2\nh_sum 0.75\nh_count 2\n'],
    ['# TYPE h histogram\nh_bucket{a="b",le="1.0"} 1.0\nh_bucket{a="b",le="+Inf"} 2000000.0\nh_count{a="b"} 2e6\nh_sum{a="b"} 1e7\n'],
    [
      '# TYPE h histogram\nh_bucket{le="1",z="2"} 1\nh_bucket{le="+Inf",z="2"} 2\nh_sum{z="2"} 1\nh_count{z="2"} 2\nh_bucket{le="+Inf",z="1"} 3\nh_sum{z="1"} 3\nh_count{z="1"} 3\n',
    ],
    ['# TYPE h histogram\nh_bucket{le="+Inf"} 3\nh_sum NaN\nh_count 3\n# TYPE h_seconds gauge\nh_seconds 4\n# HELP i late\n'],
    [
      '# TYPE s summary\ns{quantile="0.5"} NaN\ns{quantile="0.99"} 2\ns_sum 3\ns_count 4\n# TYPE t summary\nt_count{quantum="1"} 4\nt_sum{quantum="1"} 3\n',
    ],
    ['# TYPE s summary\ns_sum{x="2"} 3\ns_count{x="2"} 4\ns_sum{x="1"} 3\ns_count{x="1"} 4\ns_bucket 5\n'],
    ['# TYPE s summary\ns{quantile="1e-7",b="1",a="2"} 3\ns_count{a="2",b="1"} 4\ns_sum{b="1",a="2"} 0.10\n'],
  ])('%j', (body) => {
    agrees(body);
    agrees(body, keyWithInstance);
  });
});

describe('the fast decoder leaves to the plain one', () => {
  test.each([
    ['m 1'],
    ['m  1\n'],
    [' m 1\n'],
    ['m{a="b"}  1\n'],
    ['m{a="b"}1\n'],
    ['m{ a="b"} 1\n'],
    ['m{a="b",,} 1\n'],
    ['m{,} 1\n'],
    ['m{a="b",a="c"} 1\n'],
    ['m{__a="b"} 1\n'],
    ['m{a="\\x"} 1\n'],
    ['m{a="b\n"} 1\n'],
    ['m 1 5\n'],
    ['m 1\r\n'],
    ['m -0\n'],
    ['m 0x1\n'],
    ['m 1_0\n'],
    ['1m 1\n'],
    ['{"m"} 1\n'],
    ['m 1\nm 2\n'],
    ['m{a="b",c="d"} 1\nm{c="d",a="b"} 1\n'],
    ['m{a="2"} 1\nm{a="1"} 2\nm{a="2"} 3\n'],
    ['m{a="1"} 1\nm{b="1"} 2\nm{a="1"} 3\n'],
    ['m 1\nn 1\nm{a="b"} 1\n'],
    ['# TYPE m histogram\nm_count 1\n'],
    ['# TYPE h histogram\nh_bucket{le="1"} 1\nh_sum 1\nh_count 1\n'],
    ['# TYPE h histogram\nh_bucket{le="+Inf"} 1.5\nh_sum 1\nh_count 1\n'],
    ['# TYPE h histogram\nh_bucket{le="+Inf"} 9007199254740993\nh_sum 1\nh_count 1\n'],
    ['# TYPE h histogram\nh_bucket{le="+Inf"} -1\nh_sum 1\nh_count 1\n'],
    ['# TYPE h histogram\nh_bucket{le="NaN"} 1\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n'],
    ['# TYPE h histogram\nh_bucket{le="-0"} 1\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n'],
    ['# TYPE h histogram\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\nh_bucket{le="+Inf"} 1\n'],
    ['# TYPE h histogram\nh_bucket{le="+Inf",le="1"} 1\nh_sum 1\nh_count 1\n'],
    ['# TYPE h histogram\nh_bucket 1\nh_sum 1\nh_count 1\n'],
    ['# TYPE h histogram\nh{le="+Inf"} 1\nh_sum 1\nh_count 1\n'],
    ['# TYPE h histogram\nh_bucket{le="+Inf"} 1\nh_sum{le="1"} 1\nh_count 1\n'],
    ['# TYPE h histogram\n# HELP h_count x\nh_bucket{le="+Inf"} 1\nh_sum 1\nh_count 1\n'],
    ['h_count 1\n# TYPE h histogram\nh_bucket{le="+Inf"} 1\nh_sum 1\n'],
    ['# TYPE s summary\ns 1\ns_sum 1\ns_count 1\n'],
    ['# TYPE s summary\ns_sum 1\ns_count 1\ns_sum 1\ns_count 1\n'],
    ['# TYPE m gauge\n# TYPE m gauge\n'],
    ['m 1\n# TYPE m gauge\n'],
    ['# HELP m a\n# HELP m b\n'],
    ['# HELP m a\\\\b\nm 1\n'],
    ['#HELP m x\nm 1\n'],
    ['# HELP\tm x\nm 1\n'],
    ['# HELP m  two blanks\nm 1\n'],
  ])('%j', (body) => leaves(body));

  test('a body that is not UTF-8', () => leaves(Buffer.from([...Buffer.from('m{a="'), 0xff, ...Buffer.from('"} 1\n')])));

  test('a grouping key with names outside the legacy pattern', () => {
    const utf8Key = createGroupingKey(
      new Map([
        ['job', 'j'],
        ['a.b', 'c'],
      ]),
    );
    expect(decodeFastText(Buffer.from('m 1\n'), utf8Key, 5)).toBeNull();
  });
});

const hostileValue = fc.string({
  unit: fc.constantFrom('a', 'b', '!', ' ', '#', '}', ',', '=', '\\\\', '\\"', '\\n', 'ü', '𝄞'),
  maxLength: 4,
});
const label = fc
  .tuple(fc.constantFrom('a', 'b', 'ab', 'instance', 'job', 'le', 'quantile', 'z'), hostileValue)
  .map(([name, value]) => `${name}="${value}"`);
const labelSet = fc.array(label, { maxLength: 4 });
const value = fc.oneof(
  fc.integer().map(String),
  fc.double().map(String),
  fc.constantFrom('0.1', '-0', '1e6', '1.50', '+Inf', 'nan', '.5', '1e', ''),
);

/** Bodies of lines that have little to do with each other. */
const looseBody = fc
  .array(
    fc.oneof(
      {
        weight: 5,
        arbitrary: fc
          .tuple(fc.constantFrom('m', 'n', 'm_sum', 'o:p'), labelSet, value)
          .map(([name, set, number]) => `${name}${set.length === 0 ? '' : `{${set.join(',')}}`} ${number}`),
      },
      fc.constantFrom('# HELP m some help', '# TYPE m gauge', '# TYPE n counter', '# TYPE m summary', '# plain', ''),
    ),
    { maxLength: 12 },
  )
  .map((list) => list.map((line) => `${line}\n`).join(''));

/** Histograms and summaries as clients write them, mostly: parts in some order, now and then one left out or doubled. */
const complexMetric = fc
  .record({
    labels: fc.uniqueArray(fc.constantFrom('a="1"', 'b="2"', 'z="\\n"', 'instance="i"', 'job="x"'), { maxLength: 3 }),
    bounds: fc.array(fc.constantFrom('0.5', '1.0', '1', '+Inf', '2.5e-7', '1e6', 'NaN'), { maxLength: 4 }),
    count: fc.constantFrom('3', '3.0', '2e6', '12345678', '0', '1.5', '-0'),
    sum: fc.constantFrom('1.5', '0', '1e7', 'NaN', '-2.50'),
    hasInfinity: fc.boolean(),
    order: fc.shuffledSubarray(['sum', 'count'], { minLength: 1 }),
  })
  .map(({ labels, bounds, count, sum, hasInfinity, order }) => ({
    labels,
    bounds: hasInfinity ? [...bounds, '+Inf'] : bounds,
    count,
    sum,
    order,
  }));
const complexBody = fc
  .tuple(fc.constantFrom('histogram', 'summary'), fc.array(complexMetric, { minLength: 1, maxLength: 3 }))
  .map(([type, metrics]) => {
    const lines = metrics.flatMap(({ labels, bounds, count, sum, order }) => {
      const braces = (set: string[]): string => (set.length === 0 ? '' : `{${set.join(',')}}`);
      const special = (bound: string): string =>
        type === 'histogram' ? `x_bucket${braces([...labels, `le="${bound}"`])}` : `x${braces([`quantile="${bound}"`, ...labels])}`;
      return [
        ...bounds.map((bound) => `${special(bound)} ${count}`),
        ...order.map((part) => `x_${part}${braces(labels)} ${part === 'sum' ? sum : count}`),
      ];
    });
    return `# TYPE x ${type}\n${lines.join('\n')}\n`;
  });

test.each([
  ['loose lines', looseBody, 500],
  ['histograms and summaries', complexBody, 100],
  [
    'several families',
    fc
      .array(fc.oneof(complexBody, looseBody), { maxLength: 3 })
      .map((bodies) => bodies.map((body, i) => body.replaceAll(/\b[xm](?=[_{ ])/g, (name) => name + i)).join('')),
    300,
  ],
] as const)('whatever the fast decoder takes of %s, the plain one takes with the same result', (_, body, takenMin) => {
  let taken = 0;
  fc.assert(
    fc.property(body, fc.boolean(), (text, hasInstance) => {
      const grouping = hasInstance ? keyWithInstance : key;
      const bytes = Buffer.from(text);
      const fast = decodeFastText(bytes, grouping, 5);
      if (fast === null) return;
      taken++;
      expect(fast.map(describeFamily)).toEqual(decodePlainly(bytes, grouping).map(describeFamily));
    }),
    { numRuns: 5000 },
  );
  expect(taken).toBeGreaterThan(takenMin);
});

test('a body like one before, with other values, from another group, is decoded as if it were the first', () => {
  const otherKey = createGroupingKey(
    new Map([
      ['job', 'ünïcode'],
      ['zone', ''],
    ]),
  );
  let isFitting = 0;
  fc.assert(
    fc.property(
      fc.array(fc.oneof(complexBody, looseBody), { maxLength: 2 }),
      fc.array(value, { minLength: 1, maxLength: 5 }),
      (bodies, values) => {
        const decoder = new FastTextDecoder();
        const first = bodies.join('');
        // The second one makes the template.
        for (let i = 0; i < 2; i++) if (decoder.decode(Buffer.from(first), key, 5) === null) return;
        let next = 0;
        const second = Buffer.from(
          first.replaceAll(/^([^#\n].*) \S*$/gm, (_, series: string) => `${series} ${values[next++ % values.length] ?? ''}`),
        );
        for (const grouping of [key, otherKey]) {
          const families = decoder.decode(second, grouping, 6);
          if (families === null) continue;
          isFitting++;
          expect([...families.values()].map(describeFamily)).toEqual(
            storeFamilies(parseText(second, { allowUtf8Names: false }), grouping, 6).map(describeFamily),
          );
        }
      },
    ),
    { numRuns: 4000 },
  );
  expect(isFitting).toBeGreaterThan(300);
});

test('a decoder forgets in time: thousands of different bodies leave it small, and right', () => {
  const decoder = new FastTextDecoder();
  for (let i = 0; i < 5000; i++) {
    const body = Buffer.from(`family_${i}{a="${'x'.repeat(2000)}"} ${i}\n`);
    const grouping = createGroupingKey(new Map([['job', `j${i % 50}`]]));
    const families = [...(decoder.decode(body, grouping, 5)?.values() ?? [])];
    expect(families.map(describeFamily)).toEqual(decodePlainly(body, grouping).map(describeFamily));
  }
});
