import type { EscapingScheme } from '../model/escaping.ts';
import type { StoredFamily } from '../model/stored-family.ts';
import type { EncodedMetrics, ExposedPiece } from '../exposition/exposed-family.ts';
import { encodeStoredMetrics } from '../exposition/protobuf/encode-stored.ts';
import { writeReadyText } from '../exposition/ready-text.ts';
import { readFamily } from '../exposition/store-family.ts';
import type { MetricFamily } from '../model/metric-family.ts';
import { pieceBytesMax, pieceMembersMax } from './limits.ts';

/**
 * A run of groups' parts of one family, in order of slot: what a scrape writes at once. A scrape takes a snapshot; a later change copies the
 * arrays first, so a snapshot never changes (copy on write).
 *
 * The text of a piece is joined anew for each scrape. Keeping it would make a scrape some 30 % faster and the text twice as large in memory,
 * since the parts, allocated push by push, leave holes that the allocator keeps (measured with bench/: 259 instead of 199 MB resident).
 */
export class ExpositionPiece {
  #slots: number[];
  #members: StoredFamily[];
  #isShared = false;
  #textBytes = 0;

  constructor(slots: number[] = [], members: StoredFamily[] = []) {
    this.#slots = slots;
    this.#members = members;
    for (const { home } of members) this.#textBytes += home.end - home.start;
  }

  get firstSlot(): number {
    return this.#slots[0] ?? -1;
  }

  get isEmpty(): boolean {
    return this.#slots.length === 0;
  }

  /** Puts the part of the group at `slot` in and returns the one that was there. */
  put(slot: number, member: StoredFamily): StoredFamily | undefined {
    this.#unshare();
    const at = lowerBound(this.#slots, slot);
    const before = this.#slots[at] === slot ? this.#members[at] : undefined;
    if (before !== undefined) {
      this.#members[at] = member;
    } else {
      this.#slots.splice(at, 0, slot);
      this.#members.splice(at, 0, member);
    }
    this.#textBytes += textBytesOf(member) - textBytesOf(before);
    return before;
  }

  /** Takes the part of the group at `slot` out and returns it. */
  remove(slot: number): StoredFamily | undefined {
    const at = lowerBound(this.#slots, slot);
    if (this.#slots[at] !== slot) return undefined;
    this.#unshare();
    this.#slots.splice(at, 1);
    const [before] = this.#members.splice(at, 1);
    this.#textBytes -= textBytesOf(before);
    return before;
  }

  /** Gives the upper half away when the piece has grown too large, else returns null. */
  split(): ExpositionPiece | null {
    const count = this.#slots.length;
    if (count < 2 || (count <= pieceMembersMax && this.#textBytes <= pieceBytesMax)) return null;
    this.#unshare();
    const middle = count >> 1;
    const upper = new ExpositionPiece(this.#slots.splice(middle), this.#members.splice(middle));
    this.#textBytes -= upper.#textBytes;
    return upper;
  }

  /** The piece as it is now; later changes do not show in it. */
  snapshot(): ExposedPiece {
    this.#isShared = true;
    return new PieceSnapshot(this.#members, this.#textBytes);
  }

  #unshare(): void {
    if (!this.#isShared) return;
    this.#slots = this.#slots.slice();
    this.#members = this.#members.slice();
    this.#isShared = false;
  }
}

/** What one scrape reads of a piece. */
class PieceSnapshot implements ExposedPiece {
  /** One part per group, in the order in which they are exposed. */
  readonly #members: readonly StoredFamily[];
  readonly #textBytes: number;

  constructor(members: readonly StoredFamily[], textBytes: number) {
    this.#members = members;
    this.#textBytes = textBytes;
  }

  /** The sample lines of the piece, in a buffer of their own. */
  text(scheme: EscapingScheme): Buffer {
    const isReady = scheme === 'allow-utf-8' || this.#members.every(({ hasLegacyNames }) => hasLegacyNames);
    return isReady ? this.#joinReadyText() : Buffer.concat(this.#members.map((member) => writeReadyText(member, scheme)));
  }

  protobuf(scheme: EscapingScheme): EncodedMetrics {
    return encodeStoredMetrics(this.#members, scheme);
  }

  *families(): Generator<MetricFamily> {
    for (const member of this.#members) yield readFamily(member);
  }

  #joinReadyText(): Buffer {
    const text = Buffer.allocUnsafeSlow(this.#textBytes);
    let position = 0;
    for (const { home } of this.#members) position += home.bytes.copy(text, position, home.start, home.end);
    return text;
  }
}

function textBytesOf(member: StoredFamily | undefined): number {
  return member === undefined ? 0 : member.home.end - member.home.start;
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
