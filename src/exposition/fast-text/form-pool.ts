import { templateOpeningLengthMax, templateOpeningsMax } from '../limits.ts';
import type { TextForm } from './text-form.ts';

/**
 * Forms in use, so that equal ones are one, whatever the layout of the bodies is: text and protobuf, or fields in another order. Holds nothing
 * in memory that nobody else does.
 */
export class FormPool {
  /** By `GroupingKey.shape` and the names of the families. */
  readonly #forms = new Map<string, WeakRef<TextForm>>();

  /** An equal form that is in use for keys of this shape; else the very form. */
  share(shape: string, form: TextForm): TextForm {
    const description = `${shape}\n${[...form.families.keys()].join('\n').slice(0, templateOpeningLengthMax)}`;
    const known = this.#forms.get(description)?.deref();
    if (known?.isLike(form) === true) return known;
    if (this.#forms.size >= templateOpeningsMax) this.#forms.clear();
    this.#forms.set(description, new WeakRef(form));
    return form;
  }
}
