import { countHole, encodeWireLayout, endHole, type HoleKind, lengthHole, type WireHole } from '../../wasm/wire-values.ts';
import { type BodyDesk, PlacedBytes } from '../fast-text/body-desk.ts';
import { type BodyLayout, noNames, type ValuePlan } from '../fast-text/body-layout.ts';
import type { FamilyMessages } from '../fast-text/family-messages.ts';
import type { KeyTexts } from '../fast-text/line-labels.ts';
import type { MessageForm } from './message-form.ts';

// Hot path: guarded by the protobuf pushes of bench/ and by test/exposition/fast-protobuf/.

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

  /** Spans are counted from 0. */
  countSpans(): number {
    return this.slots.reduce((count, slot, hole) => (this.kinds[hole] === lengthHole ? Math.max(count, slot + 1) : count), 0);
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

/**
 * A protobuf body: constant bytes, and behind each run of them a hole.
 *
 *     body       42 |0a 02 6d..|12 ..                                  a gauge: the lengths of its messages never change
 *     holes      |7|  1a |24| ... 3a |12| 08 |5| 11 |2.5| 1a |11| 08 |4| 11 .. |end| |end| ...      a histogram: lengths around counts do
 *
 * Lengths are not trusted: where a message ends by its length, it must end by what it holds.
 */
export class WireLayout implements BodyLayout {
  readonly #layout: PlacedBytes;
  /** Of the slots: values by line, one for what nobody asks for, and the messages, first the spans. */
  readonly #firstSpanSlot: number;
  readonly #slotCount: number;
  readonly #messages: MessageForm | null;

  /** `messages`: for the families that text does not tell in full. */
  constructor(body: Uint8Array, holes: WireHoles, lineCount: number, messages: MessageForm | null) {
    this.#messages = messages;
    this.#firstSpanSlot = lineCount + 1;
    const needed = holes.listNeeded();
    const open: number[] = [];
    let slotCount = this.#firstSpanSlot + holes.countSpans();
    const slotOf = (hole: number): number => {
      const kind = holes.kinds[hole];
      const slot = holes.slots[hole] as number;
      if (kind === endHole) return open.pop() as number;
      if (kind !== lengthHole) return slot === noSlot ? lineCount : slot;
      return open[open.push(slot === noSlot ? slotCount++ : this.#firstSpanSlot + slot) - 1] as number;
    };
    let end = 0;
    const encoded = needed.map((hole): WireHole => {
      const before = body.subarray(end, holes.starts[hole]);
      end = holes.ends[hole] as number;
      return { before, kind: holes.kinds[hole] as HoleKind, slot: slotOf(hole) };
    });
    this.#layout = new PlacedBytes(encodeWireLayout(encoded, body.subarray(end)));
    this.#slotCount = slotCount;
  }

  get weight(): number {
    return this.#layout.bytes.length + (this.#messages?.weight ?? 0);
  }

  get familiesWithMessage(): ReadonlySet<string> {
    return this.#messages?.names ?? noNames;
  }

  isLike(other: BodyLayout): boolean {
    return other instanceof WireLayout && Buffer.compare(this.#layout.bytes, other.#layout.bytes) === 0;
  }

  match(desk: BodyDesk): boolean {
    desk.reserve(this.#slotCount);
    const { wireValues } = desk;
    const layout = desk.place(this.#layout);
    return wireValues.match(layout, desk.bodyAt, desk.length, desk.boundsAt) === 1;
  }

  /** Negative zero is none for the fast path: text shows it as 0. */
  writeValues(desk: BodyDesk, plan: ValuePlan): number {
    const words = desk.place(plan.words);
    const end = desk.wireValues.write(words, plan.length, desk.boundsAt, desk.outputAt, desk.startsAt);
    return end === 0 ? -1 : end;
  }

  writeMessages({ body, boundsAt, memory }: BodyDesk, texts: KeyTexts): FamilyMessages | null {
    return this.#messages === null
      ? null
      : this.#messages.write(body, memory.words.subarray(boundsAt / 4 + 2 * this.#firstSpanSlot), texts);
  }
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
