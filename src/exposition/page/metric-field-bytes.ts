import { fieldPieceBytes } from '../limits.ts';

/**
 * The metrics of one family as fields of its message. The length of a message stands before it, so all of them are gathered before the first byte
 * goes out, in buffers of one size that are used again for the next family.
 */
export class MetricFieldBytes {
  readonly #pieces: Buffer[] = [];
  /** Bytes that were gathered. May be set back, to drop what came last. */
  length = 0;

  append(bytes: Uint8Array): void {
    for (let from = 0; from < bytes.length;) {
      const at = this.length % fieldPieceBytes;
      const count = Math.min(fieldPieceBytes - at, bytes.length - from);
      this.#piece(Math.floor(this.length / fieldPieceBytes)).set(bytes.subarray(from, from + count), at);
      from += count;
      this.length += count;
    }
  }

  /** Hands out all that was gathered, good until something is appended again. */
  *take(): Generator<Uint8Array> {
    const { length } = this;
    this.length = 0;
    for (let start = 0; start < length; start += fieldPieceBytes) {
      yield this.#piece(start / fieldPieceBytes).subarray(0, Math.min(fieldPieceBytes, length - start));
    }
  }

  /** Copies all that was gathered to where there is room for it. */
  copyTo(target: Uint8Array): void {
    const { length } = this;
    for (let start = 0; start < length; start += fieldPieceBytes) {
      target.set(this.#piece(start / fieldPieceBytes).subarray(0, Math.min(fieldPieceBytes, length - start)), start);
    }
  }

  #piece(index: number): Buffer {
    return (this.#pieces[index] ??= Buffer.allocUnsafeSlow(fieldPieceBytes));
  }
}
