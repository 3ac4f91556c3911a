import { type BodyDesk, viewOf } from '../fast-text/body-desk.ts';
import { type BodyLayout, noNames, type ValuePlan } from '../fast-text/body-layout.ts';
import { lineFeed } from '../fast-text/bytes.ts';
import type { FamilyMessages } from '../fast-text/family-messages.ts';
import type { KeyTexts } from '../fast-text/line-labels.ts';
import type { MessageForm } from './message-form.ts';
import { writeGoFloat } from '../write-go-float.ts';

// Hot path: guarded by the protobuf pushes of bench/ and by test/exposition/fast-protobuf/.

/** What a hole of a protobuf body holds. */
export const doubleHole = 0;
/** A varint: a count, or a part of a timestamp. */
export const countHole = 1;
/** The length of a message, and the end of that message, which takes no bytes. */
export const lengthHole = 2;
export const endHole = 3;

type HoleKind = typeof doubleHole | typeof countHole | typeof lengthHole | typeof endHole;

/** Messages inside each other: family, metric, histogram, and bucket or created timestamp. */
const depthMax = 4;
/** A varint of so many bytes has 49 bits, which arithmetic on doubles gets exactly. */
const varintBytesMax = 7;

/** Of a hole that nobody asks for what it holds. */
const noSlot = -1;

/** What a protobuf body consists of, as it is found out in one walk from its begin to its end. */
export class WireHoles {
  readonly starts: number[] = [];
  readonly ends: number[] = [];
  readonly kinds: HoleKind[] = [];
  /** Of a value: which line of the text it is of. Of a length and the end of that message: which span of the body that is. */
  readonly slots: number[] = [];

  /** Notes a hole that is behind all others; answers its place among them. */
  add(kind: HoleKind, start: number, end: number, slot: number = noSlot): number {
    this.starts.push(start);
    this.ends.push(end);
    this.slots.push(slot);
    return this.kinds.push(kind) - 1;
  }

  /** Of the holes from this one on. */
  forgetSpans(from: number): void {
    for (let hole = from; hole < this.kinds.length; hole++) {
      if (this.kinds[hole] === lengthHole || this.kinds[hole] === endHole) this.slots[hole] = noSlot;
    }
  }

  /** The holes without the lengths that never change and are no spans. To be called once, for a whole body. */
  listNeeded(): number[] {
    const isNeeded = this.kinds.map(() => true);
    const open: { readonly hole: number; hasCounts: boolean }[] = [];
    for (const [hole, kind] of this.kinds.entries()) {
      if (kind === lengthHole) open.push({ hole, hasCounts: false });
      const message = open.at(-1);
      if (kind === countHole && message !== undefined) message.hasCounts = true;
      if (kind !== endHole || message === undefined) continue;
      open.pop();
      const outer = open.at(-1);
      if (outer !== undefined) outer.hasCounts ||= message.hasCounts;
      if (message.hasCounts || this.slots[hole] !== noSlot) continue;
      isNeeded[hole] = false;
      isNeeded[message.hole] = false;
    }
    return [...this.kinds.keys()].filter((hole) => isNeeded[hole]);
  }
}

/** The values of the body at hand, by line. Decoding never awaits, so one serves all pushes. */
let values = new Float64Array(0);
/** Where the spans of the body at hand lie, from the length of a message to its end. */
let spanStarts = new Uint32Array(0);
let spanEnds = new Uint32Array(0);
/** Of the messages at hand, from the outermost on. Doubles, since a length on the wire may be any number. */
const messageEnds = new Float64Array(depthMax);

/**
 * A protobuf body: constant bytes, and behind each run of them a hole.
 *
 *     body       42 |0a 02 6d..|12 ..                                  a gauge: the lengths of its messages never change
 *     holes      |7|  1a |24| ... 3a |12| 08 |5| 11 |2.5| 1a |11| 08 |4| 11 .. |end| |end| ...      a histogram: lengths around counts do
 *
 * Lengths are not trusted: where a message ends by its length, it must end by what it holds.
 */
export class WireLayout implements BodyLayout {
  readonly #bytes: Buffer;
  readonly #view: DataView;
  /** Where the bytes in front of each hole end. */
  readonly #ends: Uint32Array;
  readonly #kinds: Uint8Array;
  readonly #slots: Uint32Array;
  readonly #lineCount: number;
  readonly #spanCount: number;
  readonly #messages: MessageForm | null;

  /** `messages`: for the families that text does not tell in full. */
  constructor(body: Uint8Array, holes: WireHoles, lineCount: number, messages: MessageForm | null) {
    const needed = holes.listNeeded();
    const constants = needed.map((hole, i) => body.subarray(holes.ends[needed[i - 1] ?? -1] ?? 0, holes.starts[hole]));
    this.#bytes = Buffer.concat([...constants, body.subarray(holes.ends[needed.at(-1) ?? -1] ?? 0)]);
    this.#view = viewOf(this.#bytes);
    let end = 0;
    this.#ends = Uint32Array.from(constants, ({ length }) => (end += length));
    this.#kinds = Uint8Array.from(needed, (hole) => holes.kinds[hole] as number);
    this.#lineCount = lineCount;
    this.#spanCount = messages?.spanCount ?? 0;
    this.#messages = messages;
    // What nobody asks for goes behind the rest.
    const slotOf = (hole: number): number => {
      const slot = holes.slots[hole] as number;
      const isValue = holes.kinds[hole] === doubleHole || holes.kinds[hole] === countHole;
      return slot === noSlot ? (isValue ? lineCount : this.#spanCount) : slot;
    };
    this.#slots = Uint32Array.from(needed, slotOf);
  }

  get weight(): number {
    return this.#bytes.length + this.#ends.length * 9 + (this.#messages?.weight ?? 0);
  }

  get familiesWithMessage(): ReadonlySet<string> {
    return this.#messages?.names ?? noNames;
  }

  isLike(other: BodyLayout): boolean {
    if (!(other instanceof WireLayout) || !this.#bytes.equals(other.#bytes) || this.#ends.length !== other.#ends.length) return false;
    return this.#ends.every((end, i) => end === other.#ends[i] && this.#kinds[i] === other.#kinds[i] && this.#slots[i] === other.#slots[i]);
  }

  match({ body: bytes, view, length }: BodyDesk): boolean {
    reserve(this.#lineCount + 1, this.#spanCount + 1);
    const holeCount = this.#ends.length;
    let depth = 0;
    let start = 0;
    let at = 0;
    for (let hole = 0; hole < holeCount; hole++) {
      const end = this.#ends[hole] as number;
      if (at + end - start > length || !areEqual(this.#view, start, end, view, at)) return false;
      at += end - start;
      start = end;
      const kind = this.#kinds[hole];
      if (kind === doubleHole) {
        if (at + 8 > length) return false;
        values[this.#slots[hole] as number] = view.getFloat64(at, true);
        at += 8;
      } else if (kind === endHole) {
        if (at !== messageEnds[--depth]) return false;
        spanEnds[this.#slots[hole] as number] = at;
      } else {
        // What lies behind the end of the body may be left from another one. Whoever reads that is behind `length` then, and found out below.
        const prefixStart = at;
        let value = bytes[at++] as number;
        if (value >= 0x80) {
          value = readVarint(bytes, prefixStart);
          if (value === -1) return false;
          at = varintEnd;
        }
        if (kind === countHole) {
          values[this.#slots[hole] as number] = value;
        } else {
          messageEnds[depth++] = at + value;
          spanStarts[this.#slots[hole] as number] = prefixStart;
        }
      }
    }
    return at + this.#bytes.length - start === length && areEqual(this.#view, start, this.#bytes.length, view, at);
  }

  /** Negative zero is none for the fast path: text shows it as 0. */
  writeValues(desk: BodyDesk, plan: ValuePlan): number {
    desk.reserve(plan.length);
    const { outputAt, startsAt } = desk;
    const { bytes, words } = desk.memory;
    let at = outputAt;
    for (let place = 0; place < plan.length; place++) {
      const number = values[plan.lineOf(place)] as number;
      if (Object.is(number, -0)) return -1;
      words[startsAt / 4 + place] = at;
      at = writeGoFloat(number, bytes, at);
      bytes[at++] = lineFeed;
    }
    return at;
  }

  writeMessages({ body }: BodyDesk, texts: KeyTexts): FamilyMessages | null {
    return this.#messages === null ? null : this.#messages.write(body, spanStarts, spanEnds, texts);
  }
}

/** Word by word: 4 KB take a microsecond, three times less than one call into the runtime for each run of bytes. */
function areEqual(a: DataView, start: number, end: number, b: DataView, bStart: number): boolean {
  let at = start;
  let bAt = bStart;
  for (; at + 4 <= end; at += 4, bAt += 4) if (a.getInt32(at) !== b.getInt32(bAt)) return false;
  for (; at < end; at++, bAt++) if (a.getInt8(at) !== b.getInt8(bAt)) return false;
  return true;
}

function reserve(valueCount: number, spanCount: number): void {
  if (values.length < valueCount) values = new Float64Array(valueCount);
  if (spanEnds.length >= spanCount) return;
  spanStarts = new Uint32Array(spanCount);
  spanEnds = new Uint32Array(spanCount);
}

/** Where the varint ends that was read last. */
export let varintEnd = 0;

/** Reads a varint that begins at `start` and leaves its end in `varintEnd`; -1: it is longer than we take, or does not end. */
export function readVarint(bytes: Uint8Array, start: number): number {
  let value = 0;
  let scale = 1;
  const last = Math.min(start + varintBytesMax, bytes.length);
  for (let at = start; at < last; at++) {
    const byte = bytes[at] as number;
    value += (byte & 0x7f) * scale;
    if (byte < 0x80) {
      varintEnd = at + 1;
      return value;
    }
    scale *= 128;
  }
  return -1;
}
