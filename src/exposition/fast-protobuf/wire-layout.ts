import { areEqual, type BodyBytes, type BodyLayout, viewOf } from '../fast-text/body-layout.ts';
import type { NumberUse } from '../fast-text/numbers.ts';
import { writeGoFloat } from './write-go-float.ts';

// Hot path: guarded by the protobuf pushes of bench/ and by test/exposition/fast-protobuf/.

/** What a hole of a protobuf body holds. */
export const doubleHole = 0;
/** A varint. */
export const countHole = 1;
/** The length of a message that holds varints, and the end of that message, which takes no bytes. */
export const lengthHole = 2;
export const endHole = 3;

type HoleKind = typeof doubleHole | typeof countHole | typeof lengthHole | typeof endHole;

/** Messages inside each other that hold counts: family, metric, histogram, bucket. */
const depthMax = 4;
/** A varint of so many bytes has 49 bits, which arithmetic on doubles gets exactly. */
const varintBytesMax = 7;

/** What a protobuf body consists of, as it is found out in one walk from its begin to its end. */
export class WireHoles {
  readonly starts: number[] = [];
  readonly ends: number[] = [];
  readonly kinds: HoleKind[] = [];
  /** Which line of the text the value is of. */
  readonly lines: number[] = [];

  /** Notes a hole that is behind all others; answers its place among them. */
  add(kind: HoleKind, start: number, end: number, line = 0): number {
    this.starts.push(start);
    this.ends.push(end);
    this.lines.push(line);
    return this.kinds.push(kind) - 1;
  }
}

/** The values of the body at hand, by line. Decoding never awaits, so one serves all pushes. */
let values = new Float64Array(0);
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
  readonly #lines: Uint32Array;
  readonly #lineCount: number;

  constructor(body: Uint8Array, holes: WireHoles, lineCount: number) {
    const constants = holes.starts.map((start, i) => body.subarray(holes.ends[i - 1] ?? 0, start));
    this.#bytes = Buffer.concat([...constants, body.subarray(holes.ends.at(-1) ?? 0)]);
    this.#view = viewOf(this.#bytes);
    let end = 0;
    this.#ends = Uint32Array.from(constants, ({ length }) => (end += length));
    this.#kinds = Uint8Array.from(holes.kinds);
    this.#lines = Uint32Array.from(holes.lines);
    this.#lineCount = lineCount;
  }

  get weight(): number {
    return this.#bytes.length + this.#ends.length * 9;
  }

  isLike(other: BodyLayout): boolean {
    if (!(other instanceof WireLayout) || !this.#bytes.equals(other.#bytes) || this.#ends.length !== other.#ends.length) return false;
    return this.#ends.every((end, i) => end === other.#ends[i] && this.#kinds[i] === other.#kinds[i] && this.#lines[i] === other.#lines[i]);
  }

  match({ bytes, view, length }: BodyBytes): boolean {
    if (values.length < this.#lineCount) values = new Float64Array(this.#lineCount);
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
        values[this.#lines[hole] as number] = view.getFloat64(at, true);
        at += 8;
      } else if (kind === endHole) {
        if (at !== messageEnds[--depth]) return false;
      } else {
        // What lies behind the end of the body may be left from another one. Whoever reads that is behind `length` then, and found out below.
        let value = bytes[at++] as number;
        if (value >= 0x80) {
          value = readVarint(bytes, at - 1);
          if (value === -1) return false;
          at = varintEnd;
        }
        if (kind === countHole) values[this.#lines[hole] as number] = value;
        else messageEnds[depth++] = at + value;
      }
    }
    return at + this.#bytes.length - start === length && areEqual(this.#view, start, this.#bytes.length, view, at);
  }

  /** Negative zero is none for the fast path: text shows it as 0. */
  writeValue(_body: BodyBytes, value: number, _use: NumberUse, target: Buffer, at: number): number {
    const number = values[value] as number;
    return Object.is(number, -0) ? -1 : writeGoFloat(number, target, at);
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
