import { RE2JS } from 're2js';
import { expect, test } from 'vitest';
import { deletedGroupsMax } from '../../../src/api/limits.ts';
import { GroupCatalog, type GroupQuery } from '../../../src/api/v1/group-catalog.ts';
import { parseSearch } from '../../../src/api/v1/search.ts';
import { parseSelector } from '../../../src/api/v1/parse-selector.ts';
import type { GroupState } from '../../../src/api/types.ts';
import { countSamples, countTextBytes } from '../../../src/exposition/form-families.ts';
import { PushHistory } from '../../../src/history/push-history.ts';
import type { Group } from '../../../src/model/group.ts';
import { createStore, keyOf, pushOf, write } from '../../store/support.ts';
import { pushRecord } from './support.ts';

/** A group as a plain list keeps it. */
interface Known {
  group: Group;
  deletedAtMs: number;
}

interface Matched {
  readonly known: Known;
  readonly state: GroupState;
  readonly failureMs: number;
}

type Random = (below: number) => number;

/** A random number below; the same ones each time. */
function createRandom(seed: number): Random {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fff_ffff;
    return (state >>> 12) % below;
  };
}

/** What JSON escapes, sorts around quotes or writes in two units is among them, and what changes its length in lower case. */
const values =
  'a b A aa a! nightly-1 nightly-2 ΑΣ ΑΣΑ İstanbul 主机 😀 😀a x=y a"b a\\b env=a \u{e000} host-1.eu:9100 host-2.eu:9100'.split(' ');
values.push('a b', 'a\nb', '', 'a\u0001', 'a ', 'ﬀ');
const names = ['instance', 'env', 'zone', 'Größe', 'e=x', 'a b'];
const bodies = ['m 1\n', 'm 1\nn 2\n', '# TYPE o counter\no{x="1"} 1\no{x="2"} 1\n', '', 'm{x="1"} 1\nm{x="2"} 2\nup 1\n', 'm 1 123\n'];

class World {
  readonly random: Random;
  readonly history = new PushHistory();
  readonly known = new Map<string, Known>();
  nowMs = 1000;
  readonly catalog: GroupCatalog = new GroupCatalog(this.history.failing, { nowMs: () => this.nowMs });
  readonly #store = createStore({ isChecked: true, onApplied: (changes) => this.#apply(changes) });

  constructor(seed: number) {
    this.random = createRandom(seed);
  }

  pick<T>(things: readonly T[]): T {
    return things[this.random(things.length)] as T;
  }

  step(): void {
    this.nowMs += this.random(3);
    const dice = this.random(100);
    const labels = this.#pickLabels();
    if (dice < 60) write(this.#store, pushOf(dice < 30 ? 'replace' : 'add', labels, this.pick(bodies), this.nowMs));
    else if (dice < 85) write(this.#store, { kind: 'delete', key: this.#pickKey(), atMs: this.nowMs });
    else if (dice < 99) this.#failToRead();
    else if (this.random(3) === 0) write(this.#store, { kind: 'wipe', atMs: this.nowMs });
  }

  #pickLabels(): Record<string, string> {
    const labels: Record<string, string> = { job: this.pick(values.filter((value) => value !== '')) };
    for (const name of names) if (this.random(4) === 0) labels[name] = this.pick(values);
    return labels;
  }

  #pickKey(): Group['key'] {
    return (this.pick([...this.known.values()]) as Known | undefined)?.group.key ?? keyOf({ job: 'a' });
  }

  #failToRead(): void {
    const outcome = this.random(3) === 0 ? 'stored' : 'refused';
    this.history.record(this.#pickKey(), { ...pushRecord, atMs: this.nowMs, outcome });
  }

  #apply(changes: Parameters<GroupCatalog['apply']>[0]): void {
    this.catalog.apply(changes);
    for (const { key, after } of changes) {
      const before = this.known.get(key.id);
      if (after !== null) this.known.set(key.id, { group: after, deletedAtMs: 0 });
      else if (before?.deletedAtMs === 0) {
        this.known.set(key.id, { group: { ...before.group, families: new Map() }, deletedAtMs: this.nowMs });
      }
    }
  }
}

const labelOf = ({ key }: Group, wanted: string): string => key.labels.find(({ name }) => name === wanted)?.value ?? '';

/** A matcher as somebody writes it, and what it means. */
type Matcher = readonly [text: string, matches: (group: Group) => boolean];

function pickMatcher(world: World): Matcher {
  const operator = world.pick(['=', '!=', '=~', '!~']);
  const isNegative = operator.startsWith('!');
  const isFamily = world.random(5) === 0;
  const name = isFamily ? '__name__' : world.pick(['job', ...names, 'missing']);
  const regexps = [
    '.*',
    '.+',
    'a.*',
    '(?i)a+',
    '[a-c]+',
    'nightly-.*|',
    '.*\\d',
    '.',
    '(?i)ας',
    '(host-\\d+)+\\..*',
    '[^a]*',
    'm|up',
    '.*"b',
  ];
  const operand = operator.endsWith('~')
    ? world.pick(regexps)
    : isFamily
      ? world.pick(['m', 'up', 'push_time_seconds'])
      : world.pick(values);
  const regexp = RE2JS.compile(operand, RE2JS.DOTALL);
  const isEqual = (text: string): boolean => (operator.endsWith('~') ? regexp.testExact(text) : text === operand);
  const matches = ({ key, families }: Group): boolean =>
    (isFamily
      ? [...families.keys(), 'push_time_seconds', 'push_failure_time_seconds'].some(isEqual)
      : isEqual(labelOf({ key } as Group, name))) !== isNegative;
  return [`${JSON.stringify(name)}${operator}${JSON.stringify(operand)}`.replace('"__name__"', '__name__'), matches];
}

interface Question {
  readonly query: GroupQuery;
  readonly shown: string;
  readonly fits: (group: Group) => boolean;
}

function pickQuestion(world: World): Question {
  const selectors = Array.from({ length: world.random(4) }, () => Array.from({ length: 1 + world.random(3) }, () => pickMatcher(world)));
  const words = world.pick(['', '', 'a', 'A b', 'env=a', 'größe=', 'e=x=', '=', 'ας', 'i̇s', 'host-1', '😀', 'nope', 'b=a', 'x=y']);
  const field = world.pick(['job', 'last_push', 'last_failure', 'families', 'samples', 'bytes', 'deleted'] as const);
  const texts = selectors.map((matchers) => `{${matchers.map(([text]) => text).join(',')}}`);
  const query: GroupQuery = {
    selectors: texts.map((text) => parseSelector(text)),
    search: parseSearch(words),
    state: world.pick([null, null, 'ok', 'failed', 'deleted']),
    sort: world.random(2) === 0 ? field : `-${field}`,
    limit: 1 + world.random(20),
    after: null,
  };
  const isFound = (group: Group): boolean => query.search.every((word) => isWordIn(word, group));
  const isSelected = (group: Group): boolean =>
    selectors.length === 0 || selectors.some((matchers) => matchers.every(([, matches]) => matches(group)));
  return { query, shown: JSON.stringify([texts, words, query.state, query.sort]), fits: (group) => isSelected(group) && isFound(group) };
}

function isWordIn(word: string, { key }: Group): boolean {
  const isInPair = (name: string, value: string): boolean => word.includes('=') && `${name}=${value}`.toLowerCase().includes(word);
  return key.labels.some(({ name, value }) => value.toLowerCase().includes(word) || isInPair(name, value));
}

/** What a plain filter and a plain sort make of it. */
function answerPlainly(world: World, { query, fits }: Question): { rows: Matched[]; states: Record<GroupState, number> } {
  const states = { ok: 0, failed: 0, deleted: 0 };
  const matched = [...world.known.values()]
    .filter(({ group }) => fits(group))
    .map((known): Matched => {
      const { group, deletedAtMs } = known;
      const unreadMs = deletedAtMs > 0 ? 0 : (world.history.failing.get(group.key.id)?.atMs ?? 0);
      const failureMs = Math.max(group.failureTimeSeconds * 1000, unreadMs);
      const state = deletedAtMs > 0 ? 'deleted' : failureMs > group.pushTimeSeconds * 1000 ? 'failed' : 'ok';
      states[state]++;
      return { known, state, failureMs };
    });
  const rows = matched.filter(({ state }) => (query.state === null ? state !== 'deleted' : state === query.state));
  const direction = query.sort.startsWith('-') ? -1 : 1;
  return { states, rows: rows.sort((a, b) => direction * compare(keyOfRow(a, query), keyOfRow(b, query)) || compare(idOf(a), idOf(b))) };
}

const idOf = ({ known }: Matched): string => known.group.key.id;

const compare = <T extends string | number>(a: T, b: T): number => (a < b ? -1 : a > b ? 1 : 0);

function keyOfRow({ known: { group, deletedAtMs }, failureMs }: Matched, { sort }: GroupQuery): string | number {
  return {
    job: labelOf(group, 'job'),
    last_push: group.pushTimeSeconds,
    last_failure: failureMs,
    families: group.families.size,
    samples: countSamples(group.families),
    bytes: countTextBytes(group.families),
    deleted: deletedAtMs,
  }[sort.replace('-', '') as 'job'];
}

/** More pages than any list has: there are fewer groups, and each page shows one at least. */
const pagesMax = 10_000;

/** All pages of a query, one after the other. */
function readAllPages(catalog: GroupCatalog, query: GroupQuery): string[] {
  const ids: string[] = [];
  let after: GroupQuery['after'] = null;
  for (let pages = 0; pages < pagesMax; pages++) {
    const page = catalog.query({ ...query, after });
    ids.push(...page.rows.map(({ id }) => id));
    if (page.next === null) return ids;
    after = page.next;
  }
  throw new Error(`the pages do not end: ${pagesMax} were read`);
}

test.each([1, 2, 3])(
  'whatever is pushed, refused, deleted and wiped, the list is what a plain filter and a plain sort make of it (seed %i)',
  (seed) => {
    const world = new World(seed);
    let matchedCount = 0;
    for (let i = 0; i < 300; i++) {
      for (let step = 0; step < 12; step++) world.step();
      const question = pickQuestion(world);
      const wanted = answerPlainly(world, question);
      const { states, matched, rows } = world.catalog.query(question.query);
      expect({ states, matched }, question.shown).toEqual({ states: wanted.states, matched: wanted.rows.length });
      expect(readAllPages(world.catalog, question.query), question.shown).toEqual(wanted.rows.map(idOf));
      for (const [at, row] of rows.entries()) {
        const { known, state, failureMs } = wanted.rows[at] as Matched;
        expect(row.group.key).toEqual(known.group.key);
        expect([row.state, row.failureMs, row.deletedAtMs]).toEqual([state, failureMs, known.deletedAtMs]);
        expect([row.samples, row.bytes]).toEqual([countSamples(known.group.families), countTextBytes(known.group.families)]);
        expect((state === 'deleted' ? world.catalog.findDeleted(row.id) : world.catalog.find(row.id))?.group).toBe(row.group);
      }
      const selected = world.catalog.select({ ...question.query, state: null }).map(({ key }) => key.id);
      const present = answerPlainly(world, { ...question, query: { ...question.query, state: null } }).rows.map(idOf);
      expect(selected.sort(), question.shown).toEqual(present.sort());
      expect(world.catalog.size).toBe([...world.known.values()].filter(({ deletedAtMs }) => deletedAtMs === 0).length);
      matchedCount += matched;
    }
    expect(world.known.size).toBeLessThan(deletedGroupsMax);
    expect(matchedCount).toBeGreaterThan(3000);
  },
);

test('completions count what a plain loop counts', () => {
  const world = new World(4);
  for (let i = 0; i < 60; i++) {
    for (let step = 0; step < 30; step++) world.step();
    const { query, fits } = pickQuestion(world);
    const groups = [...world.known.values()].filter(({ group, deletedAtMs }) => deletedAtMs === 0 && fits(group)).map(({ group }) => group);
    const part = world.pick(['', 'a', 'host', 'ς', 'n']);
    const f = (counts: Iterable<{ text: string; groups: number }>, textsOf: (group: Group) => Iterable<string>): void => {
      const wanted = new Map<string, number>();
      for (const text of groups.flatMap((group) => [...textsOf(group)])) {
        if (text !== '' && text.toLowerCase().includes(part)) wanted.set(text, (wanted.get(text) ?? 0) + 1);
      }
      expect(new Map([...counts].map(({ text, groups: count }) => [text, count]))).toEqual(wanted);
    };
    const filter = { ...query, state: null };
    f(world.catalog.countLabelNames(filter, part), ({ key }) => key.labels.map(({ name }) => name));
    f(world.catalog.countFamilies(filter, part), ({ families }) => families.keys());
    for (const name of ['job', 'zone', 'missing']) f(world.catalog.countLabelValues(name, filter, part), (group) => [labelOf(group, name)]);
  }
});
