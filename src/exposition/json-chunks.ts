import { jsonChunkBytes, jsonChunkSlackBytes } from './limits.ts';

/**
 * JSON on its way out, gathered to chunks that are worth a write. Who writes asks `isFull` now and then, and hands on what `take` gives.
 * Hot code may write to `bytes` from `length` on itself, after `flush`.
 */
export class JsonChunks {
  bytes: Buffer = allocateChunk(jsonChunkBytes);
  length = 0;
  /** Text that is not in `bytes` yet: one long text is written faster than its parts. */
  #text = '';

  get isFull(): boolean {
    return this.length + this.#text.length >= jsonChunkBytes;
  }

  /** Whether something was written behind the end of `bytes`: it is lost, but counted in `length`. */
  get isCut(): boolean {
    return this.length > this.bytes.length;
  }

  /** Adds text, however long. */
  write(text: string): void {
    this.#text += text;
  }

  /** Brings all text into `bytes`. */
  flush(): void {
    const text = this.#text;
    if (text === '') return;
    this.#text = '';
    // In UTF-8 no character of a string takes more than three bytes.
    if (text.length * 3 > this.bytes.length - this.length) this.reserve(Buffer.byteLength(text));
    this.length += this.bytes.write(text, this.length);
  }

  /** Adds bytes, however many. */
  append(bytes: Uint8Array): void {
    this.flush();
    this.reserve(bytes.length);
    this.bytes.set(bytes, this.length);
    this.length += bytes.length;
  }

  /** Adds bytes, for which there may be no room: see `isCut`. */
  put(source: Uint8Array, start: number, end: number): void {
    const { bytes } = this;
    let to = this.length;
    for (let at = start; at < end; at++) bytes[to++] = source[at] as number;
    this.length = to;
  }

  /** Makes room for so many bytes behind `length`. */
  reserve(size: number): void {
    if (size <= this.bytes.length - this.length) return;
    const larger = allocateChunk(this.length + size);
    larger.set(this.bytes.subarray(0, this.length));
    this.bytes = larger;
  }

  /** What was written since the last time. The bytes belong to the caller. */
  take(): Buffer {
    this.flush();
    const chunk = this.bytes.subarray(0, this.length);
    this.bytes = allocateChunk(jsonChunkBytes);
    this.length = 0;
    return chunk;
  }
}

/** The slack takes what comes before somebody asks whether the chunk is full, mostly one metric. */
function allocateChunk(size: number): Buffer {
  return Buffer.allocUnsafeSlow(size + jsonChunkSlackBytes);
}
