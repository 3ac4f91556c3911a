import { keyNotesMax, type GroupingKey } from './grouping-key.ts';

/** Where the next map leaves its notes. */
let nextPlace = 0;

/**
 * Something for each of many groups. Keys mostly come again as the same objects, so a map leaves a note on each, and need not look it up
 * once more: with 1,000 groups a look-up costs 0.3 us, with 100,000 nearly 1 us, and each push asks several maps (measured: a push to one of
 * 100,000 groups takes a tenth less). Keys of one id are the same, whichever object. Hot path: every push.
 */
export class GroupMap<Value> {
  readonly #place = nextPlace++ % keyNotesMax;
  /** By `GroupingKey.id`. */
  readonly #entries = new Map<string, Entry<Value>>();
  /** Stands in all entries that hold; another one after `clear`. */
  #mark: object = {};

  get size(): number {
    return this.#entries.size;
  }

  get(key: GroupingKey): Value | undefined {
    return this.#entryOf(key)?.value;
  }

  /** For those who have no key at hand. */
  find(id: string): Value | undefined {
    return this.#entries.get(id)?.value;
  }

  set(key: GroupingKey, value: Value): void {
    const known = this.#entryOf(key);
    if (known !== undefined) {
      known.value = value;
      return;
    }
    const entry = { mark: this.#mark, value };
    this.#entries.set(key.id, entry);
    key.setNote(this.#place, entry);
  }

  delete(key: GroupingKey): void {
    const entry = this.#entryOf(key);
    if (entry === undefined) return;
    this.#entries.delete(key.id);
    // Notes on other keys may lead here still.
    entry.mark = null;
    entry.value = undefined;
  }

  clear(): void {
    this.#entries.clear();
    this.#mark = {};
  }

  ids(): Iterable<string> {
    return this.#entries.keys();
  }

  *values(): Generator<Value> {
    for (const { value } of this.#entries.values()) yield value as Value;
  }

  #entryOf(key: GroupingKey): Entry<Value> | undefined {
    const note = key.noteAt(this.#place) as Entry<Value> | undefined;
    if (note?.mark === this.#mark) return note;
    const entry = this.#entries.get(key.id);
    if (entry !== undefined) key.setNote(this.#place, entry);
    return entry;
  }
}

interface Entry<Value> {
  /** `null`: it was deleted. */
  mark: object | null;
  value: Value | undefined;
}
