/**
 * In which order an object shows members that were set one after the other: integers first, of equal names the last value in the place of
 * the first. The object itself is asked, but mostly the names are those of the metric before, and then their bytes are only compared.
 */
export class MemberOrder {
  #known: Uint8Array = new Uint8Array();
  #order: readonly number[] = [];

  /** The names lie in `bytes` from `starts[i]` to `ends[i]`. Answers which of them are shown, in order. Valid until the next call. */
  find(bytes: Buffer, starts: readonly number[], ends: readonly number[], count: number): readonly number[] {
    if (!this.#isKnown(bytes, starts, ends, count)) this.#learn(bytes, starts, ends, count);
    return this.#order;
  }

  /** Each name is kept with the byte behind it, which ends it. */
  #isKnown(bytes: Buffer, starts: readonly number[], ends: readonly number[], count: number): boolean {
    const known = this.#known;
    let place = 0;
    for (let i = 0; i < count; i++) {
      const end = ends[i] as number;
      if (known.length - place <= end - (starts[i] as number)) return false;
      for (let at = starts[i] as number; at <= end; at++) if (bytes[at] !== known[place++]) return false;
    }
    return place === known.length;
  }

  #learn(bytes: Buffer, starts: readonly number[], ends: readonly number[], count: number): void {
    const places = Object.create(null) as Record<string, number>;
    const known: Buffer[] = [];
    for (let i = 0; i < count; i++) {
      places[bytes.toString('latin1', starts[i], ends[i])] = i;
      known.push(bytes.subarray(starts[i], (ends[i] as number) + 1));
    }
    this.#known = Buffer.concat(known);
    this.#order = Object.values(places);
  }
}
