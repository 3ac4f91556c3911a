import { allExposedSuffixes } from '../model/exposed-names.ts';
import type { GroupingKey } from '../model/grouping-key.ts';
import type { StoredFamily } from '../model/stored-family.ts';

/**
 * Families that are stored but cannot be exposed beside the others: they came through the unchecked mode, or from a store that was filled
 * by it. They wait here until what they collide with has gone.
 */
export class Quarantine {
  readonly #entries = new Map<string, Map<string, QuarantinedFamily>>();
  #size = 0;
  #nextTurn = 0;

  /** Families held back, over all groups. */
  get size(): number {
    return this.#size;
  }

  has(groupId: string, name: string): boolean {
    return this.#size > 0 && this.#entries.get(name)?.has(groupId) === true;
  }

  reasonFor(groupId: string, name: string): string | null {
    return this.#entries.get(name)?.get(groupId)?.reason ?? null;
  }

  /** Those of a group under these names. */
  listHeld(groupId: string, names: readonly string[]): QuarantinedFamily[] {
    if (this.#size === 0) return [];
    return names.flatMap((name) => this.#entries.get(name)?.get(groupId) ?? []);
  }

  hold(key: GroupingKey, family: StoredFamily, reason: string): void {
    this.restore({ key, family, reason, turn: this.#nextTurn++ });
  }

  /** Puts back what was taken out, with its turn. */
  restore(entry: QuarantinedFamily): void {
    const { name } = entry.family;
    let byGroup = this.#entries.get(name);
    if (byGroup === undefined) {
      byGroup = new Map();
      this.#entries.set(name, byGroup);
    }
    if (!byGroup.has(entry.key.id)) this.#size++;
    byGroup.set(entry.key.id, entry);
  }

  remove(groupId: string, name: string): boolean {
    const byGroup = this.#entries.get(name);
    if (byGroup?.delete(groupId) !== true) return false;
    this.#size--;
    if (byGroup.size === 0) this.#entries.delete(name);
    return true;
  }

  /**
   * Those that may be sound again now that a family of this name has gone or changed: the same name, and names that share a suffix with it.
   * Who waits longest comes first.
   */
  relatedTo(name: string): QuarantinedFamily[] {
    const base = name.replace(/_(?:count|sum|bucket)$/, '');
    const names = new Set([name, base, ...allExposedSuffixes.map((suffix) => name + suffix)]);
    return [...names].flatMap((related) => [...(this.#entries.get(related)?.values() ?? [])]).sort((a, b) => a.turn - b.turn);
  }

  *[Symbol.iterator](): Generator<QuarantinedFamily> {
    for (const byGroup of this.#entries.values()) yield* byGroup.values();
  }
}

export interface QuarantinedFamily {
  readonly key: GroupingKey;
  readonly family: StoredFamily;
  /** Why it cannot be exposed, in plain words. */
  readonly reason: string;
  /** Lower than that of everything that was held back later. */
  readonly turn: number;
}
