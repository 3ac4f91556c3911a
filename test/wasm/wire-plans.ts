import fc from 'fast-check';
import { countHole, doubleHole, endHole, lengthHole, type WireHole } from '../../src/wasm/wire-values.ts';

/** A part of a body: constant bytes, and then a double, a count or a message. */
export interface WirePart {
  readonly before: Uint8Array;
  readonly content: number | bigint | readonly WirePart[];
  /** Needless bytes of a count or length. */
  readonly padding: number;
}

const before = fc.oneof({ weight: 4, arbitrary: fc.uint8Array({ maxLength: 3 }) }, fc.uint8Array({ maxLength: 70 }));
const padding = fc.oneof({ weight: 9, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 9 }));
const count = fc.oneof(
  fc.integer({ min: 0, max: 63 }).chain((bits) => fc.bigInt(0n, 2n ** BigInt(bits + 1) - 1n)),
  fc.constantFrom(0n, 127n, 128n, 2n ** 49n - 1n, 2n ** 49n, 2n ** 64n - 1n),
);

export const arbitraryParts: fc.Arbitrary<readonly WirePart[]> = fc.letrec<{ parts: WirePart[]; part: WirePart }>((tie) => ({
  parts: fc.array(tie('part'), { maxLength: 6, depthIdentifier: 'message' }),
  part: fc.record({
    before,
    content: fc.oneof({ depthIdentifier: 'message', maxDepth: 4 }, fc.double(), count, tie('parts')),
    padding,
  }),
})).parts;

export interface WirePlan {
  readonly holes: readonly WireHole[];
  readonly slotCount: number;
}

/** The holes of a body of these parts, each with a slot of its own. */
export function planHoles(parts: readonly WirePart[]): WirePlan {
  const holes: WireHole[] = [];
  let slotCount = 0;
  const add = (some: readonly WirePart[]): void => {
    for (const part of some) {
      const slot = slotCount++;
      if (typeof part.content === 'number') holes.push({ before: part.before, kind: doubleHole, slot });
      else if (typeof part.content === 'bigint') holes.push({ before: part.before, kind: countHole, slot });
      else {
        holes.push({ before: part.before, kind: lengthHole, slot });
        add(part.content);
        holes.push({ before: new Uint8Array(0), kind: endHole, slot });
      }
    }
  };
  add(parts);
  return { holes, slotCount };
}

export function encodeParts(parts: readonly WirePart[]): Buffer {
  const encoded = parts.flatMap(({ before: constant, content, padding: needless }): Uint8Array[] => {
    if (typeof content === 'number') return [constant, new Uint8Array(Float64Array.of(content).buffer)];
    if (typeof content === 'bigint') return [constant, encodeCount(content, needless)];
    const message = encodeParts(content);
    return [constant, encodeCount(BigInt(message.length), needless), message];
  });
  return Buffer.concat(encoded);
}

function encodeCount(value: bigint, needless: number): Uint8Array {
  const bytes: number[] = [];
  for (let left = value; left > 0n || bytes.length === 0; left >>= 7n) bytes.push(Number(left & 0x7fn));
  bytes.push(...new Array<number>(needless).fill(0));
  return Uint8Array.from(bytes, (byte, i) => (i === bytes.length - 1 ? byte : byte | 0x80));
}

/** What is in the slots: a value, or where a length and its message lie. */
export type Slot = number | readonly [number, number];

/** What `WireValues.match` is for, said plainly: the slots of a body that is laid out so, null of another one. */
export function matchPlainly({ holes }: WirePlan, behind: Uint8Array, body: Buffer): Map<number, Slot> | null {
  const slots = new Map<number, Slot>();
  let at = 0;
  for (const { before: constant, kind, slot } of holes) {
    if (Buffer.compare(constant, body.subarray(at, at + constant.length)) !== 0) return null;
    at += constant.length;
    if (kind === doubleHole) {
      if (at + 8 > body.length) return null;
      slots.set(slot, body.readDoubleLE(at));
      at += 8;
    } else if (kind === endHole) {
      if ((slots.get(slot) as [number, number])[1] !== at) return null;
    } else {
      const last = body.subarray(at, at + 7).findIndex((byte) => byte < 0x80);
      if (last === -1) return null;
      const start = at;
      at += last + 1;
      const value = body.subarray(start, at).reduceRight((sum, byte) => sum * 128 + (byte & 0x7f), 0);
      slots.set(slot, kind === countHole ? value : [start, at + value]);
    }
  }
  return Buffer.compare(behind, body.subarray(at)) === 0 ? slots : null;
}
