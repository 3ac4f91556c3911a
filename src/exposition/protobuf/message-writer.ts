/**
 * Writes protobuf fields into a buffer that grows and is reused. Submessages are begun, written and ended; their length is filled in at the
 * end. Tags are given as they go out: field number and wire type in one byte.
 */
export class MessageWriter {
  #bytes: Buffer = Buffer.allocUnsafeSlow(64 * 1024);
  /** Bytes written. May be set back, to drop what was written last. */
  length = 0;

  /** What was written, in a buffer of its own; begins anew. */
  take(): Buffer {
    const taken = Buffer.from(this.#bytes.subarray(0, this.length));
    this.length = 0;
    return taken;
  }

  /** Begins a submessage; the place is for `end`. */
  begin(tag: number): number {
    this.#reserve(fieldBytesMax);
    this.#bytes[this.length++] = tag;
    // Room for a length below 128, which most have.
    this.length++;
    return this.length;
  }

  end(start: number): void {
    let length = this.length - start;
    if (length < 0x80) {
      this.#bytes[start - 1] = length;
      return;
    }
    const extra = length < 0x4000 ? 1 : length < 0x200000 ? 2 : length < 0x10000000 ? 3 : 4;
    this.#reserve(extra);
    this.#bytes.copyWithin(start + extra, start, this.length);
    this.length += extra;
    for (let i = 0; i < extra; i++) {
      this.#bytes[start - 1 + i] = (length & 0x7f) | 0x80;
      length >>>= 7;
    }
    this.#bytes[start - 1 + extra] = length;
  }

  /** Appends `source[start, end)`, encoded already. Short runs are copied here, since a call into the runtime costs more. */
  copy(source: Uint8Array, start: number, end: number): void {
    this.#reserve(end - start);
    const bytes = this.#bytes;
    let at = this.length;
    if (end - start > 48) {
      bytes.set(source.subarray(start, end), at);
      at += end - start;
    } else {
      for (let i = start; i < end; i++) bytes[at++] = source[i] as number;
    }
    this.length = at;
  }

  #reserve(count: number): void {
    if (this.length + count <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, this.length + count));
    this.#bytes.copy(grown, 0, 0, this.length);
    this.#bytes = grown;
  }
}

/** A tag and a length. */
const fieldBytesMax = 16;
