import type { Automaton } from '../automaton.ts';
import type { FamilyMatcher } from '../family-matcher.ts';
import type { Matcher } from '../matcher.ts';
import type { Search } from '../search.ts';
import type { Selector } from '../selector.ts';
import type { GroupTable } from './group-table.ts';
import { LookBudget } from './look-budget.ts';
import { PairWord } from './pair-word.ts';
import { Verdicts } from './verdicts.ts';

/**
 * Finds the rows of a table that selectors and words let through, one matcher after the other for all rows that are left. Rows are handed on in one array, in
 * which each step leaves fewer of them. Throws `PG_SELECTOR` where that would take too long.
 */
export class RowFilter {
  readonly #table: GroupTable;
  readonly #budget: LookBudget;
  /** What the rows of a step are asked about. */
  readonly #asked: Int32Array;

  constructor(table: GroupTable) {
    this.#table = table;
    this.#budget = new LookBudget(table.count);
    this.#asked = new Int32Array(table.count);
  }

  /** The rows that fit one of the selectors, if there are any, and all of the words. Ascending. */
  run(selectors: readonly Selector[], search: Search): Int32Array {
    let rows = this.#selectAny(selectors);
    for (const word of search) rows = this.#find(word, rows);
    return rows;
  }

  #selectAny(selectors: readonly Selector[]): Int32Array {
    const [first] = selectors;
    if (first === undefined) return listRows(this.#table.count);
    if (selectors.length === 1) return this.#select(first, listRows(this.#table.count));
    const isTaken = new Uint8Array(this.#table.count);
    for (const selector of selectors) {
      for (const row of this.#select(selector, listRows(this.#table.count, isTaken, 0))) isTaken[row] = 1;
    }
    return listRows(this.#table.count, isTaken, 1);
  }

  /** What is decided by comparisons comes first, so that regexps have fewer values to read. */
  #select({ labels, families }: Selector, all: Int32Array): Int32Array {
    const names = [...new Set(labels.map(({ name }) => name))];
    const matchersOf = (name: string): Matcher[] => labels.filter((matcher) => matcher.name === name);
    const isRead = (name: string): boolean => matchersOf(name).some(isRegexp);
    let rows = all;
    for (const name of names) if (!isRead(name)) rows = this.#match(name, matchersOf(name), rows);
    for (const matcher of families) rows = this.#matchFamilies(matcher, rows);
    for (const name of names) if (isRead(name)) rows = this.#match(name, matchersOf(name), rows);
    return rows;
  }

  /** The matchers of one label: each of its values has to pass all of them. */
  #match(name: string, matchers: readonly Matcher[], rows: Int32Array): Int32Array {
    const { values, nameLists } = this.#table.labels;
    this.#budget.visit(rows.length, nameLists.end);
    this.#table.labels.readValues(name, rows, this.#asked);
    const wanted = matchers.filter(({ operator }) => operator === '=').map(({ operand }) => values.find(operand));
    const tests = matchers.filter(isRegexp).map((matcher) => this.#createRegexpTest(matcher));
    const verdicts = new Verdicts(values.end, (id) => wanted.every((value) => id === value) && tests.every((test) => test(id)));
    for (const { operator, operand } of matchers) if (operator === '!=') verdicts.refuse(values.find(operand));
    return verdicts.keepRows(rows, this.#asked);
  }

  #createRegexpTest({ regexp, isNegative }: RegexpMatcher): (id: number) => boolean {
    const { values } = this.#table.labels;
    const matches = (units: Uint16Array, from: number, to: number): boolean => regexp.matchesUnits(units, from, to);
    return (id) => {
      this.#budget.read(values.lengthOf(id));
      return values.read(id, matches) !== isNegative;
    };
  }

  #matchFamilies(matcher: FamilyMatcher, rows: Int32Array): Int32Array {
    const { familyLists, columns } = this.#table;
    this.#budget.visit(rows.length, familyLists.end);
    for (let i = 0; i < rows.length; i++) this.#asked[i] = columns.families[rows[i] as number] as number;
    const verdicts = new Verdicts(familyLists.end, (list) => {
      const names = familyLists.namesOf(list);
      for (const name of names) this.#budget.read(name.length);
      return matcher.holds(names);
    });
    return verdicts.keepRows(rows, this.#asked);
  }

  /** The rows with the word in a label value, or in a `name=value` if it has an equals sign. */
  #find(word: string, rows: Int32Array): Int32Array {
    const { labels } = this.#table;
    this.#budget.visit(rows.length, labels.nameLists.end);
    const inValue = new Verdicts(labels.values.end, (id) => {
      this.#budget.read(labels.values.lengthOf(id));
      return labels.values.includes(id, word);
    });
    if (!word.includes('=')) return labels.keepRows(rows, (_list, _index, value) => inValue.of(value));
    const inPair = new PairWord(word, labels, this.#budget);
    return labels.keepRows(rows, (list, index, value) => inValue.of(value) || inPair.isIn(list, index, value));
  }
}

type RegexpMatcher = Matcher & { readonly regexp: Automaton };

function isRegexp(matcher: Matcher): matcher is RegexpMatcher {
  return matcher.regexp !== null;
}

/** The numbers of all rows, or of those with this mark. */
function listRows(count: number, marks?: Uint8Array, mark?: number): Int32Array {
  const rows = new Int32Array(count);
  let listed = 0;
  for (let row = 0; row < count; row++) if (marks === undefined || marks[row] === mark) rows[listed++] = row;
  return rows.subarray(0, listed);
}
