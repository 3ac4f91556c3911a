/** Such a string, if it is ASCII, has a length of one byte. */
const shortLengthMax = 40;
const firstCapacityBytes = 512;
/** A larger buffer is not kept for the next record. */
const keptCapacityBytes = 256 * 1024;

/** Writes the fields of a record one after the other into a buffer that grows, and that serves the next record again. */
export class ByteWriter {
  #bytes: Buffer = Buffer.allocUnsafeSlow(firstCapacityBytes);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  writeByte(value: number): void {
    this.#reserve(1);
    this.#bytes[this.#length++] = value;
  }

  writeDouble(value: number): void {
    this.#reserve(8);
    this.#length = this.#bytes.writeDoubleLE(value, this.#length);
  }

  /** Unsigned LEB128; `value` is a safe integer. */
  writeVarint(value: number): void {
    this.#reserve(8);
    let rest = value;
    while (rest >= 0x80) {
      this.#bytes[this.#length++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#bytes[this.#length++] = rest;
  }

  /** The length in bytes, then the UTF-8. */
  writeString(value: string): void {
    if (value.length > shortLengthMax || !this.#writeShortAscii(value)) this.#writeLongString(value);
  }

  /** Most names and values: a call into native code costs more than a few characters. */
  #writeShortAscii(value: string): boolean {
    this.#reserve(1 + value.length);
    const bytes = this.#bytes;
    let at = this.#length;
    bytes[at++] = value.length;
    for (let i = 0; i < value.length; i++) {
      const code = value.charCodeAt(i);
      if (code >= 0x80) return false;
      bytes[at++] = code;
    }
    this.#length = at;
    return true;
  }

  #writeLongString(value: string): void {
    const length = Buffer.byteLength(value);
    this.writeVarint(length);
    this.#reserve(length);
    this.#length += this.#bytes.write(value, this.#length);
  }

  writeBytes(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Begins a new record. */
  clear(): void {
    this.#length = 0;
    if (this.#bytes.length > keptCapacityBytes) this.#bytes = Buffer.allocUnsafeSlow(firstCapacityBytes);
  }

  /** The bytes so far in a buffer that the caller owns, with room for `extraBytes` after them. */
  finish(extraBytes: number): Buffer {
    const bytes = Buffer.allocUnsafe(this.#length + extraBytes);
    this.#bytes.copy(bytes, 0, 0, this.#length);
    return bytes;
  }

  #reserve(length: number): void {
    const wanted = this.#length + length;
    if (wanted <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(wanted, this.#bytes.length * 2));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}
