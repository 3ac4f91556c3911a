import fc from 'fast-check';
import { expect, test, vi } from 'vitest';
import { compareAsBytes } from '../../../src/base/bytes.ts';
import { PushDecoder } from '../../../src/exposition/decode-push.ts';
import { FamilyMerger } from '../../../src/api/exposed-families.ts';
import type { Exposition } from '../../../src/exposition/exposed-family.ts';
import { writeTextExposition } from '../../../src/exposition/exposition-writer.ts';
import { FormFamilies, plainFamilies } from '../../../src/exposition/form-families.ts';
import {
  idleWriterBytesMax,
  imageTextBytesMax,
  keptScriptBytesMax,
  scriptBytesMax,
  textPageBytes,
} from '../../../src/exposition/limits.ts';
import { borrowWriter, LineWriter, returnWriter } from '../../../src/exposition/page/line-writer.ts';
import { writeFamilyHeader } from '../../../src/exposition/ready-text.ts';
import { formatGoFloat } from '../../../src/exposition/go-number.ts';
import type { Group } from '../../../src/model/group.ts';
import type { MetricStore } from '../../../src/store/metric-store.ts';
import { createStore, keyOf, write } from '../../store/support.ts';
import { createFamily, createGauge } from '../families.ts';

const decoder = new PushDecoder(false);

function push(store: MetricStore, labels: Readonly<Record<string, string>>, body: string, atMs = 1000): void {
  const key = keyOf(labels);
  expect(write(store, { kind: 'replace', key, atMs, ...decoder.decode(Buffer.from(body), undefined, key, atMs) })).toBeNull();
}

/** What a scrape of these groups shows, group after group in the order in which they came, put together from the texts of the families. */
function describeGroups(groups: readonly Group[]): string {
  const families = new Map<string, { header: string; lines: string }>();
  const add = (name: string, header: string, lines: string): void => {
    families.set(name, { header, lines: (families.get(name)?.lines ?? '') + lines });
  };
  for (const { key, families: table, failureTimeSeconds, pushTimeSeconds } of groups) {
    for (const { name, help, type, home } of plainFamilies(table).values()) {
      add(name, writeFamilyHeader(name, help, type, 'underscores'), home.bytes.toString('utf8', home.start, home.end));
    }
    const labels = new Map(key.labels.map(({ name, value }) => [name, value]));
    if (!labels.has('instance')) labels.set('instance', '');
    const pairs = [...labels].sort(([a], [b]) => compareAsBytes(a, b)).map(([name, value]) => `${name}="${value}"`);
    add('push_failure_time_seconds', '', `push_failure_time_seconds{${pairs.join(',')}} ${formatGoFloat(failureTimeSeconds)}\n`);
    add('push_time_seconds', '', `push_time_seconds{${pairs.join(',')}} ${formatGoFloat(pushTimeSeconds)}\n`);
  }
  return [...families]
    .sort(([a], [b]) => compareAsBytes(a, b))
    .map(([, { header, lines }]) => header + lines)
    .join('');
}

const mergers = new WeakMap<MetricStore, FamilyMerger>();

/** As scrapes see it: the same array of families as long as there are the same. */
function inOrderOfNames(store: MetricStore): Exposition {
  const merger = mergers.get(store) ?? new FamilyMerger();
  mergers.set(store, merger);
  return merger.merge([], store.readExposition());
}

/** A scrape, whose chunks are good only until the next; with the headers of the times left out. */
async function* scrape(store: MetricStore): AsyncGenerator<string> {
  let text = '';
  for (const chunk of writeTextExposition(inOrderOfNames(store), 'underscores')) {
    text += Buffer.from(chunk).toString('latin1');
    yield '';
  }
  yield Buffer.from(text, 'latin1')
    .toString()
    .replaceAll(/^# (HELP|TYPE) push_.*\n/gm, '');
}

async function scrapeAll(store: MetricStore): Promise<string> {
  let text = '';
  for await (const part of scrape(store)) text += part;
  return text;
}

/** Bodies of five forms. */
function bodyOf(form: number, value: string): string {
  const lines = Array.from({ length: 1 + form * 3 }, (_, i) => `m${form % 2}{path="/${i}/ü",zone="z"} ${value}\n`);
  return `# TYPE m${form % 2} gauge\n${lines.join('')}last${form} ${value}\n`;
}

test('a scrape shows what the groups hold, however often they change between scrapes and whatever stood in their place', async () => {
  const job = fc.integer({ min: 0, max: 30 }).map((i) => `job-${i}${'x'.repeat(i)}`);
  const value = fc.oneof(fc.integer().map(String), fc.double({ noNaN: true, noDefaultInfinity: true }).map(String));
  const change = fc.oneof(
    { weight: 5, arbitrary: fc.record({ kind: fc.constant('push' as const), job, form: fc.integer({ min: 0, max: 4 }), value }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('delete' as const), job }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('scrape' as const) }) },
  );
  let withForm = 0;
  await fc.assert(
    fc.asyncProperty(fc.array(change, { minLength: 20, maxLength: 150 }), async (changes) => {
      const store = createStore();
      for (const step of changes) {
        if (step.kind === 'push') push(store, { job: step.job }, bodyOf(step.form, step.value));
        else if (step.kind === 'delete') write(store, { kind: 'delete', key: keyOf({ job: step.job }), atMs: 0 });
        else expect(await scrapeAll(store)).toBe(describeGroups(inOrder(store)));
      }
      expect(await scrapeAll(store)).toBe(describeGroups(inOrder(store)));
      for (const { families } of store.groups()) if (families instanceof FormFamilies) withForm++;
    }),
    { numRuns: 150 },
  );
  expect(withForm).toBeGreaterThan(500);
});

/** The groups as a scrape shows them: one that came into the place of another stands there. */
function inOrder(store: MetricStore): Group[] {
  const exposition = store.readExposition();
  const order = exposition.families.find(({ name }) => name === 'push_time_seconds');
  const keys = [...(order?.parts ?? [])].flatMap((part) => [...part.familiesIn(exposition)].flatMap(({ metrics }) => metrics));
  return keys.map(({ labels }) => {
    const { job } = Object.fromEntries(labels.map(({ name, value }) => [name, value])) as { job: string };
    return store.group(keyOf({ job }).id) as Group;
  });
}

test('scrapes at the same time do not see each other, nor what is pushed after they began', async () => {
  const store = createStore();
  const fill = (round: number): void => {
    for (let i = 0; i < 2000; i++) push(store, { job: `j${i}` }, bodyOf(4, `${round}${i}`));
  };
  fill(1);
  const wanted = [describeGroups(inOrder(store))];
  const scrapes = [scrape(store)];
  const texts: string[] = [];
  const step = async (index: number): Promise<boolean> => {
    const { value, done } = (await (scrapes[index] as AsyncGenerator<string>).next()) as IteratorResult<string, string>;
    texts[index] = (texts[index] ?? '') + value;
    return done === true || value !== '';
  };
  for (let i = 0; i < 3; i++) expect(await step(0)).toBe(false);
  fill(2);
  wanted.push(describeGroups(inOrder(store)));
  scrapes.push(scrape(store));
  for (let i = 0; i < 2; i++) expect(await step(1)).toBe(false);
  fill(3);
  const open = new Set([0, 1]);
  while (open.size > 0) for (const index of open) if (await step(index)) open.delete(index);
  expect(texts[0] === wanted[0]).toBe(true);
  expect(texts[1] === wanted[1]).toBe(true);
  expect((await scrapeAll(store)) === describeGroups(inOrder(store))).toBe(true);
});

test('lines that are longer than a page, and pages that end anywhere in a line', async () => {
  const store = createStore();
  for (let i = 0; i < 8; i++) {
    push(store, { job: 'x'.repeat(i === 6 ? textPageBytes : 1000 * i) + i }, bodyOf(4, '1'));
    push(store, { job: `long ${i}` }, `long{a="${'y'.repeat(textPageBytes)}"} ${i}\nshort ${i}\n`);
  }
  expect((await scrapeAll(store)) === describeGroups(inOrder(store))).toBe(true);
  expect([...store.groups()].filter(({ families }) => families instanceof FormFamilies).length).toBeGreaterThan(3);
});

test('more families than are laid out at once, with headers in any letters', async () => {
  const store = createStore();
  const families = Array.from({ length: 2000 }, (_, i) => `# HELP f${i} höhe ☃ ${i}\n# TYPE f${i} gauge\nf${i} ${i}\n`);
  for (let i = 0; i < 3; i++) push(store, { job: `j${i}` }, families.join(''));
  expect(families.join('').length).toBeGreaterThan(scriptBytesMax);
  expect((await scrapeAll(store)) === describeGroups(inOrder(store))).toBe(true);
});

test('what the last scrape was told is not told again, and our own metrics are those of now', async () => {
  const store = createStore();
  for (let i = 0; i < 5; i++) push(store, { job: `j${i}` }, bodyOf(2, '1'));
  const merger = new FamilyMerger();
  const read = async (own: number): Promise<string> => {
    const exposition = merger.merge([createFamily('own', 'gauge', [createGauge({}, own)])], store.readExposition());
    let text = '';
    for (const chunk of writeTextExposition(exposition, 'underscores')) text += Buffer.from(chunk).toString();
    return text;
  };
  const first = await read(1);
  const told = vi.spyOn(LineWriter.prototype, 'addGroups');
  const second = await read(123456.5);
  expect(told).not.toHaveBeenCalled();
  expect(second).toBe(first.replace(/^own 1$/m, 'own 123456.5'));
  push(store, { job: 'new' }, bodyOf(2, '1'));
  expect(await read(1)).toContain('m0{instance="",job="new"');
  expect(told).toHaveBeenCalled();
  told.mockRestore();
});

test('what is too large to be kept is told anew', async () => {
  const store = createStore();
  const help = 'h'.repeat(100_000);
  const families = Array.from({ length: 100 }, (_, i) => `# HELP f${i} ${help}\n# TYPE f${i} gauge\nf${i} ${i}\n`);
  for (let i = 0; i < 3; i++) push(store, { job: `j${i}` }, families.join(''));
  expect(families.join('').length).toBeGreaterThan(2 * keptScriptBytesMax);
  const finish = vi.spyOn(LineWriter.prototype, 'finish');
  for (let round = 0; round < 2; round++) {
    expect((await scrapeAll(store)) === describeGroups(inOrder(store))).toBe(true);
    expect((finish.mock.contexts[round] as LineWriter).page.memory.size).toBeLessThan(2 * keptScriptBytesMax);
  }
  finish.mockRestore();
});

test('texts of groups without form are laid out up to a bound, and all of them are shown', async () => {
  const store = createStore();
  const text = 'x'.repeat(100_000);
  const groups = Math.ceil((2 * imageTextBytesMax) / text.length);
  // Each with families of its own, so that none share a form.
  for (let i = 0; i < groups; i++) push(store, { job: `j${i}` }, `alone_${i}{text="${text}"} 1\nother_${i} ${i}\n`);
  // The one that is idle has other groups in it.
  borrowWriter(createStore().readExposition());
  for (let round = 0; round < 2; round++) {
    expect((await scrapeAll(store)) === describeGroups(inOrder(store))).toBe(true);
    push(store, { job: 'j0' }, `alone_0{text="${text}"} 2${round}\nother_0 ${round}\n`);
  }
  const writer = borrowWriter(createStore().readExposition());
  const { size } = writer.page.memory;
  returnWriter(writer);
  expect(size).toBeGreaterThan(imageTextBytesMax / 2);
  expect(size).toBeLessThan(imageTextBytesMax + 4 * 1024 * 1024);
});

test('a scrape that ends early gives its writer back', async () => {
  const store = createStore();
  for (let i = 0; i < 2000; i++) push(store, { job: `j${i}` }, bodyOf(4, '1'));
  const writer = borrowWriter(createStore().readExposition());
  returnWriter(writer);
  for await (const part of scrape(store)) if (part === '') break;
  const next = borrowWriter(createStore().readExposition());
  expect(next).toBe(writer);
  returnWriter(next);
});

test('a writer that has grown is not kept', () => {
  const writer = new LineWriter();
  expect(writer.finish()).toBe(true);
  writer.page.memory.allocate(writer.page.memory.size);
  expect(writer.finish()).toBe(true);
  writer.page.memory.allocate(idleWriterBytesMax);
  expect(writer.finish()).toBe(false);
});
