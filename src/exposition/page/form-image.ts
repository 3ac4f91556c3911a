import type { LinearMemory } from '../../wasm/linear-memory.ts';
import type { FormFamily, TextForm } from '../fast-text/text-form.ts';

/** A form, laid out for `FormLines`: the programs that write its families. */
export class FormImage {
  readonly number: number;
  readonly #form: TextForm;
  readonly #programs: number;

  constructor(memory: LinearMemory, form: TextForm, number: number) {
    this.number = number;
    this.#form = form;
    const { constants, holes, families } = form;
    const texts = new Map<string, number>();
    for (const constant of constants) if (!texts.has(constant)) texts.set(constant, memory.store(constant));
    const holesAt = memory.allocate(holes.length * holeBytes);
    this.#programs = memory.allocate(families.size * programBytes);
    const { words } = memory;
    let word = holesAt / 4;
    for (const [i, constant] of constants.entries()) {
      words[word++] = texts.get(constant) as number;
      words[word++] = constant.length;
      words[word++] = holes[i] as number;
    }
    word = this.#programs / 4;
    for (const { place, holeStart, holeEnd } of families.values()) {
      words[word++] = place;
      words[word++] = holesAt + holeStart * holeBytes;
      words[word++] = holesAt + holeEnd * holeBytes;
    }
  }

  /** The address of the program that writes a family of the form. */
  programOf(name: string): number {
    const { place } = this.#form.families.get(name) as FormFamily;
    return this.#programs + place * programBytes;
  }
}

const holeBytes = 12;
const programBytes = 12;
