import type { FamilyTable } from '../../model/family-table.ts';
import { groupWithoutForm, lineRoomBytes, lineStops, unknownGroup } from '../../wasm/form-lines.ts';
import type { TextForm } from '../fast-text/text-form.ts';
import { FormFamilies } from '../form-families.ts';
import { FormImage } from './form-image.ts';
import type { TextPage } from './text-page.ts';

/**
 * What some groups hold, laid out for `FormLines`: each group that has a form, and each form, once somebody asks for it. Costs about twice
 * the values of the groups.
 */
// Hot path: guarded by bench/.
export class GroupImage {
  readonly #page: TextPage;
  readonly #tables: readonly (FamilyTable | null)[];
  readonly #forms = new Map<TextForm, FormImage>();
  readonly #formsByNumber: FormImage[] = [];
  /** Addresses of the groups by slot, and of the programs of the family at hand by form number. */
  readonly #groups: number;
  readonly #programs: number;
  #family = '';
  #slots: readonly number[] = [];
  #slotsAt = 0;
  #slotsCapacity = 0;

  constructor(page: TextPage, tables: readonly (FamilyTable | null)[]) {
    this.#page = page;
    this.#tables = tables;
    const { memory } = page;
    this.#groups = memory.allocate(tables.length * 4);
    // No more forms than groups.
    this.#programs = memory.allocate(tables.length * 4);
    memory.words.fill(unknownGroup, this.#groups / 4, this.#groups / 4 + tables.length);
  }

  beginFamily(name: string): void {
    this.#family = name;
    this.#page.memory.words.fill(0, this.#programs / 4, this.#programs / 4 + this.#formsByNumber.length);
  }

  beginSlots(slots: readonly number[]): void {
    const { memory, lines } = this.#page;
    if (slots.length > this.#slotsCapacity) {
      this.#slotsCapacity = slots.length;
      this.#slotsAt = memory.allocate(slots.length * 4);
    }
    memory.words.set(slots, this.#slotsAt / 4);
    this.#slots = slots;
    lines.rewind(0);
  }

  /** Writes to the page what fits. A table is one without a form: its lines come from elsewhere, and writing goes on behind it. */
  write(): 'done' | 'page is full' | FamilyTable {
    const page = this.#page;
    const { lines } = page;
    for (;;) {
      const stop = lines.write(this.#slotsAt, this.#slots.length, this.#groups, this.#programs, page.end, page.limit);
      page.end = lines.end();
      if (stop === lineStops.atEnd) return 'done';
      if (stop === lineStops.pageIsFull) return 'page is full';
      const position = lines.position();
      const slot = this.#slots[position] as number;
      const table = this.#tables[slot] as FamilyTable;
      if (stop === lineStops.groupHasNoForm) {
        lines.rewind(position + 1);
        return table;
      }
      if (stop === lineStops.groupIsUnknown) this.#place(slot, table);
      else this.#showProgram(table as FormFamilies);
    }
  }

  #place(slot: number, table: FamilyTable): void {
    const address = table instanceof FormFamilies && this.#fits(table) ? this.#placeGroup(table) : groupWithoutForm;
    this.#page.memory.words[this.#groups / 4 + slot] = address;
  }

  /** Whether the longest that is written at once fits a page. */
  #fits({ form, texts }: FormFamilies): boolean {
    const { start, limit } = this.#page;
    return form.longestConstant + texts.alone.length + lineRoomBytes <= limit - start;
  }

  #placeGroup({ form, texts, valueText, valueStarts }: FormFamilies): number {
    const { memory } = this.#page;
    const { alone, labels } = texts;
    const number = this.#numberOf(form);
    const labelsAt = memory.store(alone);
    const valuesAt = memory.store(valueText);
    const startsAt = memory.allocate(valueStarts.length * 4);
    const address = memory.allocate((5 + 2 * labels.length) * 4);
    const { words } = memory;
    words.set(valueStarts, startsAt / 4);
    let word = address / 4;
    words[word++] = number;
    words[word++] = labelsAt;
    words[word++] = alone.length;
    words[word++] = valuesAt;
    words[word++] = startsAt;
    let labelAt = labelsAt;
    for (const { length } of labels) {
      words[word++] = labelAt;
      words[word++] = length;
      labelAt += length + ','.length;
    }
    return address;
  }

  #numberOf(form: TextForm): number {
    let image = this.#forms.get(form);
    if (image === undefined) {
      image = new FormImage(this.#page.memory, form, this.#formsByNumber.length);
      this.#forms.set(form, image);
      this.#formsByNumber.push(image);
      this.#page.memory.words[this.#programs / 4 + image.number] = 0;
    }
    return image.number;
  }

  #showProgram({ form }: FormFamilies): void {
    const image = this.#forms.get(form) as FormImage;
    this.#page.memory.words[this.#programs / 4 + image.number] = image.programOf(this.#family);
  }
}
