import type { FormFamily, TextForm } from '../exposition/fast-text/text-form.ts';
import { ByteWriter } from './byte-writer.ts';

/** What a record says of the families of a form, but for what differs from push to push: times and lengths. */
export interface FormHead {
  readonly family: FormFamily;
  /** Up to where the time stands, if there is one; behind it come the lengths of the text and of the message, if there is one. */
  readonly start: Buffer;
  /** Behind the lengths. */
  readonly order: Buffer;
}

/** Writes the start of a head. */
export type WriteHeadStart = (writer: ByteWriter, family: FormFamily, hasOwnTime: boolean) => void;

/** The heads of forms, made once for all groups that share one: with times of their own, and without. */
export class FormHeads {
  readonly #write: WriteHeadStart;
  readonly #withTime = new WeakMap<TextForm, readonly FormHead[]>();
  readonly #withoutTime = new WeakMap<TextForm, readonly FormHead[]>();

  constructor(write: WriteHeadStart) {
    this.#write = write;
  }

  of(form: TextForm, hasOwnTime: boolean): readonly FormHead[] {
    const known = hasOwnTime ? this.#withTime : this.#withoutTime;
    let heads = known.get(form);
    if (heads === undefined) {
      heads = Array.from(form.families.values(), (family) => this.#make(family, hasOwnTime));
      known.set(form, heads);
    }
    return heads;
  }

  #make(family: FormFamily, hasOwnTime: boolean): FormHead {
    const start = new ByteWriter();
    this.#write(start, family, hasOwnTime);
    const order = new ByteWriter();
    for (const place of family.order ?? []) order.writeVarint(place);
    return { family, start: start.finish(0), order: order.finish(0) };
  }
}
