import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PushDecoder } from '../../../src/exposition/decode-push.ts';
import { FormFamilies } from '../../../src/exposition/form-families.ts';
import { jsonMemoryBytesMax, sharedFormGroupsMin } from '../../../src/exposition/limits.ts';
import { familyToJson } from '../../../src/exposition/metrics-json.ts';
import { MetricsJsonWriter } from '../../../src/exposition/metrics-json-writer.ts';
import { borrowJsonPage, returnJsonPage } from '../../../src/exposition/page/json-page.ts';
import { encodeDelimitedFamily } from '../../../src/exposition/protobuf/codec.ts';
import { writeFamilyHeader } from '../../../src/exposition/ready-text.ts';
import { renderLabel, SampleRenderer } from '../../../src/exposition/sample-text.ts';
import { readFamily } from '../../../src/exposition/store-family.ts';
import type { FamilyTable } from '../../../src/model/family-table.ts';
import type { MetricFamily } from '../../../src/model/metric-family.ts';
import { createFamily, createKey, createMetric } from '../families.ts';
import { arbitraryTextFamily } from '../text-family.ts';

const protobufType = 'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited';
const atMs = 1_700_000_000_123.456;

/** What one decoder makes of bodies that groups of these labels push one after the other; the last ones share a form if they can. */
function decodeAll(bodies: readonly (string | Uint8Array)[], labels: Readonly<Record<string, string>>, type?: string): FamilyTable[] {
  const decoder = new PushDecoder(true);
  return bodies.map((body, i) => {
    const key = createKey({ ...labels, job: `${labels['job'] ?? 'j'} ${i}` });
    return decoder.decode(Buffer.from(body), type, key, atMs + i).families;
  });
}

function repeat<T>(value: T): T[] {
  return Array.from({ length: sharedFormGroupsMin + 2 }, () => value);
}

/** By an object for everything in it. */
function writeInFull(families: FamilyTable): string {
  const members = Array.from(families.values(), (family) => [family.name, familyToJson(readFamily(family), family.pushedAtMs)] as const);
  return members.map(([name, json]) => `${JSON.stringify(name)}:${JSON.stringify(json)}`).join(',');
}

/** The JSON that is written at once; `null` if that cannot be. */
function writeAtOnce(writer: MetricsJsonWriter, families: FamilyTable): string | null {
  if (!(families instanceof FormFamilies)) return null;
  return writer.writeForm(families) ? writer.take().toString() : null;
}

/** How many of the tables were written at once, each as in full. */
function agrees(tables: readonly FamilyTable[]): number {
  const writer = new MetricsJsonWriter();
  let count = 0;
  for (const families of tables) {
    const json = writeAtOnce(writer, families);
    if (json === null) continue;
    count++;
    expect(json).toBe(writeInFull(families));
  }
  writer.close();
  return count;
}

const histogram = (count: string): string =>
  `# TYPE h histogram\nh_bucket{le="0.5"} 0\nh_bucket{le="10"} ${count}\nh_bucket{le="1"} 7\nh_bucket{le="+Inf"} ${count}\nh_sum 1e6\nh_count ${count}\n`;

test.each([
  [(value: string) => `m ${value}\nn{a="b"} ${value}\n`],
  [
    (value: string) =>
      `# HELP m "Say" <so> & ü😀\n# TYPE m counter\nm{a="c\\"\\\\\\n}{,= "} ${value}\nm 3\nn{z="\t\u0001\u001f\u007f"} 2\n`,
  ],
  [(value: string) => `m{n="2"} 1\nm{n="10"} ${value}\nm{n="1"} 3\nm 5\nown{job="own",instance="i"} ${value}\n`],
  [(value: string) => `${histogram('2')}m ${value}\n`],
  [(value: string) => `# TYPE s summary\ns{quantile="1"} ${value}\ns{quantile="0.5"} 2\ns_sum ${value}\ns_count 4503599627370497\n`],
])('a group is written at once by the bytes that the full form gives: %#', (bodyOf) => {
  for (const value of ['1', '-0.25', '1e6', '1.25e+300', 'NaN', '+Inf', '0.1234567890123456']) {
    for (const labels of [{}, { zone: 'ü"\\\n\t😀' }, { a0: 'x', instance: '', z: 'y' }]) {
      const last = decodeAll([...repeat(bodyOf('7')), bodyOf(value)], labels).slice(-1);
      expect(agrees(last), bodyOf(value)).toBe(1);
    }
  }
});

test('counts are shown without exponents', () => {
  for (const count of [
    '0',
    '9',
    '999999',
    '1e6',
    '1250000',
    '1234567',
    '12345678',
    '10000000000',
    '12345678901',
    '999999999999999',
    '1e15',
  ]) {
    expect(agrees(decodeAll([...repeat(histogram('5')), histogram(count)], {}).slice(-1)), count).toBe(1);
  }
});

test('groups of many forms, one after the other and again', () => {
  const tables = Array.from({ length: 30 }, (_, form) => {
    const lines = Array.from({ length: 1 + form * 3 }, (_unused, i) => `m${form % 2}{path="/${i}/ü",z="${i % 3}"} 1\n`).join('');
    return decodeAll(repeat(`# TYPE m${form % 2} gauge\n${lines}last${form} 2.5\n`), { zone: 'x'.repeat(form * 20) }).slice(-2);
  }).flat();
  expect(agrees([...tables, ...tables])).toBe(120);
});

test('random families are written at once as the full form shows them', () => {
  let count = 0;
  fc.assert(
    fc.property(fc.uniqueArray(arbitraryTextFamily, { minLength: 1, maxLength: 4, selector: ({ type }) => type }), (families) => {
      const body = families.map((family) => renderBody({ ...family, name: `${family.type}_f` })).join('');
      count += agrees(decodeAll(repeat(body), { job: 'ü', zone: '"' }));
    }),
    { numRuns: 1500 },
  );
  expect(count).toBeGreaterThan(200);
});

/** As a client pushes it, in any order. */
function renderBody({ name, help, type, metrics }: MetricFamily): string {
  const renderer = new SampleRenderer(name, type);
  const lines = metrics.map((metric) =>
    renderer.render(metric.labels.map((label) => renderLabel(label.name, label.value)).join(','), metric),
  );
  return writeFamilyHeader(name, help, type, 'underscores') + lines.join('');
}

test('what text does not tell, and what is larger than a page, is not written at once', () => {
  const writer = new MetricsJsonWriter();
  const f = (families: FamilyTable | undefined, kind: string): void => {
    expect(families instanceof FormFamilies, kind).toBe(true);
    expect(writeAtOnce(writer, families as FamilyTable), kind).toBeNull();
  };
  const lines = Array.from({ length: 2000 }, (_, i) => `m{a="${'x'.repeat(100)}",i="${i}"} 1\n`).join('');
  f(decodeAll(repeat(lines), {}).at(-1), 'a large group');
  const counter = { value: 1, exemplar: null, createdTimestamp: { seconds: 1n, nanos: 2, unknownFields: null }, unknownFields: null };
  const created = encodeDelimitedFamily(createFamily('created', 'counter', [createMetric({}, { counter })]));
  f(decodeAll(repeat(created), {}, protobufType).at(-1), 'a created timestamp');
  expect(writer.take().length).toBe(0);
  writer.close();
});

test('a page is kept for the next answer, unless it has grown, and then takes no more forms', () => {
  const page = borrowJsonPage();
  returnJsonPage(page);
  expect(borrowJsonPage()).toBe(page);
  const families = decodeAll(repeat('m 1\n'), {}).at(-1) as FormFamilies;
  expect(page.write(families, [`"zone":"${'x'.repeat(jsonMemoryBytesMax)}"`], '')).toBeNull();
  const other = decodeAll(repeat('n 1\n'), {}).at(-1) as FormFamilies;
  expect(page.write(other, [`"zone":""`], '')).toBeNull();
  returnJsonPage(page);
  const next = borrowJsonPage();
  expect(next).not.toBe(page);
  returnJsonPage(next);
});
