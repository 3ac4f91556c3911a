import type { Group } from '../../model/group.ts';
import { stepWords } from '../../wasm/form-lines.ts';
import type { LinearMemory } from '../../wasm/linear-memory.ts';
import { WordTable } from '../../wasm/word-table.ts';
import { scriptBytesMax } from '../limits.ts';

/** What a group says of a family, where that is not laid out. */
export type TextSource = (group: Group) => string | Uint8Array;

/** What comes next in an exposition, laid out for `FormLines`: texts, and families of groups by their slots. It lies there until it is cleared. */
// Hot path: guarded by bench/.
export class ScrapeScript {
  readonly #memory: LinearMemory;
  readonly #steps: WordTable;
  /** By step: who says what is not laid out. */
  readonly #sources: (TextSource | null)[] = [];
  /** Where texts and slots lie. One that is too small is left behind as it is, since steps lead there. */
  #area = 0;
  #areaBytes = 0;
  #used = 0;

  constructor(memory: LinearMemory) {
    this.#memory = memory;
    this.#steps = new WordTable(memory);
  }

  get address(): number {
    return this.#steps.address;
  }

  get length(): number {
    return this.#sources.length;
  }

  /** Whether it is time to write what it says. */
  get isFull(): boolean {
    return this.#used > scriptBytesMax;
  }

  clear(): void {
    this.#sources.length = 0;
    this.#used = 0;
  }

  addText(text: string): void {
    const address = this.#place(text.length * utf8BytesMax);
    const length = this.#memory.bytes.write(text, address);
    this.#used += length;
    this.#add(0, address, length, null);
  }

  /** `family`: its address (see `PlacedFamilies`). */
  addGroups(family: number, slots: readonly number[], source: TextSource): void {
    const address = this.#place(slots.length * wordBytes);
    this.#memory.words.set(slots, address / wordBytes);
    this.#used += slots.length * wordBytes;
    this.#add(family, address, slots.length, source);
  }

  sourceOf(step: number): TextSource {
    return this.#sources[step] as TextSource;
  }

  slotAt(step: number, position: number): number {
    const { words } = this.#memory;
    return words[(words[this.#wordOf(step) + 1] as number) / wordBytes + position] as number;
  }

  #add(family: number, address: number, length: number, source: TextSource | null): void {
    const step = this.#sources.push(source) - 1;
    this.#steps.reserve(this.length * stepWords);
    const { words } = this.#memory;
    const word = this.#wordOf(step);
    words[word] = family;
    words[word + 1] = address;
    words[word + 2] = length;
  }

  #wordOf(step: number): number {
    return this.#steps.address / wordBytes + step * stepWords;
  }

  /** Where so many bytes are free, on a word. */
  #place(bytes: number): number {
    this.#used = (this.#used + wordBytes - 1) & -wordBytes;
    if (this.#used + bytes > this.#areaBytes) {
      this.#areaBytes = Math.max(2 * this.#areaBytes, this.#used + 2 * bytes);
      this.#area = this.#memory.allocate(this.#areaBytes);
    }
    return this.#area + this.#used;
  }
}

const wordBytes = 4;
/** Of one UTF-16 code unit. */
const utf8BytesMax = 3;
