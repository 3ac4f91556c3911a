import type { Group } from '../../model/group.ts';
import { createFormLines, type FormLines, formWords, lineStops } from '../../wasm/form-lines.ts';
import { WordTable } from '../../wasm/word-table.ts';
import type { ExposedValues } from '../exposed-values.ts';
import { idleWriterBytesMax, keptScriptBytesMax, scriptBytesMax, writerGrowthBytes } from '../limits.ts';
import { FieldPage } from './field-page.ts';
import { GroupImage } from './group-image.ts';
import { MessagePage } from './message-page.ts';
import { PlacedFamilies } from './placed-families.ts';
import { type OwnSource, ScrapeScript, type TextSource } from './scrape-script.ts';
import { TextPage } from './text-page.ts';

/** Why `goOn` returned. */
type LineStop = (typeof lineStops)['atEnd' | 'pageIsFull' | 'groupIsForeign'];

/** Writes an exposition: texts, and lines of one family after the other for groups by their slots. */
// Hot path: guarded by bench/.
export class LineWriter {
  readonly page: TextPage = new TextPage();
  readonly #families: PlacedFamilies = new PlacedFamilies(this.page.memory);
  readonly #image: GroupImage = new GroupImage(this.page.memory, this.#families);
  readonly #lines: FormLines = createFormLines(this.page.memory);
  /** What was told of the exposition at hand, kept for the next one: most have the same families of the same groups. */
  readonly #script: ScrapeScript = new ScrapeScript(this.page.memory);
  #scriptFamilies: readonly unknown[] | null = null;
  #scriptForm = '';
  /** Families before those of the script. */
  #scriptStart = 0;
  /** Steps of the script that are written, and bytes of it at that time. */
  #writtenSteps = 0;
  #writtenBytes = 0;
  /** For those who look at each page. */
  readonly #familyScript: ScrapeScript = new ScrapeScript(this.page.memory);
  /** One of the two. */
  #current: ScrapeScript = this.#script;
  #values: ExposedValues = { groups: [], own: new Map() };
  /** Families that the script tells of, and those before. */
  familyCount = 0;
  /** What the lines need of each form for the family at hand. */
  readonly #forms: WordTable = new WordTable(this.page.memory);
  #family = 0;
  #isWholeTold = false;
  #fieldPage: FieldPage | null = null;
  #messagePage: MessagePage | null = null;
  /** Bytes of memory after the first scrape. */
  #firstSize = 0;

  /** Beside the page. Made when it is asked for: most scrapes are of text. */
  get fieldPage(): FieldPage {
    return (this.#fieldPage ??= new FieldPage(this.page));
  }

  /** Beside the page, too. */
  get messagePage(): MessagePage {
    return (this.#messagePage ??= new MessagePage(this.page, this.#image, this.#script));
  }

  /** What is in the families at the moment. */
  get values(): ExposedValues {
    return this.#values;
  }

  /** From now on it is this family, of groups that hold it. */
  beginFamily(name: string): void {
    this.#family = this.#families.addressOf(name);
  }

  /** From now on it is a family of times, of any groups. `start`: which of the starts of a group is that of its values. */
  beginTimes(name: string, start: number): void {
    this.#family = this.#families.addressOfTimes(name, start);
  }

  /** To be called before families are told, in this `form`: goes on from what was told of the last exposition, if that is of use for this one. */
  recall(families: readonly unknown[], form: string): void {
    this.#writtenSteps = 0;
    this.#writtenBytes = 0;
    if (families === this.#scriptFamilies && form === this.#scriptForm) {
      this.#script.renew(this.#values);
      return;
    }
    this.#script.clear();
    this.familyCount = 0;
    this.#scriptStart = 0;
    this.#scriptFamilies = families;
    this.#scriptForm = form;
  }

  /** Whether it is time to write what was added. */
  get isFull(): boolean {
    return this.#script.size - this.#writtenBytes > scriptBytesMax;
  }

  /** A message comes next, and what its metrics are made of. `header`: it without them. */
  addMessage(valueTag: number, nameLength: number, header: Uint8Array): void {
    this.#script.addMessage(valueTag, nameLength, header);
  }

  /** Which of the families is that of a message that was told. */
  familyOf(message: number): number {
    return this.#scriptStart + message;
  }

  /** A text comes next. */
  addText(text: string): void {
    this.#script.addText(text);
  }

  /** A text of our own comes next, another one with each exposition. */
  addOwn(source: OwnSource): void {
    this.#script.addOwn(source, this.#values);
  }

  /** The lines of the groups at these slots come next. What is not laid out is asked for. */
  addGroups(slots: readonly number[], textOf: TextSource): void {
    this.#script.addGroups(this.#family, slots, textOf);
  }

  /** Writes what was added, and yields what the page holds whenever it is full. */
  *write(): Generator<Uint8Array> {
    this.#current = this.#script;
    this.#isWholeTold = false;
    this.#lines.rewind(this.#writtenSteps, 0);
    for (let stop = this.goOn(); stop !== lineStops.atEnd; stop = this.goOn()) {
      if (stop === lineStops.pageIsFull) {
        yield this.page.take();
      } else {
        yield* this.page.add(this.#script.sourceOf(this.#lines.place())(this.groupAt(this.position)));
        this.skip();
      }
    }
    this.noteWritten();
  }

  /** All that was told is written. Answers with which step it goes on. */
  noteWritten(): number {
    this.#writtenSteps = this.#script.length;
    this.#writtenBytes = this.#script.size;
    if (this.#writtenBytes > keptScriptBytesMax) this.#forgetScript();
    return this.#writtenSteps;
  }

  /** For those who look at each page: `goOn` writes for the groups at these slots, whose text says all; the others are foreign. */
  begin(slots: readonly number[]): void {
    this.#current = this.#familyScript;
    this.#current.clear();
    this.#current.addGroups(this.#family, slots, noText);
    this.#isWholeTold = true;
    this.#lines.rewind(0, 0);
  }

  /** Writes on until all is written, the page is full, or a group is foreign, whose text is not here. */
  goOn(): LineStop {
    const { page } = this;
    const lines = this.#lines;
    for (;;) {
      const { address, length } = this.#current;
      const { address: groups } = this.#image.table;
      const stop = lines.write(address, length, groups, this.#forms.address, this.#isWholeTold ? 1 : 0, page.end, page.limit);
      page.end = lines.end();
      if (stop !== lineStops.groupIsUnknown) return stop as LineStop;
      this.#image.place(this.#slotAt(lines.position()));
      this.#reserveForms();
    }
  }

  /** The place where the writing stands, among the slots of the step at hand. */
  get position(): number {
    return this.#lines.position();
  }

  groupAt(position: number): Group {
    return this.#image.groupAt(this.#slotAt(position));
  }

  /** Goes on with the next group. */
  skip(): void {
    this.#lines.rewind(this.#lines.place(), this.position + 1);
  }

  /** Takes what the page holds of the group where the writing stands off again; that group comes once more. Not after it was begun in another page. */
  dropPart(): void {
    this.page.end = this.#lines.start();
    this.#lines.rewind(this.#lines.place(), this.position);
  }

  /** To be called before each exposition. */
  start(values: ExposedValues): void {
    this.page.take();
    this.#values = values;
    this.#image.lookAt(values.groups);
    this.#reserveForms();
  }

  /** To be called after each. False: it is not to be kept for the next one, since its memory may hold much that is of no use any more. */
  finish(): boolean {
    const { size } = this.page.memory;
    if (this.#firstSize === 0) this.#firstSize = size;
    return size <= idleWriterBytesMax && size <= 2 * this.#firstSize + writerGrowthBytes;
  }

  #slotAt(position: number): number {
    return this.#current.slotAt(this.#lines.place(), position);
  }

  /** It is too large to be kept: what comes is told anew each time. */
  #forgetScript(): void {
    this.#script.clear();
    this.#scriptFamilies = null;
    this.#scriptStart = this.familyCount;
    this.#writtenSteps = 0;
    this.#writtenBytes = 0;
  }

  #reserveForms(): void {
    this.#forms.reserve(this.#image.formCount * formWords);
  }
}

/** Nobody asks for it: a text that is missing is the caller's to find. */
function noText(): string {
  return '';
}

/** One that no scrape uses at the moment. */
let idle: LineWriter | null = null;

export function borrowWriter(values: ExposedValues): LineWriter {
  const writer = idle ?? new LineWriter();
  idle = null;
  writer.start(values);
  return writer;
}

/** What its page handed out is no longer good. */
export function returnWriter(writer: LineWriter): void {
  idle = writer.finish() ? writer : null;
}
