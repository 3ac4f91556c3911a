import { jsonChunkBytes, jsonChunkSlackBytes } from './limits.ts';

/**
 * JSON on its way out, gathered to chunks that are worth a write. Who writes asks `isFull` now and then, and hands on what `take` gives.
 * Hot code may write to `bytes` from `length` on itself.
 */
export class JsonChunks {
  bytes: Buffer = allocateChunk(jsonChunkBytes);
  length = 0;

  get isFull(): boolean {
    return this.length >= jsonChunkBytes;
  }

  /** Adds text, however long. */
  write(text: string): void {
    // In UTF-8 no character of a string takes more than three bytes.
    if (text.length * 3 > this.bytes.length - this.length) this.reserve(Buffer.byteLength(text));
    this.length += this.bytes.write(text, this.length);
  }

  /**
   * Adds bytes for which there may be no room: what is written behind the end of a typed array is lost, but counted in `length`, so that who
   * sees `isCut` in the end makes room and writes again.
   */
  put(source: Uint8Array, start: number, end: number): void {
    const { bytes } = this;
    let to = this.length;
    for (let at = start; at < end; at++) bytes[to++] = source[at] as number;
    this.length = to;
  }

  /** Whether `put` had no room for something. */
  get isCut(): boolean {
    return this.length > this.bytes.length;
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
