import { writeChunkBytes } from './limits.ts';

/** Ready texts one behind the other, as many as are worth one write. */
export class TextChunk {
  #bytes: Buffer = Buffer.alloc(0);
  #length = 0;

  get isEmpty(): boolean {
    return this.#length === 0;
  }

  /** Whether there is room for so many bytes more. An empty chunk has room for anything. */
  hasRoom(bytes: number): boolean {
    return this.#length === 0 || this.#length + bytes <= this.#bytes.length;
  }

  /** Appends bytes, or a latin1 string of them. */
  append(text: string | Uint8Array): void {
    const { length } = text;
    if (this.#length === 0) this.#bytes = Buffer.allocUnsafeSlow(Math.max(length, writeChunkBytes));
    if (typeof text === 'string') this.#bytes.write(text, this.#length, 'latin1');
    else this.#bytes.set(text, this.#length);
    this.#length += length;
  }

  /** Hands out what was gathered, in a buffer that is not used again. */
  take(): Buffer {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#length = 0;
    return taken;
  }
}
