import { enlarge } from '../../../base/enlarge.ts';
import { Lexicon } from './lexicon.ts';

/** The number of the value `''`: also of a label that is not there, as in PromQL. */
export const noValue = 0;

const [closingQuote, backslash] = [0x22, 0x5c];

/**
 * Distinct label values, with their characters one behind the other in one array. Strings lie scattered over the heap, between what their groups hold: to wait for
 * each of 100,000 takes longer than to read it.
 */
export class LabelValues {
  readonly #lexicon = new Lexicon();
  /** UTF-16 code units of each value, and behind them those of the value in lower case, where they differ. */
  #units = new Uint16Array(256);
  #unitsEnd = 0;
  /** Units of values that went. */
  #unitsDead = 0;
  /** For each value where it begins, where it ends, and where what stands behind it ends. */
  #starts = new Int32Array(16);
  #middles = new Int32Array(16);
  #ends = new Int32Array(16);

  constructor() {
    this.hold('');
  }

  /** All numbers lie below. */
  get end(): number {
    return this.#lexicon.end;
  }

  find(value: string): number | undefined {
    return this.#lexicon.find(value);
  }

  textOf(id: number): string {
    return this.#lexicon.textOf(id);
  }

  lengthOf(id: number): number {
    return (this.#middles[id] as number) - (this.#starts[id] as number);
  }

  /** Has a value read as UTF-16 code units: from one index up to another. Hot path: guarded by bench/group-list.mjs, as are the others that read units. */
  read<T>(id: number, reader: (units: Uint16Array, from: number, to: number) => T): T {
    return reader(this.#units, this.#starts[id] as number, this.#middles[id] as number);
  }

  /** Whether the word, which is in lower case, is in the value in any letter case. The word must not be empty. */
  includes(id: number, word: string): boolean {
    const [start, middle, end] = [this.#starts[id] as number, this.#middles[id] as number, this.#ends[id] as number];
    return findUnits(this.#units, middle === end ? start : middle, end, word);
  }

  /** Whether the value begins like this, which is in lower case, in any letter case. */
  startsWith(id: number, start: string): boolean {
    const [from, middle, end] = [this.#starts[id] as number, this.#middles[id] as number, this.#ends[id] as number];
    const begin = middle === end ? from : middle;
    return end - begin >= start.length && hasUnits(this.#units, begin, start);
  }

  /** Less than 0 if the first comes before the second in the order of their code units, which is that of JavaScript; 0 for two equal ones. */
  compare(a: number, b: number): number {
    const at = this.#findDifference(a, b);
    return this.#unitAt(a, at, -1) - this.#unitAt(b, at, -1);
  }

  /** The same for the values as JSON writes them, quotes included; `null` where they differ in what JSON escapes. */
  compareAsJson(a: number, b: number): number | null {
    const at = this.#findDifference(a, b);
    const order = this.#jsonUnitAt(a, at) - this.#jsonUnitAt(b, at);
    return Number.isNaN(order) ? null : order;
  }

  hold(value: string): number {
    const known = this.find(value);
    if (known === undefined) return this.#add(value);
    this.#lexicon.holdAgain(known);
    return known;
  }

  release(id: number): void {
    if (!this.#lexicon.release(id)) return;
    this.#unitsDead += (this.#ends[id] as number) - (this.#starts[id] as number);
    this.#starts[id] = this.#middles[id] = this.#ends[id] = 0;
    if (this.#unitsDead > this.#unitsEnd >> 1) this.#closeGaps();
  }

  /** The index from which on two values differ, or their length. */
  #findDifference(a: number, b: number): number {
    const [units, startA, startB] = [this.#units, this.#starts[a] as number, this.#starts[b] as number];
    const common = Math.min(this.lengthOf(a), this.lengthOf(b));
    let at = 0;
    while (at < common && units[startA + at] === units[startB + at]) at++;
    return at;
  }

  #unitAt(id: number, at: number, end: number): number {
    return at < this.lengthOf(id) ? (this.#units[(this.#starts[id] as number) + at] as number) : end;
  }

  /** `NaN` for what JSON escapes. */
  #jsonUnitAt(id: number, at: number): number {
    const unit = this.#unitAt(id, at, -1);
    if (unit === -1) return closingQuote;
    const isEscaped = unit < 0x20 || unit === closingQuote || unit === backslash || (unit >= 0xd800 && unit <= 0xdfff);
    return isEscaped ? NaN : unit;
  }

  #add(value: string): number {
    const id = this.#lexicon.hold(value);
    this.#starts = enlarge(this.#starts, id + 1);
    this.#middles = enlarge(this.#middles, id + 1);
    this.#ends = enlarge(this.#ends, id + 1);
    this.#starts[id] = this.#unitsEnd;
    this.#middles[id] = this.#write(value);
    const lower = value.toLowerCase();
    this.#ends[id] = lower === value ? this.#unitsEnd : this.#write(lower);
    return id;
  }

  /** Returns where it ends. */
  #write(text: string): number {
    this.#units = enlarge(this.#units, this.#unitsEnd + text.length);
    for (let i = 0; i < text.length; i++) this.#units[this.#unitsEnd++] = text.charCodeAt(i);
    return this.#unitsEnd;
  }

  #closeGaps(): void {
    const units = new Uint16Array(this.#unitsEnd - this.#unitsDead);
    let end = 0;
    for (let id = 0; id < this.end; id++) {
      const [start, middle, to] = [this.#starts[id] as number, this.#middles[id] as number, this.#ends[id] as number];
      this.#starts[id] = end;
      this.#middles[id] = end + middle - start;
      for (let i = start; i < to; i++) units[end++] = this.#units[i] as number;
      this.#ends[id] = end;
    }
    this.#units = units;
    this.#unitsEnd = end;
    this.#unitsDead = 0;
  }
}

function findUnits(units: Uint16Array, from: number, to: number, word: string): boolean {
  const first = word.charCodeAt(0);
  const last = to - word.length;
  for (let at = from; at <= last; at++) {
    if (units[at] === first && hasUnits(units, at, word)) return true;
  }
  return false;
}

function hasUnits(units: Uint16Array, at: number, word: string): boolean {
  let i = 0;
  while (i < word.length && units[at + i] === word.charCodeAt(i)) i++;
  return i === word.length;
}
