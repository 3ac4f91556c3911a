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
    const entry = { map: this, value };
    this.#entries.set(key.id, entry);
    key.setNote(this.#place, entry);
  }

  delete(key: GroupingKey): void {
    const entry = this.#entryOf(key);
    if (entry === undefined) return;
    this.#entries.delete(key.id);
    forget(entry);
  }

  clear(): void {
    for (const entry of this.#entries.values()) forget(entry);
    this.#entries.clear();
  }

  ids(): Iterable<string> {
    return this.#entries.keys();
  }

  *values(): Generator<Value> {
    for (const { value } of this.#entries.values()) yield value as Value;
  }

  #entryOf(key: GroupingKey): Entry<Value> | undefined {
    const note = key.noteAt(this.#place) as Entry<Value> | undefined;
    if (note?.map === this) return note;
    const entry = this.#entries.get(key.id);
    if (entry !== undefined) key.setNote(this.#place, entry);
    return entry;
  }
}

interface Entry<Value> {
  /** `null`: it was deleted. */
  map: GroupMap<Value> | null;
  value: Value | undefined;
}

/** Notes on keys lead here still, for as long as the keys are there. */
function forget(entry: Entry<unknown>): void {
  entry.map = null;
  entry.value = undefined;
}
