/** What sorts a row: a number or a text, the same kind for all rows of one list. */
export type SortKey = number | string;

/** The place of a row in a list: by its key, and among equal ones by its id. */
export interface Position {
  readonly key: SortKey;
  readonly id: string;
}

/**
 * Takes the first `limit` rows behind a position out of all rows in any order, without sorting all of them: a heap of the best so far, with
 * the worst of them on top, to which most rows are compared once.
 */
export class PageSelector<T> {
  readonly #limit: number;
  readonly #isDescending: boolean;
  readonly #after: Position | null;
  readonly #heap: { readonly position: Position; readonly row: T }[] = [];
  #hasMore = false;

  constructor(limit: number, isDescending: boolean, after: Position | null) {
    this.#limit = limit;
    this.#isDescending = isDescending;
    this.#after = after;
  }

  /** Whether a row lies behind the page. */
  get hasMore(): boolean {
    return this.#hasMore;
  }

  /** Hot path: once per row of the list. */
  offer(key: SortKey, id: string, row: T): void {
    if (this.#after !== null && this.#compare(key, id, this.#after) <= 0) return;
    const worst = this.#heap[0];
    if (this.#heap.length < this.#limit) {
      this.#heap.push({ position: { key, id }, row });
      this.#siftUp(this.#heap.length - 1);
      return;
    }
    this.#hasMore = true;
    if (worst === undefined || this.#compare(key, id, worst.position) >= 0) return;
    this.#heap[0] = { position: { key, id }, row };
    this.#siftDown();
  }

  /** The rows in their order, each with its position. To be called once, at the end. */
  finish(): { readonly position: Position; readonly row: T }[] {
    return this.#heap.sort((a, b) => this.#compare(a.position.key, a.position.id, b.position));
  }

  /** Ties go by the id from the smallest up, whatever the direction. */
  #compare(key: SortKey, id: string, to: Position): number {
    if (key !== to.key) return key < to.key === this.#isDescending ? 1 : -1;
    return id < to.id ? -1 : id === to.id ? 0 : 1;
  }

  #isWorse(a: number, b: number): boolean {
    const first = this.#heap[a];
    const second = this.#heap[b];
    return first !== undefined && second !== undefined && this.#compare(first.position.key, first.position.id, second.position) > 0;
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
