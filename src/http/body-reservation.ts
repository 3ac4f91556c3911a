import { Budget } from './budget.ts';
import { bodyBytesUnreserved, unpackRunningMax } from './limits.ts';

/** What all requests share for their bodies. */
export interface BodyBudgets {
  readonly bytes: Budget;
  /** Bodies that are unpacked at a time. */
  readonly unpacks: Budget;
}

export function createBodyBudgets(bytesMax: number): BodyBudgets {
  return { bytes: new Budget(bytesMax, true), unpacks: new Budget(unpackRunningMax, false) };
}

/**
 * The memory that the body of one request holds, from reading to the end of its handler. The first `bodyBytesUnreserved` bytes are free,
 * so that ordinary pushes neither count nor wait.
 */
export class BodyReservation {
  private readonly budgets: BodyBudgets;
  private heldBytes = 0;
  private reservedBytes = 0;
  private isReleased = false;

  constructor(budgets: BodyBudgets) {
    this.budgets = budgets;
  }

  /** To be called before so many more bytes are held. Null: go on. Rejects with a Refusal if there is no room for too long. */
  hold(bytes: number): Promise<void> | null {
    this.heldBytes += bytes;
    const missing = this.heldBytes - bodyBytesUnreserved - this.reservedBytes;
    if (missing <= 0) return null;
    const room = this.budgets.bytes.take(this, missing);
    if (room !== null) return room.then(() => this.add(missing));
    this.reservedBytes += missing;
    return null;
  }

  /** So many bytes are no longer held. */
  drop(bytes: number): void {
    this.heldBytes -= bytes;
    const spare = Math.min(this.reservedBytes, this.reservedBytes + bodyBytesUnreserved - this.heldBytes);
    if (spare <= 0) return;
    this.reservedBytes -= spare;
    this.budgets.bytes.give(spare);
  }

  /** The body is no longer needed. */
  release(): void {
    this.isReleased = true;
    const { bytes } = this.budgets;
    if (this.reservedBytes > 0 || bytes.isOverdrawnBy(this)) bytes.settle(this, this.reservedBytes);
    this.reservedBytes = 0;
  }

  /** Runs `unpack` when it is its turn. Rejects with a Refusal if that takes too long. */
  async takeTurn<T>(unpack: () => Promise<T>): Promise<T> {
    const { bytes, unpacks } = this.budgets;
    // Who holds more than there is must not wait for those who wait for it.
    if (bytes.isOverdrawnBy(this)) return unpack();
    await unpacks.take(this, 1);
    try {
      return await unpack();
    } finally {
      unpacks.give(1);
    }
  }

  /** The room has come; perhaps too late, and the client is gone. */
  private add(bytes: number): void {
    this.reservedBytes += bytes;
    if (this.isReleased) this.release();
  }
}
