import { code } from './compiled/wire-values.ts';
import { instantiate } from './instantiate.ts';
import type { LinearMemory } from './linear-memory.ts';

/** What a hole of a protobuf body holds. */
export const doubleHole = 0;
/** A varint: a count, or a part of a timestamp. */
export const countHole = 1;
/** The length of a message, and the end of that message, which takes no bytes. */
export const lengthHole = 2;
export const endHole = 3;

export type HoleKind = typeof doubleHole | typeof countHole | typeof lengthHole | typeof endHole;

/**
 * Cuts the values out of a protobuf body of which all else is known, and writes them as Go prints them. What it reads and writes are words:
 *
 *     layout    see `encodeWireLayout`
 *     slots     of 8 bytes: of a double or count its value, a double; of a message where its length and where it itself ends, from the begin of
 *               the body
 *     plan      for each value to write twice its slot
 *     starts    where each value was written
 */
export interface WireValues {
  /** Whether a body is laid out so, and every message ends where its length says; 0 or 1. */
  match(layout: number, body: number, length: number, slots: number): number;
  /** Writes values, each with a line feed. Answers where the last one ends; 0: one of them is negative zero. */
  write(plan: number, count: number, slots: number, output: number, starts: number): number;
}

/** A hole, and the constant bytes in front of it. A length and the end of its message have the same slot, which no other message has. */
export interface WireHole {
  readonly before: Uint8Array;
  readonly kind: HoleKind;
  readonly slot: number;
}

/** What `match` compares a body with: how many holes and how many bytes behind the last one; of each its kind, bytes and slot; all bytes. */
export function encodeWireLayout(holes: readonly WireHole[], behind: Uint8Array): Uint8Array {
  const words = [holes.length, behind.length, ...holes.flatMap(({ before, kind, slot }) => [before.length * 4 + kind, slot])];
  return Buffer.concat([new Uint8Array(Uint32Array.from(words).buffer), ...holes.map(({ before }) => before), behind]);
}

/** `powersOfFive`: see `placePowersOfFive`. */
export function createWireValues(memory: LinearMemory, powersOfFive: number): WireValues {
  const values = instantiate(code, memory) as WireValuesModule;
  values.setUp(powersOfFive);
  return values;
}

interface WireValuesModule extends WireValues {
  setUp(powersOfFive: number): void;
}
