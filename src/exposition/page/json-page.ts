import { createGroupJson, type GroupJson } from '../../wasm/group-json.ts';
import { LinearMemory } from '../../wasm/linear-memory.ts';
import { WordTable } from '../../wasm/word-table.ts';
import type { TextForm } from '../fast-text/text-form.ts';
import type { FormFamilies } from '../form-families.ts';
import { allLabelsPlace, deriveJsonForm, firstLabelPlace, noText, timePlace } from '../json-form.ts';
import { jsonMemoryBytesMax, jsonPageBytes } from '../limits.ts';
import { placePrograms } from './line-programs.ts';

/** Writes the families of groups as the JSON of the query API, one group at a time. */
// Hot path: guarded by bench/.
export class JsonPage {
  readonly #memory = new LinearMemory();
  readonly #json: GroupJson = createGroupJson(this.#memory);
  readonly #page: number = this.#memory.allocate(jsonPageBytes);
  readonly #texts: WordTable = new WordTable(this.#memory);
  readonly #starts: WordTable = new WordTable(this.#memory);
  /** The address of the program of each form; 0 is for those that are not told here. */
  readonly #programs = new WeakMap<TextForm, number>();
  /** Where texts and values of the group at hand lie. */
  #input = 0;
  #inputBytes = 0;

  /** Whether to keep it for the next answer, and whether there is room for more forms. */
  get isWorthKeeping(): boolean {
    return this.#memory.size <= jsonMemoryBytesMax;
  }

  /**
   * `"name":{...},...` of all families; `labels` are the members of the grouping labels, as `renderMember` makes them. Good until the next call;
   * `null` for what is not told here, or is larger than a page.
   */
  write(families: FormFamilies, labels: readonly string[], time: string): Uint8Array | null {
    const { form, valueText } = families;
    const program = this.#programOf(form);
    if (program === 0) return null;
    const allLabels = labels.join(',');
    this.#placeTexts(labels, time.length, allLabels.length, time.length + allLabels.length + valueText.length);
    const { bytes } = this.#memory;
    const values = this.#input + bytes.write(time + allLabels, this.#input, 'latin1');
    bytes.write(valueText, values, 'latin1');
    const limit = this.#page + jsonPageBytes;
    const end = this.#json.write(program, this.#texts.address, values, form.sampleCount, this.#starts.address, this.#page, limit);
    return end === 0 ? null : bytes.subarray(this.#page, end);
  }

  /** Notes where time and labels will lie, and makes room for them and all values. */
  #placeTexts(labels: readonly string[], timeLength: number, labelsLength: number, inputBytes: number): void {
    if (inputBytes > this.#inputBytes) {
      this.#inputBytes = 2 * inputBytes;
      this.#input = this.#memory.allocate(this.#inputBytes);
    }
    const texts = this.#texts;
    texts.reserve(2 * (firstLabelPlace + labels.length));
    this.#noteText(noText, this.#input, 0);
    this.#noteText(timePlace, this.#input, timeLength);
    let at = this.#input + timeLength;
    this.#noteText(allLabelsPlace, at, labelsLength);
    for (let i = 0; i < labels.length; i++) {
      const { length } = labels[i] as string;
      this.#noteText(firstLabelPlace + i, at, length);
      at += length + ','.length;
    }
  }

  #noteText(place: number, address: number, length: number): void {
    this.#texts.set(2 * place, address);
    this.#texts.set(2 * place + 1, length);
  }

  #programOf(form: TextForm): number {
    const known = this.#programs.get(form);
    if (known !== undefined) return known;
    const program = this.isWorthKeeping ? this.#place(form) : 0;
    this.#programs.set(form, program);
    return program;
  }

  #place(form: TextForm): number {
    const json = deriveJsonForm(form);
    if (json === null) return 0;
    this.#starts.reserve(form.sampleCount + 1);
    return placePrograms(this.#memory, { ...json, families: [{ start: 0, holeStart: 0, holeEnd: json.holes.length }] });
  }
}

/** One that no answer uses at the moment. */
let idle: JsonPage | null = null;

export function borrowJsonPage(): JsonPage {
  const page = idle ?? new JsonPage();
  idle = null;
  return page;
}

export function returnJsonPage(page: JsonPage): void {
  idle = page.isWorthKeeping ? page : null;
}
