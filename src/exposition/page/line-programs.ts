import type { LinearMemory } from '../../wasm/linear-memory.ts';

/** How the lines of some families are written: the constants, what follows each of them (see `TextForm`), and what is whose. */
interface LineTexts {
  readonly constants: readonly string[];
  readonly holes: ArrayLike<number>;
  readonly families: readonly {
    /** Which of the starts of a group is that of the family's values. */
    readonly start: number;
    readonly holeStart: number;
    readonly holeEnd: number;
  }[];
}

/** Lays out programs for `FormLines`, one for each family, `programBytes` from one to the next. Answers the address of the first. */
export function placePrograms(memory: LinearMemory, { constants, holes, families }: LineTexts): number {
  const texts = new Map<string, number>();
  for (const constant of constants) if (!texts.has(constant)) texts.set(constant, memory.store(constant));
  const firstHole = memory.allocate(constants.length * holeBytes);
  const firstProgram = memory.allocate(families.length * programBytes);
  const { words } = memory;
  let word = firstHole / 4;
  for (const [i, constant] of constants.entries()) {
    words[word++] = texts.get(constant) as number;
    words[word++] = constant.length;
    words[word++] = holes[i] as number;
  }
  word = firstProgram / 4;
  for (const { start, holeStart, holeEnd } of families) {
    words[word++] = start;
    words[word++] = firstHole + holeStart * holeBytes;
    words[word++] = firstHole + holeEnd * holeBytes;
  }
  return firstProgram;
}

export const programBytes = 12;
const holeBytes = 12;
