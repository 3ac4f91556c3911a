const [unknown, no, yes] = [0, 1, 2];

/** What a question says of numbered things: each is asked about once, when somebody first wants to know. */
export class Verdicts {
  readonly #known: Uint8Array;
  readonly #decide: (id: number) => boolean;

  /** `end`: all numbers lie below. */
  constructor(end: number, decide: (id: number) => boolean) {
    this.#known = new Uint8Array(end);
    this.#decide = decide;
  }

  /** Decides of one thing beforehand, if there is one. */
  refuse(id: number | undefined): void {
    if (id !== undefined) this.#known[id] = no;
  }

  of(id: number): boolean {
    const known = this.#known[id];
    return known === unknown ? this.#ask(id) : known === yes;
  }

  /** Leaves those of the rows whose thing passes, in their array; `ids` has the number of the thing for each of them. */
  keepRows(rows: Int32Array, ids: Int32Array): Int32Array {
    let kept = 0;
    for (let i = 0; i < rows.length; i++) if (this.of(ids[i] as number)) rows[kept++] = rows[i] as number;
    return rows.subarray(0, kept);
  }

  #ask(id: number): boolean {
    const isFit = this.#decide(id);
    this.#known[id] = isFit ? yes : no;
    return isFit;
  }
}
