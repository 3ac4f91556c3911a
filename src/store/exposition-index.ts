import { assert } from '../base/assert.ts';
import { compareAsBytes } from '../base/bytes.ts';
import type { ExposedFamily } from '../exposition/exposed-family.ts';
import type { MetricType } from '../model/metric-family.ts';
import type { FamilyHead } from '../model/stored-family.ts';
import { ExposedGroups } from './exposed-groups.ts';
import { ExpositionPiece } from './exposition-piece.ts';
import { helpConflictsLoggedMax } from './limits.ts';

/**
 * Which groups expose which family: what a scrape walks along, family by family. A group is known by its slot, so a push that brings other
 * values of the same families changes nothing here.
 */
export class ExpositionIndex {
  readonly #views = new Map<string, FamilyView>();
  readonly #onHelpConflict: (name: string, helps: readonly string[]) => void;
  readonly #loggedNames = new Set<string>();
  /** What scrapes see, until something changes. */
  #seen: readonly ExposedFamily[] | null = null;

  /** `onHelpConflict` is told once of each family whose groups disagree on the HELP. */
  constructor(onHelpConflict: (name: string, helps: readonly string[]) => void) {
    this.#onHelpConflict = onHelpConflict;
  }

  get familyCount(): number {
    return this.#views.size;
  }

  /** Shows `family` for the group at `slot`. `before`: what the group held under the same name until now, whether it was shown or not. */
  show(slot: number, family: FamilyHead, before: FamilyHead | undefined): void {
    let view = this.#views.get(family.name);
    if (view === undefined) {
      view = new FamilyView(family.name, family.type);
      this.#views.set(family.name, view);
    }
    assert(view.type === family.type, `family ${family.name} is exposed as ${view.type}, not as ${family.type}`);
    if (view.put(slot, family.help, before?.help ?? null)) this.#seen = null;
    if (view.helpCount > 1) this.#reportHelps(view);
  }

  /** Does nothing if the group shows no such family. */
  hide(slot: number, { name, help }: FamilyHead): void {
    const view = this.#views.get(name);
    if (view === undefined) return;
    if (view.remove(slot, help)) this.#seen = null;
    if (view.isEmpty) this.#views.delete(name);
  }

  /** All families as they are now; the same array until something changes. Costs the number of pieces; no text is touched until it is asked for. */
  snapshot(): readonly ExposedFamily[] {
    return (this.#seen ??= Array.from(this.#views.values(), (view) => view.snapshot()));
  }

  #reportHelps(view: FamilyView): void {
    if (this.#loggedNames.has(view.name) || this.#loggedNames.size >= helpConflictsLoggedMax) return;
    this.#loggedNames.add(view.name);
    this.#onHelpConflict(view.name, view.helps());
  }
}

class FamilyView {
  readonly name: string;
  readonly type: MetricType;
  /** How many groups brought each HELP; groups without one do not count. */
  readonly #helps = new Map<string, number>();
  /** Sorted by first slot. */
  readonly #pieces: ExpositionPiece[] = [];
  /** What a scrape sees, until something changes. */
  #seen: ExposedFamily | null = null;

  constructor(name: string, type: MetricType) {
    this.name = name;
    this.type = type;
  }

  get isEmpty(): boolean {
    return this.#pieces.length === 0;
  }

  get helpCount(): number {
    return this.#helps.size;
  }

  helps(): readonly string[] {
    return [...this.#helps.keys()].sort(compareAsBytes);
  }

  /** Answers whether that changes what a scrape sees. */
  put(slot: number, help: string | null, helpBefore: string | null): boolean {
    const at = this.#pieceAt(slot);
    const piece = this.#pieces[at] ?? new ExpositionPiece();
    if (piece.isEmpty) this.#pieces.push(piece);
    const wasShown = !piece.add(slot);
    if (wasShown && help === helpBefore) return false;
    this.#seen = null;
    const upper = piece.split();
    if (upper !== null) this.#pieces.splice(at + 1, 0, upper);
    if (wasShown) this.#forgetHelp(helpBefore);
    if (help !== null) this.#helps.set(help, (this.#helps.get(help) ?? 0) + 1);
    return true;
  }

  /** As `put`. */
  remove(slot: number, help: string | null): boolean {
    const at = this.#pieceAt(slot);
    const piece = this.#pieces[at];
    if (piece?.remove(slot) !== true) return false;
    this.#seen = null;
    this.#forgetHelp(help);
    if (piece.isEmpty) this.#pieces.splice(at, 1);
    return true;
  }

  snapshot(): ExposedFamily {
    return (this.#seen ??= {
      name: this.name,
      type: this.type,
      help: this.#help(),
      parts: [
        new ExposedGroups(
          this.name,
          this.type,
          this.#pieces.map((piece) => piece.snapshot()),
        ),
      ],
    });
  }

  /** Where HELPs differ, the first in byte order is shown: the same one on every scrape and after every restart. */
  #help(): string | null {
    return this.helps()[0] ?? null;
  }

  #forgetHelp(help: string | null): void {
    if (help === null) return;
    const count = this.#helps.get(help) ?? 0;
    if (count > 1) this.#helps.set(help, count - 1);
    else this.#helps.delete(help);
  }

  /** The last piece that begins at or below `slot`; the first one for a slot below all. */
  #pieceAt(slot: number): number {
    let low = 0;
    let high = this.#pieces.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((this.#pieces[middle]?.firstSlot ?? 0) <= slot) low = middle + 1;
      else high = middle;
    }
    return Math.max(0, low - 1);
  }
}
