import { expect, test } from 'vitest';
import { FamilyLists } from '../../../../src/api/v1/catalog/family-lists.ts';
import { GroupTable } from '../../../../src/api/v1/catalog/group-table.ts';
import type { LabelValues } from '../../../../src/api/v1/catalog/label-values.ts';
import type { Group } from '../../../../src/model/group.ts';
import type { StoredFamily } from '../../../../src/model/stored-family.ts';
import { createStore, keyOf, pushOf, write } from '../../../store/support.ts';

/** A random number below; the same ones each time. */
function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return (state >>> 12) % below;
  };
}

const random = createRandom(11);

/** Of so many kinds that lists of names and values come and go with their groups. */
function makeGroup(): Group {
  const labels: Record<string, string> = { job: `J${random(40)}` };
  for (let i = random(4); i > 0; i--) labels[`l${random(12)}`] = 'Vä'.repeat(random(5)) + String(random(300));
  const store = createStore();
  const families = Array.from({ length: random(4) }, (_, i) => `m${i * (1 + random(3))} ${random(9)}\n`);
  write(store, pushOf('replace', labels, [...new Set(families)].join(''), 1000 + random(1000)));
  return [...store.groups()][0] ?? { key: keyOf(labels), families: new Map(), pushTimeSeconds: 1, failureTimeSeconds: 0 };
}

/** As queries read it: from its characters, which have to be those of the text. */
function readValue(values: LabelValues, id: number): string {
  const text = values.read(id, (units, from, to) => String.fromCharCode(...units.subarray(from, to)));
  expect(values.textOf(id)).toBe(text);
  expect(values.startsWith(id, text.toLowerCase())).toBe(true);
  return text;
}

/** What the table knows of all its groups, through its columns. */
function readTable(table: GroupTable): Map<string, unknown> {
  const readers = [...Array(12).keys()].map((i) => [`l${i}`, table.labels.createReader(`l${i}`)] as const);
  return new Map(
    Array.from({ length: table.count }, (_, row) => {
      const labels = readers.map(([name, valueOf]) => [name, readValue(table.labels.values, valueOf(row))]);
      const { pushMs, samples, families, deletedAtMs } = table.columns;
      const names = table.familyLists.namesOf(families[row] ?? 0);
      expect(table.find(table.idOf(row))).toBe(row);
      return [table.idOf(row), [labels, pushMs[row], samples[row], names, deletedAtMs[row], table.groupOf(row)]];
    }),
  );
}

function describe(group: Group, deletedAtMs: number): unknown {
  const { key, families, pushTimeSeconds } = group;
  const valueOf = (wanted: string): string => key.labels.find(({ name }) => name === wanted)?.value ?? '';
  const labels = [...Array(12).keys()].map((i) => [`l${i}`, valueOf(`l${i}`)]);
  return [labels, pushTimeSeconds * 1000, families.size, [...families.keys()], deletedAtMs, group];
}

test('groups that come, change, are emptied and go leave the columns as if only those that stay had come', () => {
  const table = new GroupTable();
  const model = new Map<string, unknown>();
  let peak = 0;
  for (let i = 0; i < 6000; i++) {
    const group = makeGroup();
    const known = table.find(group.key.id);
    const dice = random(100);
    if (known === undefined) {
      table.add(group);
      model.set(group.key.id, describe(group, 0));
    } else {
      table.update(known, group);
      table.revive(known);
      model.set(group.key.id, describe(group, 0));
      if (dice < 20) {
        table.empty(known, i);
        model.set(group.key.id, describe(table.groupOf(known), i));
      }
    }
    // It grows for a while, and shrinks for a while.
    for (let gone = i % 1500 < 1000 ? random(2) : random(4); gone > 0 && table.count > 0; gone--) {
      const id = table.idOf(random(table.count));
      table.remove(table.find(id) ?? 0);
      model.delete(id);
    }
    peak = Math.max(peak, table.count);
    if (i % 100 === 99) expect(readTable(table)).toEqual(model);
  }
  expect(peak).toBeGreaterThan(300);
});

test('a word is found in any letter case, and values have the order of JavaScript', () => {
  const { values } = new GroupTable().labels;
  const texts = ['', 'a', 'B', 'ab', 'İx', 'xİ', 'ΑΣ', '😀', '\u{e000}', 'a"', 'a!', 'a b', 'ẞ', 'Ab'];
  const ids = texts.map((text) => values.hold(text));
  for (const [i, text] of texts.entries()) {
    const id = ids[i] ?? 0;
    for (const part of ['a', 'b', 'i̇', 'x', 'ς', 'σ', '😀', 'ß', 'abc', '\ude00']) {
      expect(values.includes(id, part), `${part} in ${text}`).toBe(text.toLowerCase().includes(part));
      expect(values.startsWith(id, part), `${text} from ${part}`).toBe(text.toLowerCase().startsWith(part));
    }
    for (const [j, other] of texts.entries()) {
      expect(Math.sign(values.compare(id, ids[j] ?? 0)), `${text} and ${other}`).toBe(text < other ? -1 : text > other ? 1 : 0);
      const inJson = values.compareAsJson(id, ids[j] ?? 0);
      const [first, second] = [JSON.stringify(text), JSON.stringify(other)];
      if (inJson !== null) expect(Math.sign(inJson), `${first} and ${second}`).toBe(first < second ? -1 : first > second ? 1 : 0);
    }
  }
});

test('what nobody holds any more leaves no characters behind', () => {
  const { values } = new GroupTable().labels;
  const kept = values.hold('Kept');
  for (let i = 0; i < 5000; i++) {
    const ids = Array.from({ length: 1 + random(3) }, (_, k) => values.hold(`Gone-${i}-${k}`));
    for (const id of ids) values.release(id);
  }
  const lower = values.hold('low');
  for (let i = 0; i < 100; i++) values.release(values.hold(`Between-${i}`));
  expect([values.lengthOf(lower), values.lengthOf(kept)]).toEqual([3, 4]);
  expect(values.read(kept, (units, from, to) => [String.fromCharCode(...units.subarray(from, to)), units.length < 2000])).toEqual([
    'Kept',
    true,
  ]);
  expect([values.includes(kept, 'kept'), values.find('Gone-1-0'), values.end < 10]).toEqual([true, undefined, true]);
});

test('lists of families go with the last group that holds them', () => {
  const lists = new FamilyLists();
  const tableOf = (...names: readonly string[]): Group['families'] => new Map(names.map((name) => [name, { name } as StoredFamily]));
  const kept = lists.hold(tableOf('up'));
  let held = lists.hold(tableOf('a'));
  for (let i = 0; i < 1000; i++) {
    held = lists.replace(held, tableOf(`m${i}`, 'n'));
    expect(lists.hold(tableOf(`m${i}`, 'n'))).toBe(held);
    lists.release(held);
  }
  expect(lists.namesOf(held)).toEqual(['m999', 'n']);
  expect(lists.namesOf(kept)).toEqual(['up']);
  expect(lists.end).toBeLessThan(6);
  lists.release(lists.replace(held, tableOf()));
  expect(lists.namesOf(lists.hold(tableOf()))).toEqual([]);
});
