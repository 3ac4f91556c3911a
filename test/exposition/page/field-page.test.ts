import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatGoFloat } from '../../../src/exposition/go-number.ts';
import { sortMetrics } from '../../../src/exposition/metric-order.ts';
import { FieldPage } from '../../../src/exposition/page/field-page.ts';
import { TextPage } from '../../../src/exposition/page/text-page.ts';
import { decodeFamilyMessage, encodeMetrics } from '../../../src/exposition/protobuf/codec.ts';
import { readFamily, storeFamilies, storeFamily } from '../../../src/exposition/store-family.ts';
import { parseText } from '../../../src/exposition/text-parser.ts';
import type { MetricType } from '../../../src/model/metric-family.ts';
import type { StoredFamily } from '../../../src/model/stored-family.ts';
import { createKey } from '../families.ts';
import { arbitraryTextFamily } from '../text-family.ts';

const key = createKey({ job: 'a"b\\c\nd', zone: 'ü' });
const text = new TextPage();
const fields = new FieldPage(text);

/** The fields, and how many bytes of text are in them. */
function write(lines: string | Uint8Array, type: MetricType, name: string): { bytes: Uint8Array; length: number } {
  expect(text.put(lines)).toBe(true);
  const length = fields.write(type, name.length);
  text.take();
  return { bytes: Buffer.from(fields.bytes), length };
}

function transcode({ home, type, name }: StoredFamily): Uint8Array | null {
  const { bytes, length } = write(home.bytes.subarray(home.start, home.end), type, name);
  return length === home.end - home.start ? bytes : null;
}

/** The plain way to the same bytes. */
function encodePlainly(stored: StoredFamily): Uint8Array {
  return encodeMetrics(sortMetrics(readFamily(stored).metrics));
}

function storeText(body: string): StoredFamily[] {
  return storeFamilies(parseText(Buffer.from(body), { allowUtf8Names: false }), key, 1);
}

const longName = 'n'.repeat(300);

test.each([
  ['m 1\n'],
  ['# TYPE m counter\nm{a="b"} 1.5\nm{a="c\\"\\\\\\n}{,= "} -2\nm +Inf\nm{b=""} -Inf\nm{z="1"} NaN\n'],
  ['# TYPE m gauge\nm{a="1"} 123456789012345678\nm{a="2"} 0.1234567890123456\nm{a="3"} 1e-320\nm{a="4"} 999999999999999\n'],
  ['m{a="1"} 4.5e100\nm{a="2"} 1.7976931348623157e308\nm{a="3"} 5e-324\nm{a="4"} 0.00012345678901234567\nm{a="5"} -0.0001\n'],
  [`m{a="${'x'.repeat(100)}"} 1\nm{a="${'y'.repeat(20_000)}"} 2\nm{a="${'"'.replace('"', '\\"').repeat(200)}z"} 3\nm 4\n`],
  [
    `${longName}{${longName}="1"} 1\n${longName}{a="${'x'.repeat(14)}",b="${'x'.repeat(15)}",c="${'x'.repeat(16)}",d="${'x'.repeat(17)}"} 2\n`,
  ],
  [
    '# TYPE h histogram\nh_bucket{le="0.5"} 1\nh_bucket{le="+Inf"} 2e6\nh_sum 0.1\nh_count 2e6\nh_bucket{a="}le=\\"5\\"",le="+Inf"} 3\nh_sum{a="}le=\\"5\\""} 1\nh_count{a="}le=\\"5\\""} 3\n',
  ],
  ['# TYPE s summary\ns_sum 1\ns_count 4503599627370497\ns{quantile="0.5",x="y"} NaN\ns_sum{x="y"} 2\ns_count{x="y"} 3\n'],
  ['# TYPE s summary\ns{le="1",quantil="2",quantile="-Inf",quantiles="3"} 1\ns_sum{le="1",quantil="2",quantiles="3"} 2\n'],
])('text is transcoded to the bytes that the full form gives: %#', (body) => {
  for (const stored of storeText(body)) {
    const bytes = transcode(stored);
    expect(bytes, body.slice(0, 200)).not.toBeNull();
    expect(Buffer.compare(bytes ?? Buffer.alloc(0), encodePlainly(stored)), body.slice(0, 200)).toBe(0);
  }
});

test('our own metrics, which may have no labels, are transcoded as the full form gives them', () => {
  const f = (lines: string): void => {
    const [family] = parseText(Buffer.from(lines), { allowUtf8Names: false });
    const { bytes, length } = write(lines, 'untyped', 'own');
    expect(length).toBe(lines.length);
    expect(Buffer.compare(bytes, encodeMetrics(family?.metrics ?? []))).toBe(0);
  };
  f('own 1\n');
  f('own -1.5e-7\n');
  f('own NaN\n');
  f('own 12\nown{a="b"} 3\n');
  expect(write('own\n', 'untyped', 'own').length).toBe(0);
  expect(write('owns 1\n', 'untyped', 'own').length).toBe(0);
});

test('metrics of any length follow each other, whatever the length of the one before', () => {
  for (let length = 60; length < 140; length++) {
    const lines = [length, 1, length, 20_000, length].map((count, i) => `m{a="${'x'.repeat(count)}",i="${i}"} ${i}\n`);
    const [stored] = storeText(lines.join('')) as [StoredFamily];
    expect(Buffer.compare(transcode(stored) ?? Buffer.alloc(0), encodePlainly(stored)), String(length)).toBe(0);
  }
});

test('float histograms, and metrics of more members than a page has room for, are left to the full form', () => {
  const f = (body: string): void => expect(transcode(storeText(body)[0] as StoredFamily), body.slice(0, 100)).toBeNull();
  f('# TYPE h histogram\nh_bucket{le="+Inf"} 1.5\nh_sum 1\nh_count 1.5\n');
  f('# TYPE s summary\ns_sum 1\ns_count 9007199254740992\n');
  const buckets = Array.from({ length: 1024 }, (_, i) => `h_bucket{le="${i}"} ${i}\n`).join('');
  f(`# TYPE h histogram\n${buckets}h_bucket{le="+Inf"} 1024\nh_sum 1\nh_count 1024\n`);
});

test('a text that is not as we write it is not transcoded, and nothing outside of it is read for it', () => {
  const f = (lines: string, type: MetricType = 'gauge'): void => expect(write(lines, type, 'm').length, lines).toBe(0);
  f('m1 1\n');
  f('m{a="1"} one\n');
  f('m{a="1"} \n');
  f('m{a="1"} 1.2.3\n');
  f('m{a="1"} 1 2\n');
  f('m{a="1"} Infinity\n');
  f('m{a="1"} -NaN\n');
  f('m{a="1"} 12345678901234567890\n');
  f('m{a="1\n');
  f('m{a="1\\');
  f(`m{${'a'.repeat(100)}`);
  f('m_bucket{a="1",le="NaN"} 1\nm_bucket{a="1",le="+Inf"} 1\nm_sum{a="1"} 1\nm_count{a="1"} 1\n', 'histogram');
  f('m_bucket{a="1",le="+Inf"} 1\nm_sum{a="1"} 1\nm_count{a="1"} -1\n', 'histogram');
});

test('a metric that goes on behind the page is not written, those before it are', () => {
  const metric = (i: number): string =>
    `m_bucket{a="${i}",le="1"} 1\nm_bucket{a="${i}",le="+Inf"} 2\nm_sum{a="${i}"} 0.5\nm_count{a="${i}"} 2\n`;
  const whole = write(metric(0), 'histogram', 'm');
  const lines = metric(1).split('\n');
  for (let count = 1; count < lines.length - 1; count++) {
    const part = lines.slice(0, count).map((line) => `${line}\n`);
    const cut = write(metric(0) + part.join(''), 'histogram', 'm');
    expect(cut.length).toBe(metric(0).length);
    expect(Buffer.compare(cut.bytes, whole.bytes)).toBe(0);
  }
});

test('each number is the double that is nearest to it', () => {
  const exact = fc.bigInt({ min: 0n, max: 2n ** 63n - 1n });
  const number = fc.oneof(
    fc.double({ noDefaultInfinity: false }).map(formatGoFloat),
    fc.tuple(fc.integer(), fc.nat(30)).map(([digits, scale]) => formatGoFloat(digits / 10 ** scale)),
    exact.map(String),
    fc.tuple(exact, fc.integer({ min: -400, max: 400 })).map(([digits, exponent]) => `${digits}e${exponent < 0 ? '' : '+'}${exponent}`),
    // Just between two doubles, and one digit beside it.
    fc
      .tuple(fc.bigInt({ min: 2n ** 52n, max: 2n ** 53n - 1n }), fc.nat(9))
      .map(([bits, shift]) => `${(2n * bits + 1n) * 2n ** BigInt(shift)}`),
    fc
      .tuple(fc.bigInt({ min: 2n ** 52n, max: 2n ** 53n - 1n }), fc.constantFrom('.5', '.25', '.75'))
      .map(([bits, rest]) => `${bits}${rest}`),
  );
  const f = (numbers: readonly string[]): void => {
    const { bytes } = write(numbers.map((digits) => `m{a="1"} ${digits}\n`).join(''), 'gauge', 'm');
    const metrics = decodeFamilyMessage(bytes).metrics.map(({ gauge }) => gauge?.value);
    expect(metrics).toStrictEqual(numbers.map((digits) => (/Inf/.test(digits) ? Number(`${digits}inity`) : Number(digits))));
  };
  f([
    'NaN',
    '+Inf',
    '-Inf',
    '0',
    '1e+22',
    '1e+23',
    '2.2250738585072011e-308',
    '2.2250738585072014e-308',
    '2.4703282292062328e-324',
    '2e-324',
  ]);
  f(['1.7976931348623158e+308', '1.7976931348623159e+308', '9007199254740993', '9223372036854775807', '1e-400', '1e+400', '0e+999']);
  fc.assert(fc.property(fc.array(number, { minLength: 1, maxLength: 200 }), f), { numRuns: 500 });
});

test('whatever is transcoded comes out as the full form gives it', () => {
  let transcoded = 0;
  fc.assert(
    fc.property(arbitraryTextFamily, (family) => {
      const stored = storeFamily(family, key, 1);
      const bytes = stored.protobuf === null ? transcode(stored) : null;
      if (bytes === null) return;
      transcoded++;
      expect(Buffer.compare(bytes, encodePlainly(stored)), stored.home.bytes.toString()).toBe(0);
    }),
    { numRuns: 4000 },
  );
  expect(transcoded).toBeGreaterThan(1000);
});
