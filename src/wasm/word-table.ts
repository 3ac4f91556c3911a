import type { LinearMemory } from './linear-memory.ts';

/** Words in a row, as many as are asked for. */
export class WordTable {
  readonly #memory: LinearMemory;
  #address = 0;
  #length = 0;

  constructor(memory: LinearMemory) {
    this.#memory = memory;
  }

  /** Where it lies; another place after `reserve`. */
  get address(): number {
    return this.#address;
  }

  get(index: number): number {
    return this.#memory.words[this.#address / wordBytes + index] as number;
  }

  set(index: number, word: number): void {
    this.#memory.words[this.#address / wordBytes + index] = word;
  }

  /** Puts these at its beginning. */
  load(words: readonly number[]): void {
    this.reserve(words.length);
    this.#memory.words.set(words, this.#address / wordBytes);
  }

  fill(word: number): void {
    const start = this.#address / wordBytes;
    this.#memory.words.fill(word, start, start + this.#length);
  }

  /** Makes it at least so long; what it holds stays, what is new is 0. */
  reserve(length: number): void {
    if (length <= this.#length) return;
    const longer = Math.max(length, 2 * this.#length);
    const address = this.#memory.allocate(longer * wordBytes);
    const { words } = this.#memory;
    const from = this.#address / wordBytes;
    const to = address / wordBytes;
    words.copyWithin(to, from, from + this.#length);
    words.fill(0, to + this.#length, to + longer);
    this.#address = address;
    this.#length = longer;
  }
}

const wordBytes = 4;
