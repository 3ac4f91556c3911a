import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Refusal } from '../../src/base/errors.ts';
import { readFamily } from '../../src/exposition/store-family.ts';
import type { GroupingKey } from '../../src/model/grouping-key.ts';
import type { StoredFamily } from '../../src/model/stored-family.ts';
import type { WriteRequest } from '../../src/model/write-request.ts';
import { createStore, expose, keyOf, pushOf, write } from './support.ts';

/**
 * The consistency check as the reference makes it: everything that is stored, looked through anew at every push (SPEC §4.3). Slow and
 * plain; the store must decide the same at the cost of the push alone.
 */
class Oracle {
  groups = new Map<string, { key: GroupingKey; families: Map<string, StoredFamily> }>();

  /** Whether the write is accepted. */
  write(request: WriteRequest): boolean {
    if (request.kind === 'wipe') this.groups.clear();
    if (request.kind === 'delete') this.groups.delete(request.key.id);
    if (request.kind === 'wipe' || request.kind === 'delete') return true;
    const { key, kind, families } = request;
    const before = this.groups.get(key.id);
    const merged = new Map(kind === 'add' ? before?.families : null);
    for (const family of families.values()) merged.set(family.name, family);
    this.groups.set(key.id, { key, families: merged });
    if (this.isConsistent()) return true;
    // A refused push leaves an empty group behind, unless even that one would contradict others.
    this.groups.set(key.id, before ?? { key, families: new Map() });
    if (!this.isConsistent()) this.groups.delete(key.id);
    return false;
  }

  isConsistent(): boolean {
    const types = new Map<string, string>();
    const series = new Set<string>();
    for (const { key, families } of this.groups.values()) {
      const labels = new Map(key.labels.map(({ name, value }) => [name, value]));
      if (!labels.has('instance')) labels.set('instance', '');
      if (!isNew(series, `push_time_seconds${JSON.stringify([...labels].sort())}`)) return false;
      for (const family of families.values()) {
        if (family.flaw !== null || (types.get(family.name) ?? family.type) !== family.type) return false;
        types.set(family.name, family.type);
        for (const metric of readFamily(family).metrics) {
          const text = JSON.stringify(metric.labels.map(({ name, value }) => [name, value]).sort());
          if (!isNew(series, family.name + text)) return false;
        }
      }
    }
    for (const [name, type] of types) {
      const suffixes = type === 'summary' ? ['_count', '_sum'] : type === 'histogram' ? ['_count', '_sum', '_bucket'] : [];
      if (suffixes.some((suffix) => types.has(name + suffix))) return false;
    }
    return true;
  }
}

function isNew(set: Set<string>, value: string): boolean {
  const { size } = set;
  return set.add(value).size > size;
}

const labelSets = [
  { job: 'a' },
  { job: 'a', x: '1' },
  { job: 'b' },
  { job: 'a', instance: '' },
  { job: 'a', instance: 'i' },
  { job: 'a', x: '1', instance: 'i' },
];
const labels = fc.constantFrom(...labelSets);
const sampleLabels = fc.constantFrom('', '{x="1"}', '{x="2"}', '{instance="i"}', '{instance="i",x="1"}', '{y="1"}');
const family = fc.oneof(
  fc
    .tuple(
      fc.constantFrom('f', 'g', 'f_count', 'f_sum', 'f_bucket'),
      fc.constantFrom('gauge', 'counter'),
      fc.uniqueArray(sampleLabels, { minLength: 1, maxLength: 3 }),
    )
    .map(([name, type, sets]) => ({ name, text: `# TYPE ${name} ${type}\n${sets.map((set) => `${name}${set} 1\n`).join('')}` })),
  fc
    .tuple(fc.constantFrom('summary', 'histogram'), sampleLabels)
    .map(([type, set]) => ({ name: 'f', text: `# TYPE f ${type}\nf_count${set} 1\n` })),
);
/** Simple families first: a `f_count` behind a summary `f` would be a line of it. */
const body = fc.uniqueArray(family, { selector: ({ name }) => name, maxLength: 2 }).map((families) =>
  families
    .sort((a, b) => b.name.length - a.name.length)
    .map(({ text }) => text)
    .join(''),
);
const request: fc.Arbitrary<WriteRequest> = fc.oneof(
  {
    weight: 8,
    arbitrary: fc
      .tuple(fc.constantFrom('add' as const, 'replace' as const), labels, body)
      .map(([kind, set, text]) => pushOf(kind, set, text)),
  },
  { weight: 2, arbitrary: labels.map((set): WriteRequest => ({ kind: 'delete', key: keyOf(set), atMs: 0 })) },
  { weight: 1, arbitrary: fc.constant<WriteRequest>({ kind: 'wipe', atMs: 0 }) },
);

test('the store decides every write as a check of everything stored would, and exposes the same samples', () => {
  const seen = { accepted: 0, refused: 0 };
  fc.assert(
    fc.property(fc.array(request, { maxLength: 25 }), (requests) => {
      const store = createStore();
      const oracle = new Oracle();
      for (const next of requests) {
        const isAccepted = oracle.write(next);
        const refusal = write(store, next);
        expect(refusal === null, refusal?.message ?? 'accepted').toBe(isAccepted);
        seen[isAccepted ? 'accepted' : 'refused']++;
      }
      const wanted = [...oracle.groups.values()].flatMap(({ families }) =>
        [...families.values()].flatMap(({ home }) => home.bytes.toString('utf8', home.start, home.end).trimEnd().split('\n')),
      );
      expect(
        expose(store)
          .split('\n')
          .filter((line) => line !== '' && !line.startsWith('#'))
          .sort(),
      ).toEqual(wanted.sort());
      expect(store.inconsistentFamilyCount).toBe(0);
    }),
    { numRuns: 1500 },
  );
  expect(Math.min(seen.accepted, seen.refused)).toBeGreaterThan(1000);
});

test('without checks, what is exposed is always consistent, and complete again once nothing contradicts it', () => {
  fc.assert(
    fc.property(fc.array(request, { maxLength: 25 }), (requests) => {
      const store = createStore({ isChecked: false });
      for (const next of requests) write(store, next);
      const lines = expose(store, { withTimes: true })
        .trimEnd()
        .split('\n')
        .filter((line) => !line.startsWith('#') && line !== '');
      const series = lines.map((line) => line.slice(0, line.lastIndexOf(' ')));
      expect(new Set(series).size).toBe(series.length);
      const kept = [...store.groups()];
      for (const { key } of kept.slice(1)) write(store, { kind: 'delete', key, atMs: 0 });
      const [last] = kept;
      if (last === undefined) return;
      const names = [...last.families.keys()];
      const contradictsItself = names.some((name) => name !== 'f' && name.startsWith('f')) && names.includes('f');
      const flawed = [...last.families.values()].filter(({ flaw }) => flaw !== null);
      if (!contradictsItself) expect(store.inconsistentFamilyCount).toBe(flawed.length);
    }),
    { numRuns: 1500 },
  );
});

test('abandoned writes change nothing in what is decided afterwards', () => {
  fc.assert(
    fc.property(
      fc.array(request, { maxLength: 12 }),
      fc.array(request, { minLength: 1, maxLength: 8 }),
      fc.array(request, { maxLength: 12 }),
      (before, abandoned, after) => {
        const store = createStore();
        const twin = createStore();
        for (const next of before) {
          write(store, next);
          write(twin, next);
        }
        const prepared = abandoned.map((next) => store.prepareWrite(next));
        store.abandonChanges(prepared.flatMap(({ changes }) => changes));
        // Which of several groups a refusal names may differ.
        const wordingOf = (refusal: Refusal | null): string | undefined => refusal?.message.replace(/group \{[^}]*\}/, 'a group');
        for (const next of after) expect(wordingOf(write(store, next))).toBe(wordingOf(write(twin, next)));
        expect(expose(store, { withTimes: true })).toBe(expose(twin, { withTimes: true }));
      },
    ),
    { numRuns: 1000 },
  );
});

test('writes that are applied together show the same as one by one', () => {
  fc.assert(
    fc.property(fc.array(request, { maxLength: 20 }), (requests) => {
      const store = createStore();
      const twin = createStore();
      const changes = requests.flatMap((next) => store.prepareWrite(next).changes);
      const last = new Map(changes.map((change) => [change.key.id, change]));
      store.applyChanges([...last.values()]);
      for (const next of requests) write(twin, next);
      const sorted = (text: string): string[] => text.split('\n').sort();
      expect(sorted(expose(store, { withTimes: true }))).toEqual(sorted(expose(twin, { withTimes: true })));
    }),
    { numRuns: 1000 },
  );
});
