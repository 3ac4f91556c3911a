/** Thrown by a ByteReader; its user turns it into the failure of the record it reads. */
export class ByteReadError extends Error {
  override readonly name: string = 'ByteReadError';
  readonly offset: number;

  constructor(offset: number, message: string) {
    super(message);
    this.offset = offset;
  }
}

/** Reads the fields of a record one after the other. Every read checks that its bytes are there. */
export class ByteReader {
  readonly #bytes: Buffer;
  #position: number;

  constructor(bytes: Buffer, position: number) {
    this.#bytes = bytes;
    this.#position = position;
  }

  get position(): number {
    return this.#position;
  }

  get remaining(): number {
    return this.#bytes.length - this.#position;
  }

  /** Advances over `length` bytes and returns where they start. */
  skip(length: number, what: string): number {
    if (length > this.remaining) this.fail(`${what} of ${length} bytes where ${this.remaining} are left`);
    const start = this.#position;
    this.#position += length;
    return start;
  }

  readByte(what: string): number {
    return this.#bytes.readUInt8(this.skip(1, what));
  }

  readDouble(what: string): number {
    return this.#bytes.readDoubleLE(this.skip(8, what));
  }

  /** Reads an unsigned LEB128 number of at most 53 bits, in its shortest form. */
  readVarint(what: string): number {
    let value = 0;
    let factor = 1;
    for (let length = 1; length <= 8; length++) {
      const byte = this.readByte(what);
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) {
        if (value > Number.MAX_SAFE_INTEGER || (byte === 0 && length > 1)) break;
        return value;
      }
      factor *= 128;
    }
    return this.fail(`${what} is not a sound number`);
  }

  /** Reads a string written as its length in bytes and its UTF-8. */
  readString(what: string): string {
    const length = this.readVarint(`length of ${what}`);
    const start = this.skip(length, what);
    return this.#bytes.toString('utf8', start, start + length);
  }

  fail(message: string): never {
    throw new ByteReadError(this.#position, message);
  }
}
