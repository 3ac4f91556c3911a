import fc from 'fast-check';
import { expect, test } from 'vitest';
import { writeProtobufExposition } from '../../src/exposition/exposition-writer.ts';
import { FormFamilies } from '../../src/exposition/form-families.ts';
import { decodeDelimitedFamilies } from '../../src/exposition/protobuf/codec.ts';
import { storeFamilies } from '../../src/exposition/store-family.ts';
import { parseText } from '../../src/exposition/text-parser.ts';
import { createFamilyTable } from '../../src/model/family-table.ts';
import type { WriteRequest } from '../../src/model/write-request.ts';
import { mergeChanges } from '../../src/persistence/write-queue.ts';
import type { PreparedWrite } from '../../src/store/metric-store.ts';
import { decodeSharedMessage } from '../exposition/shared-form.ts';
import { createStore, expose, joinTexts, keyOf, pushOf, write } from './support.ts';

const labelSets = [...['a', 'b', 'c', 'd', 'e'].map((job) => ({ job })), { job: 'a', x: '1' }, { job: 'b', x: '2' }];
/** Types that contradict each other, series that groups of another shape have too, families that come and go. */
const forms = [
  '# TYPE f gauge\nf V\n',
  '# TYPE f counter\nf V\n',
  '# HELP f other\n# TYPE f gauge\nf V\ng{x="1"} V\n',
  'g{x="1"} V\ng{x="2"} V\n',
  '# TYPE f summary\nf_sum V\nf_count V\n',
  'f_count V\n',
  'push_time_seconds V\ng V\n',
];

// Often enough that all of them are shared.
for (const form of forms) for (const labels of labelSets) pushOf('replace', labels, form.replaceAll('V', '0'));

/** The same push, decoded as if nothing like it had come before. */
function plainPushOf(kind: 'add' | 'replace', labels: Readonly<Record<string, string>>, body: string): WriteRequest {
  const key = keyOf(labels);
  const families = storeFamilies(parseText(Buffer.from(body), { allowUtf8Names: false }), key, 1000);
  return { kind, key, families: createFamilyTable(families), hasTimestamps: false, atMs: 1000 };
}

/** A write twice: with families that share a form, and without. */
const pair = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(fc.constantFrom('add' as const, 'replace' as const), fc.constantFrom(...labelSets), fc.constantFrom(...forms), fc.nat(99))
      .map(([kind, labels, form, value]) => {
        const body = form.replaceAll('V', String(value));
        return [pushOf(kind, labels, body), plainPushOf(kind, labels, body)] as const;
      }),
  },
  {
    weight: 2,
    arbitrary: fc.constantFrom(...labelSets).map((labels) => {
      const request: WriteRequest = { kind: 'delete', key: keyOf(labels), atMs: 0 };
      return [request, request] as const;
    }),
  },
);

/** Why a write was refused, whichever of the groups that hold a family is named. */
function reasonOf({ refusal }: PreparedWrite): string | undefined {
  return refusal?.message.replace(/(it is an? \w+ in group) \{.*?\}/, '$1');
}

/** What becomes of a write: `gathered` ones wait for the next that is applied, as in a group commit. */
const fate = fc.constantFrom('applied', 'gathered', 'abandoned');

test.each([true, false])('pushes that share a form are decided and shown as any others (with checks: %s)', (isChecked) => {
  let shared = 0;
  fc.assert(
    fc.property(fc.array(fc.tuple(pair, fate), { maxLength: 30 }), (writes) => {
      const store = createStore({ isChecked });
      const twin = createStore({ isChecked });
      let waiting: [PreparedWrite, PreparedWrite][] = [];
      const applyAll = (): void => {
        store.applyChanges(mergeChanges(waiting.flatMap(([{ changes }]) => changes)));
        twin.applyChanges(mergeChanges(waiting.flatMap(([, { changes }]) => changes)));
        waiting = [];
      };
      for (const [[request, plain], kind] of writes) {
        if ('families' in request && request.families instanceof FormFamilies) shared++;
        const prepared = store.prepareWrite(request);
        if (kind === 'abandoned') {
          store.abandonChanges(prepared.changes);
          continue;
        }
        const twinPrepared = twin.prepareWrite(plain);
        expect(reasonOf(prepared)).toBe(reasonOf(twinPrepared));
        waiting.push([prepared, twinPrepared]);
        if (kind === 'applied') applyAll();
      }
      applyAll();
      expect(expose(store, { withTimes: true })).toBe(expose(twin, { withTimes: true }));
      expect(store.inconsistentFamilyCount).toBe(twin.inconsistentFamilyCount);
    }),
    { numRuns: 1500 },
  );
  expect(shared).toBeGreaterThan(3000);
});

test('a family that was held back is shown when it is pushed again while what it contradicts goes', () => {
  const store = createStore({ isChecked: false });
  const push = (job: string, type: string): WriteRequest => pushOf('replace', { job }, `# TYPE f ${type}\nf 1\n`);
  write(store, push('a', 'gauge'));
  write(store, push('b', 'counter'));
  expect(expose(store)).toContain('f{instance="",job="a"} 1\n');
  const gathered = [store.prepareWrite({ kind: 'delete', key: keyOf({ job: 'a' }), atMs: 0 }), store.prepareWrite(push('b', 'counter'))];
  store.applyChanges(mergeChanges(gathered.flatMap(({ changes }) => changes)));
  expect(store.group(keyOf({ job: 'b' }).id)?.families).toBeInstanceOf(FormFamilies);
  expect(expose(store)).toBe('# TYPE f counter\nf{instance="",job="b"} 1\n');
});

test('series that a group of another shape may hold are looked up in its text once, not once for each of them', () => {
  const store = createStore();
  const body = Array.from({ length: 10_000 }, (_, i) => `f{a="${i}"} ${i}\n`).join('');
  for (let round = 0; round < 2; round++) for (const { job } of labelSets.slice(0, 5)) write(store, pushOf('replace', { job }, body));
  expect(store.group(keyOf({ job: 'a' }).id)?.families).toBeInstanceOf(FormFamilies);
  const before = process.cpuUsage();
  expect(write(store, pushOf('replace', { job: 'a', instance: 'i' }, body))).toBeNull();
  const { user, system } = process.cpuUsage(before);
  // About 0.3 s; written anew for each series it was 15 s.
  expect((user + system) / 1e6).toBeLessThan(4);
});

test('a write that was abandoned leaves in their places what is shown and what is held back', () => {
  const store = createStore({ isChecked: false });
  const push = (job: string, type: string): WriteRequest => pushOf('replace', { job }, `# TYPE x ${type}\nx 1\n`);
  write(store, push('h', 'gauge'));
  write(store, push('g', 'counter'));
  const gathered = [store.prepareWrite({ kind: 'delete', key: keyOf({ job: 'h' }), atMs: 0 }), store.prepareWrite(push('g', 'counter'))];
  store.abandonChanges(gathered.flatMap(({ changes }) => changes));
  write(store, push('g', 'counter'));
  expect(expose(store)).toBe('# TYPE x gauge\nx{instance="",job="h"} 1\n');
  expect(store.inconsistentFamilyCount).toBe(1);
  write(store, { kind: 'delete', key: keyOf({ job: 'h' }), atMs: 0 });
  expect(expose(store)).toBe('# TYPE x counter\nx{instance="",job="g"} 1\n');
});

test('a scrape in protobuf has what is kept beside a shared form, and a scrape in text does not miss the family', async () => {
  const store = createStore();
  for (const [i, job] of ['a', 'b', 'c'].entries()) {
    const key = keyOf({ job });
    write(store, { kind: 'replace', key, families: decodeSharedMessage(key, i, BigInt(i + 1), 1000), hasTimestamps: false, atMs: 1000 });
  }
  const whole = store.readExposition();
  const exposed = { ...whole, families: whole.families.filter(({ name }) => name === 'rows_total') };
  const chunks: Buffer[] = [];
  for await (const chunk of writeProtobufExposition(exposed, 'underscores')) chunks.push(Buffer.from(chunk));
  const metrics = decodeDelimitedFamilies(Buffer.concat(chunks)).flatMap((family) => family.metrics);
  expect(metrics.map(({ counter }) => counter?.createdTimestamp?.seconds).sort()).toEqual([1n, 1n, 2n, 2n, 3n, 3n]);
  expect(
    joinTexts(exposed.families[0]?.parts ?? [], exposed)
      .split('\n')
      .slice(0, 2),
  ).toEqual(['rows_total{instance="",job="a",step="a"} 0', 'rows_total{instance="",job="a",step="z"} 0']);
});
