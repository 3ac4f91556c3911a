import { code } from './compiled/body-values.ts';
import { instantiate } from './instantiate.ts';
import type { LinearMemory } from './linear-memory.ts';

/**
 * Cuts the values out of a text body of which all else is known, and writes them as Go prints them. What it reads and writes are words and text:
 *
 *     segments  their number less one, the length of each, then the texts themselves (see `encodeSegments`)
 *     bounds    of each value in the body where it begins and ends
 *     plan      for each value to write twice its place in the body, and one more for a count
 *     starts    where each value was written
 */
export interface BodyValues {
  /** Whether a body is the segments with values between them, which holds no byte up to the blank; 0 or 1. */
  match(segments: number, body: number, length: number, bounds: number): number;
  /** Writes values from the `from`th on. Answers the place of one that is not written in a common way, or `count`. */
  write(plan: number, from: number, count: number, bounds: number, output: number, starts: number): number;
  /** Where the value lies that `write` stopped at. */
  valueStart(): number;
  valueEnd(): number;
  /** Behind what was written. */
  end(): number;
}

/** What `match` compares a body with. */
export function encodeSegments(segments: readonly Uint8Array[]): Uint8Array {
  const words = Uint32Array.from([segments.length - 1, ...segments.map(({ length }) => length)]);
  return Buffer.concat([new Uint8Array(words.buffer), ...segments]);
}

/** `powersOfFive`: see `placePowersOfFive`. */
export function createBodyValues(memory: LinearMemory, powersOfFive: number): BodyValues {
  const values = instantiate(code, memory) as BodyValuesModule;
  values.setUp(powersOfFive);
  return values;
}

interface BodyValuesModule extends BodyValues {
  setUp(powersOfFive: number): void;
}
