import type { Group } from '../../model/group.ts';
import { familyNamesKeptMax } from '../limits.ts';

/** The names of the families that a group holds; the same object for most groups that hold the same. */
export interface FamilyNames {
  readonly names: readonly string[];
}

/** Hands out one object for equal lists of names: most groups of a job hold the same families, so a matcher has to decide only once. */
export class FamilyNamesTable {
  readonly #byText = new Map<string, FamilyNames>();

  /** `known`: what the group held before, which it mostly still holds. */
  intern({ families }: Group, known: FamilyNames | null): FamilyNames {
    if (known !== null && known.names.length === families.size && isSame(known.names, families.keys())) return known;
    const names = [...families.keys()];
    const text = JSON.stringify(names);
    const found = this.#byText.get(text);
    if (found !== undefined) return found;
    // The objects that are in use stay valid; equal ones are only decided on twice.
    if (this.#byText.size >= familyNamesKeptMax) this.#byText.clear();
    const made: FamilyNames = { names };
    this.#byText.set(text, made);
    return made;
  }
}

function isSame(names: readonly string[], others: Iterable<string>): boolean {
  let i = 0;
  for (const other of others) if (names[i++] !== other) return false;
  return true;
}
