import { pieceMembersMax } from './limits.ts';

/**
 * A run of the slots of groups that expose one family, in order. A scrape takes a snapshot; a later change copies the array first, so a
 * snapshot never changes (copy on write).
 */
export class ExpositionPiece {
  #slots: number[];
  #isShared = false;

  constructor(slots: number[] = []) {
    this.#slots = slots;
  }

  get firstSlot(): number {
    return this.#slots[0] ?? -1;
  }

  get isEmpty(): boolean {
    return this.#slots.length === 0;
  }

  /** False: it was there already. */
  add(slot: number): boolean {
    const at = lowerBound(this.#slots, slot);
    if (this.#slots[at] === slot) return false;
    this.#unshare();
    this.#slots.splice(at, 0, slot);
    return true;
  }

  /** False: it was not there. */
  remove(slot: number): boolean {
    const at = lowerBound(this.#slots, slot);
    if (this.#slots[at] !== slot) return false;
    this.#unshare();
    this.#slots.splice(at, 1);
    return true;
  }

  /** Gives the upper half away when the piece has grown too large, else returns null. */
  split(): ExpositionPiece | null {
    if (this.#slots.length <= pieceMembersMax) return null;
    this.#unshare();
    return new ExpositionPiece(this.#slots.splice(this.#slots.length >> 1));
  }

  /** The slots as they are now; later changes do not show in them. */
  snapshot(): readonly number[] {
    this.#isShared = true;
    return this.#slots;
  }

  #unshare(): void {
    if (!this.#isShared) return;
    this.#slots = this.#slots.slice();
    this.#isShared = false;
  }
}

/** The first index whose slot is not below `slot`. */
function lowerBound(slots: readonly number[], slot: number): number {
  let low = 0;
  let high = slots.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((slots[middle] ?? 0) < slot) low = middle + 1;
    else high = middle;
  }
  return low;
}
