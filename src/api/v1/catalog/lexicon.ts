/**
 * Distinct texts, each under a small number for as long as somebody holds it. So a column of texts is an array of numbers, and a question about texts is asked
 * once for equal ones. The numbers of texts that went are given to new ones.
 */
export class Lexicon {
  readonly #ids = new Map<string, number>();
  readonly #texts: string[] = [];
  readonly #holders: number[] = [];
  readonly #free: number[] = [];

  /** All numbers lie below. */
  get end(): number {
    return this.#texts.length;
  }

  find(text: string): number | undefined {
    return this.#ids.get(text);
  }

  textOf(id: number): string {
    return this.#texts[id] ?? '';
  }

  /** The number of a text, until it is released as often as it was held. */
  hold(text: string): number {
    const known = this.#ids.get(text);
    if (known !== undefined) {
      this.holdAgain(known);
      return known;
    }
    const id = this.#free.pop() ?? this.#texts.length;
    this.#ids.set(text, id);
    this.#texts[id] = text;
    this.#holders[id] = 1;
    return id;
  }

  /** The number must be held already. */
  holdAgain(id: number): void {
    this.#holders[id] = (this.#holders[id] ?? 0) + 1;
  }

  /** Whether nobody holds it any more. */
  release(id: number): boolean {
    const left = (this.#holders[id] ?? 0) - 1;
    this.#holders[id] = left;
    if (left > 0) return false;
    this.#ids.delete(this.textOf(id));
    this.#texts[id] = '';
    this.#free.push(id);
    return true;
  }
}
