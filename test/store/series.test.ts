import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PushDecoder } from '../../src/exposition/decode-push.ts';
import type { StoredFamily } from '../../src/model/stored-family.ts';
import { hasSeries, listLabelSets } from '../../src/store/series.ts';
import { createStore, keyOf, pushOf, write } from './support.ts';

const key = keyOf({ job: 'a' });

function store(body: string): StoredFamily {
  const [family] = new PushDecoder(false).decode(Buffer.from(body), undefined, key, 1).families.values();
  return family as StoredFamily;
}

const labelValue = fc.string({ unit: fc.constantFrom('a', 'b', '!', '"', '\\', '\n', 'ü', '}'), maxLength: 3 });
const labelSet = fc.dictionary(fc.constantFrom('a', 'b', 'c', 'd', 'instance'), labelValue, { maxKeys: 3 });
const family = fc
  .tuple(
    fc.constantFrom('untyped', 'histogram', 'summary'),
    fc.uniqueArray(labelSet, {
      minLength: 1,
      maxLength: 12,
      selector: (labels) => JSON.stringify(Object.entries({ instance: '', ...labels }).sort()),
    }),
  )
  .map(([type, sets]) => {
    const lines = sets.map((labels) => {
      const text = Object.entries(labels).map(
        ([name, value]) => `${name}="${value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n')}"`,
      );
      if (type === 'untyped') return `f{${text.join(',')}} 1\n`;
      if (type === 'summary')
        return `f{${[...text, 'quantile="0.5"'].join(',')}} 1\nf_sum{${text.join(',')}} 1\nf_count{${text.join(',')}} 1\n`;
      return `f_bucket{${[...text, 'le="+Inf"'].join(',')}} 1\nf_sum{${text.join(',')}} 1\nf_count{${text.join(',')}} 1\n`;
    });
    return `# TYPE f ${type}\n${lines.join('')}`;
  });

test('a stored family has exactly the series that were pushed', () => {
  fc.assert(
    fc.property(family, family, (own, other) => {
      const [stored, asked] = [store(own), store(other)];
      const held = new Set(listLabelSets(stored).map((labels) => JSON.stringify(labels)));
      for (const labels of [...listLabelSets(stored), ...listLabelSets(asked)]) {
        expect(hasSeries(stored, labels), JSON.stringify(labels)).toBe(held.has(JSON.stringify(labels)));
      }
    }),
    { numRuns: 1500 },
  );
});

test('a push beside a group with a hundred thousand series of the same family costs no more than beside one with a few', () => {
  const cost = (seriesCount: number): number => {
    const target = createStore();
    write(target, pushOf('replace', { job: 'a' }, Array.from({ length: seriesCount }, (_, i) => `m{n="${i}"} 1\n`).join('')));
    const push = pushOf('replace', { job: 'a', instance: 'x' }, 'm 1\n');
    const before = process.cpuUsage();
    for (let i = 0; i < 300; i++) write(target, push);
    const { user, system } = process.cpuUsage(before);
    return user + system;
  };
  cost(10);
  const few = Math.min(cost(10), cost(10), cost(10));
  const many = Math.min(cost(100_000), cost(100_000));
  // A look-up in n series takes some log2(n) steps: 17 against 4. Reading them all took a hundred milliseconds each.
  expect(many / few).toBeLessThan(20);
});
