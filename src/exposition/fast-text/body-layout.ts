import type { FamilyMessages } from './family-messages.ts';
import type { KeyTexts } from './line-labels.ts';
import type { NumberUse } from './numbers.ts';

export const noNames: ReadonlySet<string> = new Set();

/** A body where templates look at it: at one place in memory for all, which makes its words quick to read. */
export class BodyBytes {
  bytes: Buffer = Buffer.allocUnsafeSlow(64 * 1024);
  view: DataView = viewOf(this.bytes);
  length = 0;

  load(body: Uint8Array): void {
    if (body.length > this.bytes.length) {
      this.bytes = Buffer.allocUnsafeSlow(body.length);
      this.view = viewOf(this.bytes);
    }
    this.bytes.set(body);
    this.length = body.length;
  }
}

/** What bodies of one template have in common: all but their values. */
export interface BodyLayout {
  /** Bytes in memory. */
  readonly weight: number;
  /** Names of the families of which text does not tell everything, so that a message is kept beside it. */
  readonly familiesWithMessage: ReadonlySet<string>;
  isLike(other: BodyLayout): boolean;
  /** Whether a body is laid out so. If it is, `writeValue` knows its values until the next call. */
  match(body: BodyBytes): boolean;
  /** Writes a value, counted in the order of the lines, as Go prints it. Returns where it ends; -1: none for the fast path. */
  writeValue(body: BodyBytes, value: number, use: NumberUse, target: Buffer, at: number): number;
  /** The messages of these families, of a body that matched, in a group with this key; null without such families. */
  writeMessages(body: BodyBytes, texts: KeyTexts): FamilyMessages | null;
}

/** Word by word: 4 KB take a microsecond, three times less than one call into the runtime for each segment. */
export function areEqual(a: DataView, start: number, end: number, b: DataView, bStart: number): boolean {
  let at = start;
  let bAt = bStart;
  for (; at + 4 <= end; at += 4, bAt += 4) if (a.getInt32(at) !== b.getInt32(bAt)) return false;
  for (; at < end; at++, bAt++) if (a.getInt8(at) !== b.getInt8(bAt)) return false;
  return true;
}

export function viewOf(bytes: Buffer): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}
