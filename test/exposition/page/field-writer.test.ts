import fc from 'fast-check';
import { expect, test } from 'vitest';
import { escapeFamily } from '../../../src/model/escaping.ts';
import type { MetricFamily } from '../../../src/model/metric-family.ts';
import { PushDecoder } from '../../../src/exposition/decode-push.ts';
import type { Exposition } from '../../../src/exposition/exposed-family.ts';
import { writeProtobufExposition, writeTextExposition } from '../../../src/exposition/exposition-writer.ts';
import { FormFamilies } from '../../../src/exposition/form-families.ts';
import { fieldPieceBytes, keptScriptBytesMax, textPageBytes, transcodedMembersMax } from '../../../src/exposition/limits.ts';
import { sortMetrics } from '../../../src/exposition/metric-order.ts';
import { decodeDelimitedFamilies, encodeDelimitedFamily } from '../../../src/exposition/protobuf/codec.ts';
import type { MetricStore } from '../../../src/store/metric-store.ts';
import { createStore, keyOf, write } from '../../store/support.ts';
import { createBucket, createFamily, createHistogram, createMetric } from '../families.ts';
import { arbitraryTextFamily } from '../text-family.ts';

const scheme = 'underscores';
const decoder = new PushDecoder(true);

function push(store: MetricStore, labels: Readonly<Record<string, string>>, body: string | Uint8Array, type?: string): void {
  const key = keyOf(labels);
  const pushed = decoder.decode(Buffer.from(body), type, key, 1000);
  expect(write(store, { kind: 'add', key, atMs: 1_795_000_000_123.456, ...pushed })).toBeNull();
}

const protobufType = 'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited';

/** By the long way: all metrics of a family in full, encoded at once. */
function encodeAllInFull(exposition: Exposition): Uint8Array[] {
  return exposition.families.map((family) => encodeInFull(family, exposition));
}

function encodeInFull({ name, help, type, parts }: Exposition['families'][number], exposition: Exposition): Uint8Array {
  const members = parts.flatMap((part) => [...part.familiesIn(exposition)]);
  const unit = members.find((member) => member.unit !== null)?.unit ?? null;
  const metrics = members.flatMap((member) => escapeFamily({ ...member, metrics: sortMetrics(member.metrics) }, scheme).metrics);
  return encodeDelimitedFamily({
    ...escapeFamily({ name, help, type, unit, metrics: [], unknownFields: null, flaw: null }, scheme),
    metrics,
  });
}

async function scrape(store: MetricStore): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of writeProtobufExposition(store.readExposition(), scheme)) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}

async function expectAllInFull(store: MetricStore): Promise<void> {
  const page = await scrape(store);
  const wanted = encodeAllInFull(store.readExposition());
  for (const family of wanted) expect(page.includes(Buffer.from(family))).toBe(true);
  expect(page.length).toBe(wanted.reduce((sum, { length }) => sum + length, 0));
}

function mixedBody(i: number): string {
  return [
    `# TYPE up gauge\nup{z="ü"} ${i}.25\nup{a="b\\"c"} 2\nup 3\n# TYPE total counter\ntotal ${i}e9\n`,
    `# TYPE h histogram\nh_bucket{le="1"} 4\nh_bucket{le="+Inf"} ${i + 5}\nh_sum ${i}\nh_count ${i + 5}\n`,
    `# TYPE s summary\ns{quantile="0.5"} ${i % 7 === 0 ? 'NaN' : i}\ns_sum 1\ns_count 2\nplain ${i}\n`,
  ].join('');
}

function createExemplar(): MetricFamily {
  const exemplar = { labels: [{ name: 'trace', value: '1' }], value: 3, timestamp: null, unknownFields: null };
  const buckets = [{ ...createBucket(1, 4n), exemplar }, createBucket(Infinity, 5n)];
  return createFamily('h', 'histogram', [createMetric({}, { histogram: createHistogram({ sampleCount: 5n, sampleSum: 1, buckets }) })]);
}

test('groups of every kind stand in their order, each as the full form shows it', async () => {
  const store = createStore();
  for (let i = 0; i < 300; i++) push(store, { job: `j${i}`, instance: `worker-${i}.example.org` }, mixedBody(i));
  // In between: without a form, what text cannot say, what is not known to the short way, and names that are escaped.
  for (let i = 0; i < 300; i += 20)
    push(store, { job: `j${i}`, instance: `worker-${i}.example.org` }, `# TYPE up gauge\nup{own="${i}"} ${i}\nonly_${i} 1\n`);
  for (let i = 5; i < 300; i += 50) {
    push(store, { job: `j${i}`, instance: `worker-${i}.example.org` }, encodeDelimitedFamily(createExemplar()), protobufType);
    push(store, { job: `j${i + 1}`, instance: `worker-${i + 1}.example.org` }, '# TYPE up gauge\nup -0\n');
    push(
      store,
      { job: `j${i + 2}`, instance: `worker-${i + 2}.example.org` },
      '# TYPE h histogram\nh_bucket{le="+Inf"} 1.5\nh_sum 1\nh_count 1.5\n',
    );
    push(store, { job: `j${i}`, 'dotted.name': 'ü' }, '# TYPE up gauge\nup{"b.c"="d"} 1\n{"own.name"} 2\n');
    push(store, { job: `unit${i}` }, encodeDelimitedFamily({ ...createFamily('u', 'gauge', []), unit: 'seconds' }), protobufType);
  }
  expect([...store.groups()].filter(({ families }) => families instanceof FormFamilies).length).toBeGreaterThan(200);
  await expectAllInFull(store);
  await expectAllInFull(store);
});

test('families, lines and metrics of any size', async () => {
  const store = createStore();
  const samples = (count: number, width: number): string =>
    Array.from({ length: count }, (_, i) => `m{a="${'x'.repeat(width)}",i="${i}"} ${i}.5\n`).join('');
  // Longer than a page: with a form, without one, a line, and a metric.
  for (let i = 0; i < 8; i++) push(store, { job: `form ${i}` }, `# TYPE m counter\n${samples(1500, 200)}n ${i}\n`);
  push(store, { job: 'alone' }, `# TYPE m counter\n${samples(7000, 60)}`);
  push(store, { job: 'line' }, `# TYPE m counter\n${samples(1, textPageBytes)}${samples(9, 3)}`);
  for (let i = 0; i < 8; i++) push(store, { job: 'x'.repeat(i === 6 ? textPageBytes : 10_000 * i) + i }, '# TYPE m counter\nm 1\n');
  for (const [i, count] of [1, transcodedMembersMax - 1, transcodedMembersMax].entries()) {
    const buckets = Array.from({ length: count }, (_, bound) => `h_bucket{le="${bound}"} ${bound}\n`).join('');
    push(
      store,
      { job: `buckets ${'y'.repeat(300 * i)}` },
      `# TYPE h histogram\n${buckets}h_bucket{le="+Inf"} 9999\nh_sum 1\nh_count 9999\n`,
    );
  }
  expect([...store.groups()].filter(({ families }) => families instanceof FormFamilies).length).toBeGreaterThan(3);
  expect((await scrape(store)).length).toBeGreaterThan(4 * fieldPieceBytes);
  await expectAllInFull(store);
});

test('headers of any size, many of them, and of families without metrics', async () => {
  const store = createStore();
  const families = Array.from({ length: 60 }, (_, i) => {
    const help = `${i} ☃`.repeat(i % 10 === 0 ? 150_000 : i % 10 === 1 ? 3000 * i : i);
    return `# HELP f${i} ${help}\n# TYPE f${i} gauge\n${i % 3 === 0 ? '' : `f${i} ${i}\n`}`;
  });
  for (let i = 0; i < 5; i++) push(store, { job: `j${i}` }, families.join(''));
  expect(families.join('').length).toBeGreaterThan(keptScriptBytesMax);
  await expectAllInFull(store);
  await expectAllInFull(store);
});

test('random families, in groups that share forms and in groups of their own', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(arbitraryTextFamily, { minLength: 1, maxLength: 12 }), fc.nat(3), async (families, rest) => {
      const store = createStore({ isChecked: false });
      for (const [i, family] of families.entries()) {
        for (let copy = 0; copy < (i % 4 === rest ? 6 : 1); copy++) {
          push(store, { job: `j${i} ${copy}`, zone: 'ü"\\' }, encodeDelimitedFamily({ ...family, name: `${family.type}_f` }), protobufType);
        }
      }
      await expectAllInFull(store);
    }),
    { numRuns: 150 },
  );
});

test('scrapes in both formats at the same time, while groups change', async () => {
  const store = createStore();
  const fill = (round: number): void => {
    for (let i = 0; i < 2000; i++) push(store, { job: `j${i}` }, mixedBody(i + round));
  };
  fill(0);
  const exposed = store.readExposition();
  const wanted = Buffer.concat(encodeAllInFull(exposed));
  const begun = writeProtobufExposition(exposed, scheme);
  const first = await begun.next();
  const chunks = [Buffer.from(first.value as Uint8Array)];
  fill(1);
  const texts = writeTextExposition(store.readExposition(), scheme);
  expect(texts.next().done).toBe(false);
  await expectAllInFull(store);
  for await (const chunk of begun) chunks.push(Buffer.from(chunk));
  expect(Buffer.concat(chunks).equals(wanted)).toBe(true);
  texts.return(undefined);
  expect(decodeDelimitedFamilies(await scrape(store)).length).toBe(exposed.families.length);
});

test('other work has its turn while a large family is encoded', async () => {
  const store = createStore();
  for (let i = 0; i < 3000; i++) push(store, { job: `j${i}` }, mixedBody(i));
  push(store, { job: 'large' }, Array.from({ length: 20_000 }, (_, i) => `m{i="${i}"} ${i}.5\n`).join(''));
  const turns: string[] = [];
  const scraping = scrape(store).then(() => turns.push('scrape'));
  for (let i = 0; i < 3; i++) {
    await new Promise(setImmediate);
    turns.push('other');
  }
  await scraping;
  expect(turns).toStrictEqual(['other', 'other', 'other', 'scrape']);
});
