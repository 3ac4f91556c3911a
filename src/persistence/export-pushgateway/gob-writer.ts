/** Gathers the bytes of a stream of Go's encoding/gob: numbers, strings, and what is made of them. */
export class GobWriter {
  readonly #chunks: Uint8Array[] = [];
  #length = 0;

  /** In order, without a copy. */
  get chunks(): readonly Uint8Array[] {
    return this.#chunks;
  }

  /** A safe integer: one byte below 128, else the number of bytes that follow, negated, and these with the highest first. */
  uint(value: number): this {
    if (value < 0x80) return this.#add(Uint8Array.of(value));
    const bytes: number[] = [];
    for (let rest = value; rest > 0; rest = Math.floor(rest / 0x100)) bytes.unshift(rest % 0x100);
    return this.#add(Uint8Array.of(0x100 - bytes.length, ...bytes));
  }

  /** The sign goes into the lowest bit. */
  int(value: number): this {
    return this.uint(value < 0 ? -2 * value - 1 : 2 * value);
  }

  /** Looks into the bytes until the stream is written. */
  bytes(value: Uint8Array): this {
    return this.uint(value.length).#add(value);
  }

  text(value: string): this {
    return this.bytes(Buffer.from(value));
  }

  /** A message of the stream: a value behind the number of its type, or the definition of a type behind that number negated. */
  message(content: GobWriter): this {
    this.uint(content.#length);
    for (const chunk of content.#chunks) this.#add(chunk);
    return this;
  }

  #add(chunk: Uint8Array): this {
    this.#chunks.push(chunk);
    this.#length += chunk.length;
    return this;
  }
}
