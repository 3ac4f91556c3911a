import { arenaBlockBytes } from './limits.ts';
import type { LinearMemory } from './linear-memory.ts';

/** Areas one behind the other that are given back all at once. What lies there stays where it is until then. */
export class Arena {
  readonly #memory: LinearMemory;
  /** Where areas come from, used again from the first one on after `clear`. */
  readonly #blocks: Block[] = [];
  #block = -1;
  #next = 0;
  #end = 0;
  #used = 0;

  constructor(memory: LinearMemory) {
    this.#memory = memory;
  }

  /** Bytes that were given away. */
  get used(): number {
    return this.#used;
  }

  clear(): void {
    this.#block = -1;
    this.#next = 0;
    this.#end = 0;
    this.#used = 0;
  }

  /** The address of a new area, on a word. What it holds is unknown. */
  allocate(bytes: number): number {
    while (this.#next + bytes > this.#end) this.#enterBlock(bytes);
    const address = this.#next;
    this.#next = (address + bytes + 3) & ~3;
    this.#used += bytes;
    return address;
  }

  #enterBlock(bytes: number): void {
    this.#block++;
    if (this.#block === this.#blocks.length) {
      const size = Math.ceil(bytes / arenaBlockBytes) * arenaBlockBytes;
      this.#blocks.push({ start: this.#memory.allocate(size), size });
    }
    const { start, size } = this.#blocks[this.#block] as Block;
    this.#next = start;
    this.#end = start + size;
  }
}

interface Block {
  readonly start: number;
  readonly size: number;
}
