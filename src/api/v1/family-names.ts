import type { Group } from '../../model/group.ts';
import { familyNamesKeptMax, labelNamesSharedMax } from '../limits.ts';

/** The names of the families that a group holds; the same object for most groups that hold the same. */
export interface FamilyNames {
  readonly names: readonly string[];
}

/** Hands out one object for equal lists of names: most groups of a job hold the same families, so a matcher has to decide only once. */
export class FamilyNamesTable {
  readonly #byText = new Map<string, FamilyNames>();
  readonly #labelNames = new Map<string, string>();
  /** What was asked for last: groups of one job often come one after the other. */
  #latest: FamilyNames = { names: [] };

  /** The same string for equal names of labels. */
  shareName(name: string): string {
    const shared = this.#labelNames.get(name);
    if (shared !== undefined) return shared;
    if (this.#labelNames.size < labelNamesSharedMax) this.#labelNames.set(name, name);
    return name;
  }

  /** `known`: what the group held before, which it mostly still holds. Hot path: once per push. */
  intern({ families }: Group, known: FamilyNames | null): FamilyNames {
    if (known !== null && isSame(known, families)) return known;
    if (!isSame(this.#latest, families)) this.#latest = this.#find(families);
    return this.#latest;
  }

  #find(families: Group['families']): FamilyNames {
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

function isSame({ names }: FamilyNames, families: Group['families']): boolean {
  if (names.length !== families.size) return false;
  let i = 0;
  for (const name of families.keys()) if (names[i++] !== name) return false;
  return true;
}
