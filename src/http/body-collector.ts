import type { BodyReservation } from './body-reservation.ts';
import { bodyTooLarge } from './errors.ts';
import { bodyBytesUnreserved } from './limits.ts';

const emptyBody: Buffer = Buffer.alloc(0);

/** The refusal of a body that arrived or unpacks larger than allowed. */
export function tooLarge(bodyBytesMax: number): Error {
  return bodyTooLarge(`cannot read the body: it is larger than ${bodyBytesMax} bytes`);
}

/**
 * Puts the pieces of a body together: a body of one piece is that piece, the pieces of others are copied into one growing buffer. A piece
 * kept as it is would keep all of the memory block that it was read into, however small it is.
 */
export class BodyCollector {
  private readonly reservation: BodyReservation;
  private readonly bytesMax: number;
  private readonly bytesExpected: number;
  private buffer: Buffer = emptyBody;
  private length = 0;

  /** More than `bytesMax` bytes are refused (0: no limit). `bytesExpected` is what the body announces, 0 if it says nothing. */
  constructor(reservation: BodyReservation, bytesMax: number, bytesExpected = 0) {
    this.reservation = reservation;
    this.bytesMax = bytesMax > 0 ? bytesMax : Infinity;
    this.bytesExpected = bytesExpected;
  }

  get bytes(): number {
    return this.length;
  }

  /**
   * Takes a piece, which belongs to the collector from now on. Null: give me the next one; otherwise not before there is room. Throws, or
   * rejects with, a Refusal if the body is too large or there is no room for too long.
   */
  add(piece: Buffer): Promise<void> | null {
    const length = this.length + piece.length;
    if (length > this.bytesMax) throw tooLarge(this.bytesMax);
    if (length <= this.buffer.length) {
      this.append(piece);
      return null;
    }
    const isFirst = this.length === 0;
    const capacity = isFirst ? piece.length : this.chooseCapacity(length);
    const room = this.reservation.hold(capacity);
    const store = (): void => {
      if (isFirst) this.take(piece);
      else this.grow(capacity, piece);
    };
    if (room !== null) return room.then(store);
    store();
    return null;
  }

  /** All pieces so far, not copied. The caller owns them. */
  contents(): Buffer {
    return this.length === this.buffer.length ? this.buffer : this.buffer.subarray(0, this.length);
  }

  /** Forgets them all. */
  discard(): void {
    this.reservation.drop(this.buffer.length);
    this.buffer = emptyBody;
    this.length = 0;
  }

  /** An announcement counts only for what it costs nobody: a client may announce much and send nothing. */
  private chooseCapacity(length: number): number {
    const capacity = Math.max(length, 2 * this.buffer.length, bodyBytesUnreserved);
    const expected = Math.min(this.bytesMax, this.bytesExpected > 0 ? this.bytesExpected : Infinity);
    return Math.max(length, Math.min(capacity, expected));
  }

  private take(piece: Buffer): void {
    this.buffer = piece;
    this.length = piece.length;
  }

  private grow(capacity: number, piece: Buffer): void {
    const { buffer, length } = this;
    this.buffer = Buffer.allocUnsafe(capacity);
    buffer.copy(this.buffer, 0, 0, length);
    this.reservation.drop(buffer.length);
    this.append(piece);
  }

  private append(piece: Buffer): void {
    piece.copy(this.buffer, this.length);
    this.length += piece.length;
  }
}
