import type { FamilyTable } from '../../../model/family-table.ts';
import { NameLists } from './name-lists.ts';

/** Stands for a group without families; it is never released. */
export const noFamilies = 0;

/** The names of the families that groups hold, as numbers: most groups of a job hold the same, so a matcher has to decide only once. */
export class FamilyLists {
  readonly #lists = new NameLists();
  /** What was asked for last: groups of one job often come one after the other. */
  #latest = noFamilies;

  constructor() {
    this.#lists.hold('[]', []);
  }

  /** All numbers lie below. */
  get end(): number {
    return this.#lists.end;
  }

  namesOf(list: number): readonly string[] {
    return this.#lists.namesOf(list);
  }

  hold(families: FamilyTable): number {
    if (families.size === 0) return noFamilies;
    if (isSame(this.namesOf(this.#latest), families)) this.#lists.holdAgain(this.#latest);
    else {
      const names = [...families.keys()];
      this.#latest = this.#lists.hold(JSON.stringify(names), names);
    }
    return this.#latest;
  }

  /** For a group whose list is `held`, and mostly stays so. Hot path: once per push. */
  replace(held: number, families: FamilyTable): number {
    if (isSame(this.namesOf(held), families)) return held;
    const list = this.hold(families);
    this.release(held);
    return list;
  }

  release(list: number): void {
    if (list !== noFamilies) this.#lists.release(list);
  }
}

function isSame(names: readonly string[], families: FamilyTable): boolean {
  if (names.length !== families.size) return false;
  let i = 0;
  for (const name of families.keys()) if (names[i++] !== name) return false;
  return true;
}
