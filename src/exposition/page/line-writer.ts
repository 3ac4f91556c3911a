import type { Group } from '../../model/group.ts';
import { createFormLines, type FormLines, lineStops } from '../../wasm/form-lines.ts';
import type { LinearMemory } from '../../wasm/linear-memory.ts';
import { WordTable } from '../../wasm/word-table.ts';
import type { TextForm } from '../fast-text/text-form.ts';
import { FormFamilies } from '../form-families.ts';
import { idleWriterBytesMax, writerGrowthBytes } from '../limits.ts';
import { allLabels, valueHole } from '../fast-text/ready-lines.ts';
import { GroupImage, noForm } from './group-image.ts';
import { placePrograms } from './line-programs.ts';
import { FieldPage } from './field-page.ts';
import { TextPage } from './text-page.ts';

/** Why `goOn` returned. */
type LineStop = (typeof lineStops)['atEnd' | 'pageIsFull' | 'groupIsForeign'];

/** Writes the lines of one family after the other, for groups by their slots. */
// Hot path: guarded by bench/.
export class LineWriter {
  readonly page: TextPage = new TextPage();
  readonly #image: GroupImage = new GroupImage(this.page.memory);
  readonly #lines: FormLines = createFormLines(this.page.memory);
  /** For the family at hand, by form number; 0 is not asked for yet. */
  readonly #programs: WordTable = new WordTable(this.page.memory);
  /** For the families of times, by name. */
  readonly #timePrograms = new Map<string, number>();
  #family = '';
  #isWholeTold = false;
  /** If it is a family of times. */
  #timeProgram: number | null = null;
  readonly #slotWords: WordTable = new WordTable(this.page.memory);
  #slots: readonly number[] = [];
  #fieldPage: FieldPage | null = null;
  /** Bytes of memory after the first scrape. */
  #firstSize = 0;

  /** Beside the page. Made when it is asked for: most scrapes are of text. */
  get fieldPage(): FieldPage {
    return (this.#fieldPage ??= new FieldPage(this.page));
  }

  /** From now on it is this family, of groups that hold it. `isWholeTold`: those are foreign that keep a message beside the text. */
  beginFamily(name: string, groups: readonly (Group | null)[], isWholeTold = false): void {
    this.#begin(groups);
    this.#family = name;
    this.#isWholeTold = isWholeTold;
    this.#timeProgram = null;
  }

  /** From now on it is a family of times, of any groups. `start`: which of the starts of a group is that of its values. */
  beginTimes(name: string, start: number, groups: readonly (Group | null)[]): void {
    this.#begin(groups);
    this.#timeProgram = this.#timePrograms.get(name) ?? placeTimeProgram(this.page.memory, name, start);
    this.#timePrograms.set(name, this.#timeProgram);
  }

  /** Writes the lines of the groups at these slots, and yields what the page holds whenever it is full. What has no form is asked for. */
  *write(slots: readonly number[], textOf: (group: Group) => string | Uint8Array): Generator<Uint8Array> {
    this.begin(slots);
    for (;;) {
      const stop = this.goOn();
      if (stop === lineStops.atEnd) return;
      if (stop === lineStops.pageIsFull) {
        yield this.page.take();
      } else {
        yield* this.page.add(textOf(this.groupAt(this.position)));
        this.skip();
      }
    }
  }

  /** For those who look at each page: `goOn` writes for the groups at these slots. */
  begin(slots: readonly number[]): void {
    this.#slots = slots;
    this.#slotWords.load(slots);
    this.#lines.rewind(0);
  }

  /** Writes on until all is written, the page is full, or a group is foreign, which has no form. */
  goOn(): LineStop {
    const page = this.page;
    for (;;) {
      const { address: groups } = this.#image.table;
      const stop = this.#lines.write(this.#slotWords.address, this.#slots.length, groups, this.#programs.address, page.end, page.limit);
      page.end = this.#lines.end();
      if (stop === lineStops.groupIsUnknown) this.#place(this.#slots[this.position] as number);
      else if (stop !== lineStops.programIsUnknown) return stop as LineStop;
      else if (!this.#showProgram(this.#slots[this.position] as number)) return lineStops.groupIsForeign;
    }
  }

  /** The place among the slots where the writing stands. */
  get position(): number {
    return this.#lines.position();
  }

  groupAt(position: number): Group {
    return this.#image.groupAt(this.#slots[position] as number);
  }

  /** Goes on with the next group. */
  skip(): void {
    this.#lines.rewind(this.position + 1);
  }

  /** Takes what the page holds of the group where the writing stands off again; that group comes once more. Not after it was begun in another page. */
  dropPart(): void {
    this.page.end = this.#lines.start();
    this.#lines.rewind(this.position);
  }

  #place(slot: number): void {
    this.#image.place(slot);
    this.#programs.reserve(this.#image.formCount);
  }

  /** To be asked after each scrape: whether to keep it for the next one. Its memory may hold much that is of no use any more. */
  get isWorthKeeping(): boolean {
    const { size } = this.page.memory;
    this.#firstSize ||= size;
    return size <= idleWriterBytesMax && size <= 2 * this.#firstSize + writerGrowthBytes;
  }

  #begin(groups: readonly (Group | null)[]): void {
    this.#image.lookAt(groups);
    this.#programs.reserve(this.#image.formCount);
    this.#programs.fill(0);
  }

  #programOf(form: TextForm | null): number | null {
    const family = form?.families.get(this.#family);
    if (form === null || family === undefined || (this.#isWholeTold && family.hasMessage)) return null;
    return this.#image.programOf(form, family);
  }

  /** Says how the family is written for groups like this one. False: that is not known here. */
  #showProgram(slot: number): boolean {
    const { families } = this.#image.groupAt(slot);
    const form = families instanceof FormFamilies ? families.form : null;
    const program = this.#timeProgram ?? this.#programOf(form);
    if (program !== null) this.#programs.set(form === null ? noForm : this.#image.numberOf(form), program);
    return program !== null;
  }
}

/** `push_time_seconds{...} 1.7e+09` */
function placeTimeProgram(memory: LinearMemory, name: string, start: number): number {
  return placePrograms(memory, {
    constants: [`${name}{`, '} '],
    holes: [allLabels, valueHole],
    families: [{ start, holeStart: 0, holeEnd: 2 }],
  });
}

/** One that no scrape uses at the moment. */
let idle: LineWriter | null = null;

export function borrowWriter(): LineWriter {
  const writer = idle ?? new LineWriter();
  idle = null;
  return writer;
}

/** What its page handed out is no longer good. */
export function returnWriter(writer: LineWriter): void {
  writer.page.take();
  idle = writer.isWorthKeeping ? writer : null;
}
