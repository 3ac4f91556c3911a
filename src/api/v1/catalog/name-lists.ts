import { Lexicon } from './lexicon.ts';

const none: readonly string[] = [];

/** Lists of names, each under a small number for as long as somebody holds it. */
export class NameLists {
  readonly #lexicon = new Lexicon();
  readonly #lists: (readonly string[])[] = [];

  /** All numbers lie below. */
  get end(): number {
    return this.#lexicon.end;
  }

  namesOf(list: number): readonly string[] {
    return this.#lists[list] ?? none;
  }

  /** `text`: the list as JSON. */
  hold(text: string, names: readonly string[]): number {
    const list = this.#lexicon.hold(text);
    if (this.namesOf(list).length === 0) this.#lists[list] = names;
    return list;
  }

  /** The number must be held already. */
  holdAgain(list: number): void {
    this.#lexicon.holdAgain(list);
  }

  release(list: number): void {
    if (this.#lexicon.release(list)) this.#lists[list] = none;
  }
}
