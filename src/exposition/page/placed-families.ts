import { familyProgramWords, familyWords, messageBit } from '../../wasm/form-lines.ts';
import type { LinearMemory } from '../../wasm/linear-memory.ts';
import { WordTable } from '../../wasm/word-table.ts';
import { allLabels, valueHole } from '../fast-text/ready-lines.ts';
import { placePrograms } from './line-programs.ts';

/** The families of an exposition by name, laid out for `FormLines`: by which program their lines are written for groups of which form. */
export class PlacedFamilies {
  readonly #memory: LinearMemory;
  readonly #families = new Map<string, PlacedFamily>();
  readonly #times = new Map<string, number>();

  constructor(memory: LinearMemory) {
    this.#memory = memory;
  }

  /** The address of a family that groups hold. */
  addressOf(name: string): number {
    return this.#familyOf(name).address;
  }

  /** The address of a family of times, which all groups have. `start`: which of the starts of a group is that of its values. */
  addressOfTimes(name: string, start: number): number {
    const known = this.#times.get(name);
    if (known !== undefined) return known;
    const address = this.#place();
    const program = placeTimeProgram(this.#memory, name, start);
    this.#memory.words[address / wordBytes] = program;
    this.#times.set(name, address);
    return address;
  }

  /** From now on the lines of groups of a form are written by this program. */
  addProgram(name: string, form: number, program: number, hasMessage: boolean): void {
    const { address, programs } = this.#familyOf(name);
    const { words } = this.#memory;
    const count = words[address / wordBytes + 2] as number;
    programs.reserve((count + 1) * familyProgramWords);
    programs.set(count * familyProgramWords, form);
    programs.set(count * familyProgramWords + 1, hasMessage ? program | messageBit : program);
    this.#memory.words[address / wordBytes + 1] = programs.address;
    this.#memory.words[address / wordBytes + 2] = count + 1;
  }

  #familyOf(name: string): PlacedFamily {
    let family = this.#families.get(name);
    if (family === undefined) {
      family = { address: this.#place(), programs: new WordTable(this.#memory) };
      this.#families.set(name, family);
    }
    return family;
  }

  /** Nothing is known of it yet. */
  #place(): number {
    const address = this.#memory.allocate(familyWords * wordBytes);
    this.#memory.words.fill(0, address / wordBytes, address / wordBytes + familyWords);
    return address;
  }
}

interface PlacedFamily {
  readonly address: number;
  readonly programs: WordTable;
}

/** `push_time_seconds{...} 1.7e+09` */
function placeTimeProgram(memory: LinearMemory, name: string, start: number): number {
  return placePrograms(memory, {
    constants: [`${name}{`, '} '],
    holes: [allLabels, valueHole],
    families: [{ start, holeStart: 0, holeEnd: 2 }],
  });
}

const wordBytes = 4;
