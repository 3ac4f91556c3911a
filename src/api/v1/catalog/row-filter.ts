import type { FamilyMatcher } from '../family-matcher.ts';
import type { Matcher } from '../matcher.ts';
import type { Search } from '../search.ts';
import type { Selector } from '../selector.ts';
import type { GroupTable } from './group-table.ts';
import { LookBudget } from './look-budget.ts';
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

  /** What is decided by a comparison comes first, so that regexps have fewer values to read. */
  #select({ labels, families }: Selector, all: Int32Array): Int32Array {
    let rows = all;
    for (const matcher of labels) if (matcher.regexp === null) rows = this.#match(matcher, rows);
    for (const matcher of families) rows = this.#matchFamilies(matcher, rows);
    for (const matcher of labels) if (matcher.regexp !== null) rows = this.#match(matcher, rows);
    return rows;
  }

  #match(matcher: Matcher, rows: Int32Array): Int32Array {
    const { labels } = this.#table;
    this.#budget.visit(rows.length);
    labels.readValues(matcher.name, rows, this.#asked);
    return new Verdicts(labels.values.end, this.#createTest(matcher)).keepRows(rows, this.#asked);
  }

  /** Whether a matcher takes the label value of a number. */
  #createTest({ regexp, operand, isNegative }: Matcher): (id: number) => boolean {
    const { values } = this.#table.labels;
    if (regexp === null) {
      const wanted = values.find(operand);
      return (id) => (id === wanted) !== isNegative;
    }
    const matchesUnits = (units: Uint16Array, from: number, to: number): boolean => regexp.matchesUnits(units, from, to);
    return (id) => {
      this.#budget.read(values.lengthOf(id));
      return values.read(id, matchesUnits) !== isNegative;
    };
  }

  #matchFamilies(matcher: FamilyMatcher, rows: Int32Array): Int32Array {
    const { familyLists, columns } = this.#table;
    this.#budget.visit(rows.length);
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
    this.#budget.visit(rows.length);
    const inValue = new Verdicts(labels.values.end, (id) => {
      this.#budget.read(labels.values.lengthOf(id));
      return labels.values.includes(id, word);
    });
    if (!word.includes('=')) return labels.keepRows(rows, (_list, _offset, value) => inValue.of(value));
    const inPair = this.#createPairTest(word);
    return labels.keepRows(rows, (list, offset, value) => inValue.of(value) || inPair(list, offset, value));
  }

  #createPairTest(word: string): (list: number, offset: number, value: number) => boolean {
    const { values, nameLists } = this.#table.labels;
    const byName = new Map<string, Verdicts>();
    return (list, offset, value) => {
      const name = nameLists.namesOf(list)[offset - 1] ?? '';
      let verdicts = byName.get(name);
      if (verdicts === undefined) {
        const begin = `${name.toLowerCase()}=`;
        verdicts = new Verdicts(values.end, (id) => `${begin}${values.lowerOf(id)}`.includes(word));
        byName.set(name, verdicts);
      }
      return verdicts.of(value);
    };
  }
}

/** The numbers of all rows, or of those with this mark. */
function listRows(count: number, marks?: Uint8Array, mark?: number): Int32Array {
  const rows = new Int32Array(count);
  let listed = 0;
  for (let row = 0; row < count; row++) if (marks === undefined || marks[row] === mark) rows[listed++] = row;
  return rows.subarray(0, listed);
}
