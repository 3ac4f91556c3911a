/** What sorts a row: a number or a text, the same kind for all rows of one list. */
export type SortKey = number | string;

/** The place of a row in a list: by its key, and among equal ones by its id. */
export interface Position {
  readonly key: SortKey;
  readonly id: string;
}

/**
 * Takes the first `limit` rows out of all rows in any order, without sorting all of them: a heap of the best so far, with the worst of them on top, to
 * which most rows are compared once.
 */
export class PageSelector<T> {
  readonly #limit: number;
  readonly #compare: (a: T, b: T) => number;
  readonly #heap: T[] = [];
  #hasMore = false;

  /** `compare`: less than 0 if the first row comes before the second. */
  constructor(limit: number, compare: (a: T, b: T) => number) {
    this.#limit = limit;
    this.#compare = compare;
  }

  /** Whether a row lies behind the page. */
  get hasMore(): boolean {
    return this.#hasMore;
  }

  /** Hot path: once per row of the list. */
  offer(row: T): void {
    const [worst] = this.#heap;
    if (this.#heap.length < this.#limit) {
      this.#heap.push(row);
      this.#siftUp(this.#heap.length - 1);
      return;
    }
    this.#hasMore = true;
    if (worst === undefined || this.#compare(row, worst) >= 0) return;
    this.#heap[0] = row;
    this.#siftDown();
  }

  /** The rows in their order. To be called once, at the end. */
  finish(): T[] {
    return this.#heap.sort(this.#compare);
  }

  #isWorse(a: number, b: number): boolean {
    const first = this.#heap[a];
    const second = this.#heap[b];
    return first !== undefined && second !== undefined && this.#compare(first, second) > 0;
  }

  #siftUp(start: number): void {
    for (let at = start; at > 0;) {
      const parent = (at - 1) >> 1;
      if (!this.#isWorse(at, parent)) return;
      this.#swap(at, parent);
      at = parent;
    }
  }

  #siftDown(): void {
    for (let at = 0; ;) {
      const left = 2 * at + 1;
      const child = this.#isWorse(left + 1, left) ? left + 1 : left;
      if (!this.#isWorse(child, at)) return;
      this.#swap(at, child);
      at = child;
    }
  }

  #swap(a: number, b: number): void {
    const first = this.#heap[a];
    const second = this.#heap[b];
    if (first === undefined || second === undefined) return;
    this.#heap[a] = second;
    this.#heap[b] = first;
  }
}
