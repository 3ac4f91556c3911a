import type { LookBudget } from './look-budget.ts';
import type { RowLabels } from './row-labels.ts';

/** How values go on from the names of a list, where name and `=` have what comes before of the word: by the index of the name. `''`: any value. */
type Rests = readonly (readonly string[])[];

/** Looking for a part of the word takes as long as reading so many characters. */
const charactersPerSplit = 8;

/** A word of a search with an equals sign, such as `env=pr`, which can lie across the one in `name=value`. In lower case. */
export class PairWord {
  readonly #word: string;
  readonly #labels: RowLabels;
  readonly #budget: LookBudget;
  /** The word, split at each of its equals signs. */
  readonly #splits: readonly (readonly [nameEnd: string, valueStart: string])[];
  /** By lists of label names; `null` where no name has a part of the word. */
  readonly #rests: (Rests | null)[] = [];

  constructor(word: string, labels: RowLabels, budget: LookBudget) {
    this.#word = word;
    this.#labels = labels;
    this.#budget = budget;
    this.#splits = [...word.matchAll(/=/g)].map(({ index }) => [word.slice(0, index), word.slice(index + 1)]);
  }

  /** Whether it lies across a name, by its list and the index there, and a value, or in the name alone. */
  isIn(list: number, index: number, value: number): boolean {
    const known = this.#rests[list];
    const rests = known === undefined ? this.#findRests(list) : known;
    return rests?.[index]?.some((rest) => this.#labels.values.startsWith(value, rest)) === true;
  }

  #findRests(list: number): Rests | null {
    const names = this.#labels.nameLists.namesOf(list);
    for (const name of names) this.#budget.read(name.length + this.#splits.length * charactersPerSplit);
    const rests = names.map((name) => this.#restsBehind(name.toLowerCase()));
    const found = rests.some((some) => some.length > 0) ? rests : null;
    this.#rests[list] = found;
    return found;
  }

  #restsBehind(name: string): readonly string[] {
    if (`${name}=`.includes(this.#word)) return [''];
    return this.#splits.filter(([nameEnd]) => name.endsWith(nameEnd)).map(([, valueStart]) => valueStart);
  }
}
