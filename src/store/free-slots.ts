/** Slots of groups that went. The lowest is given away first, so that new groups stand in the order in which they came. A binary heap. */
export class FreeSlots {
  readonly #heap: number[] = [];

  add(slot: number): void {
    const heap = this.#heap;
    let at = heap.length;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      const above = heap[parent] as number;
      if (above <= slot) break;
      heap[at] = above;
      at = parent;
    }
    heap[at] = slot;
  }

  take(): number | undefined {
    const heap = this.#heap;
    const lowest = heap[0];
    const moved = heap.pop();
    if (moved === undefined || heap.length === 0) return lowest;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && (heap[child + 1] as number) < (heap[child] as number)) child++;
      if ((heap[child] as number) >= moved) break;
      heap[at] = heap[child] as number;
      at = child;
    }
    heap[at] = moved;
    return lowest;
  }
}
