import { writeChunkBytes } from '../limits.ts';

/** Messages one behind the other, as much as is worth one write. What it yields or hands out stays as it is until something is added again. */
export class MessageChunk {
  readonly #bytes: Buffer = Buffer.allocUnsafeSlow(writeChunkBytes);
  #length = 0;

  /** Where so many bytes are to be put; `null` if there is no room for them. */
  reserve(count: number): Uint8Array | null {
    const start = this.#length;
    if (start + count > writeChunkBytes) return null;
    this.#length += count;
    return this.#bytes.subarray(start, this.#length);
  }

  /** Appends bytes; yields what is full. Many of them pass as they are. */
  *add(bytes: Uint8Array): Generator<Uint8Array> {
    const isLarge = bytes.length > writeChunkBytes / 2;
    if (this.#length > 0 && (isLarge || this.#length + bytes.length > writeChunkBytes)) yield this.take();
    if (isLarge) yield bytes;
    else this.#append(bytes);
  }

  /** Hands out what was gathered, which may be nothing. */
  take(): Uint8Array {
    const taken = this.#bytes.subarray(0, this.#length);
    this.#length = 0;
    return taken;
  }

  #append(bytes: Uint8Array): void {
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }
}
