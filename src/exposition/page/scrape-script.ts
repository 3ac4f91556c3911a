import type { Group } from '../../model/group.ts';
import { Arena } from '../../wasm/arena.ts';
import { stepWords } from '../../wasm/form-lines.ts';
import type { LinearMemory } from '../../wasm/linear-memory.ts';
import { beginsMessage, messageHeadWords } from '../../wasm/messages.ts';
import { WordTable } from '../../wasm/word-table.ts';
import type { ExposedValues } from '../exposed-values.ts';

/** What a group says of a family, where that is not laid out. */
export type TextSource = (group: Group) => string | Uint8Array;

/** What is said of a family that no group holds. */
export type OwnSource = (values: ExposedValues) => string;

/** What comes next in an exposition, laid out for `FormLines`: texts, and families of groups by their slots. It lies there until it is cleared. */
// Hot path: guarded by bench/.
export class ScrapeScript {
  readonly #memory: LinearMemory;
  readonly #steps: WordTable;
  /** By step: who says what is not laid out. */
  readonly #sources: (TextSource | null)[] = [];
  /** Where texts and slots lie. */
  readonly #room: Arena;
  /** Texts that are others with each scrape: where they lie, the steps that show them, and who says them. */
  readonly #ownRoom: Arena;
  readonly #ownSteps: number[] = [];
  readonly #ownSources: OwnSource[] = [];
  /** The steps with which messages begin. */
  readonly #messageSteps: number[] = [];

  constructor(memory: LinearMemory) {
    this.#memory = memory;
    this.#steps = new WordTable(memory);
    this.#room = new Arena(memory);
    this.#ownRoom = new Arena(memory);
  }

  get address(): number {
    return this.#steps.address;
  }

  get length(): number {
    return this.#sources.length;
  }

  /** Bytes of texts and slots. */
  get size(): number {
    return this.#room.used;
  }

  clear(): void {
    this.#sources.length = 0;
    this.#ownSteps.length = 0;
    this.#ownSources.length = 0;
    this.#messageSteps.length = 0;
    this.#room.clear();
    this.#ownRoom.clear();
  }

  /** The next steps make a message. `header`: of it, without its metrics; for the rest see `Messages`. */
  addMessage(valueTag: number, nameLength: number, header: Uint8Array): void {
    const step = this.#add(null);
    const length = messageHeadWords * wordBytes + header.length;
    const address = this.#room.allocate(length);
    const { bytes, words } = this.#memory;
    words[address / wordBytes] = valueTag;
    words[address / wordBytes + 1] = nameLength;
    words[address / wordBytes + 2] = this.#messageSteps.push(step) - 1;
    bytes.set(header, address + messageHeadWords * wordBytes);
    this.#set(step, beginsMessage, address, length);
  }

  /** Which message begins with this step. */
  messageAt(step: number): number {
    const { words } = this.#memory;
    return words[(words[this.#wordOf(step) + 1] as number) / wordBytes + 2] as number;
  }

  /** The step with which this message begins; behind all steps for the one after the last. */
  stepOfMessage(index: number): number {
    return this.#messageSteps[index] ?? this.length;
  }

  addText(text: string): void {
    const step = this.#add(null);
    this.#setText(step, text, this.#room);
  }

  addOwn(source: OwnSource, values: ExposedValues): void {
    const step = this.#add(null);
    this.#ownSteps.push(step);
    this.#ownSources.push(source);
    this.#setText(step, source(values), this.#ownRoom);
  }

  /** The same once more, for another scrape: what `addOwn` told of is asked for anew. */
  renew(values: ExposedValues): void {
    this.#ownRoom.clear();
    for (const [i, source] of this.#ownSources.entries()) this.#setText(this.#ownSteps[i] as number, source(values), this.#ownRoom);
  }

  /** `family`: its address (see `PlacedFamilies`). */
  addGroups(family: number, slots: readonly number[], source: TextSource): void {
    const address = this.#room.allocate(slots.length * wordBytes);
    this.#memory.words.set(slots, address / wordBytes);
    this.#set(this.#add(source), family, address, slots.length);
  }

  sourceOf(step: number): TextSource {
    return this.#sources[step] as TextSource;
  }

  slotAt(step: number, position: number): number {
    const { words } = this.#memory;
    return words[(words[this.#wordOf(step) + 1] as number) / wordBytes + position] as number;
  }

  #add(source: TextSource | null): number {
    const step = this.#sources.push(source) - 1;
    this.#steps.reserve(this.length * stepWords);
    return step;
  }

  #setText(step: number, text: string, room: Arena): void {
    const length = Buffer.byteLength(text);
    const address = room.allocate(length);
    this.#memory.bytes.write(text, address);
    this.#set(step, 0, address, length);
  }

  #set(step: number, family: number, address: number, length: number): void {
    const { words } = this.#memory;
    const word = this.#wordOf(step);
    words[word] = family;
    words[word + 1] = address;
    words[word + 2] = length;
  }

  #wordOf(step: number): number {
    return this.#steps.address / wordBytes + step * stepWords;
  }
}

const wordBytes = 4;
