import { growthPagesMin, readAheadBytes, vectorBytes, wasmPageBytes } from './limits.ts';

/** The memory of WebAssembly instances, given away from its beginning to its end. Addresses are bytes from its start; 0 is none. */
export class LinearMemory {
  readonly memory: WebAssembly.Memory = new WebAssembly.Memory({ initial: growthPagesMin });
  #bytes: Buffer = Buffer.from(this.memory.buffer);
  #words: Uint32Array = new Uint32Array(this.memory.buffer);
  #end = vectorBytes;

  /** All of it. To be asked for anew after each `allocate`. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  /** As `bytes`, by words of 4 bytes. */
  get words(): Uint32Array {
    return this.#words;
  }

  /** Bytes that were given away. */
  get size(): number {
    return this.#end;
  }

  /** The address of a new area, on a word. What it holds is unknown. A vector that begins in it may be read whole. */
  allocate(bytes: number): number {
    const address = this.#end;
    this.#end = (address + bytes + 3) & ~3;
    const missing = this.#end + readAheadBytes - this.#bytes.length;
    if (missing > 0) this.#grow(missing);
    return address;
  }

  /** Puts a latin1 string into an area of its own. */
  store(text: string): number {
    const address = this.allocate(text.length);
    this.#bytes.write(text, address, 'latin1');
    return address;
  }

  #grow(bytes: number): void {
    // By an eighth at least, so that growing costs little however often it happens.
    this.memory.grow(Math.ceil(Math.max(bytes, this.#bytes.length / 8) / wasmPageBytes));
    this.#bytes = Buffer.from(this.memory.buffer);
    this.#words = new Uint32Array(this.memory.buffer);
  }
}
