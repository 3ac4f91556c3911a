import { FormFamilies, haveSameForm } from '../exposition/form-families.ts';
import type { FamilyTable } from '../model/family-table.ts';
import type { Group } from '../model/group.ts';
import { GroupMap } from '../model/group-map.ts';
import type { GroupingKey } from '../model/grouping-key.ts';
import type { StoredFamily } from '../model/stored-family.ts';
import { previousBytesMax, previousDelayMs, previousGroupBytesMax, previousWaitingMax } from './limits.ts';

export interface PreviousFamiliesOptions {
  /** What is stored of a group now. */
  readonly groupOf: (id: string) => Group | undefined;
  readonly bytesMax?: number;
}

/**
 * Counters and gauges as they were before the last push of their family, for the difference that the page shows. As much as fits:
 * a push only leaves a reference here, and what was gathered is copied a moment later, since the text of one family would hold that of its
 * whole push.
 */
export class PreviousFamilies {
  readonly #groupOf: (id: string) => Group | undefined;
  readonly #bytesMax: number;
  readonly #groups = new GroupMap<Remembered>();
  #waiting: Remembered[] = [];
  /** Those of which something is kept, oldest first. */
  readonly #kept = new Set<Remembered>();
  #bytes = 0;
  #timer: NodeJS.Timeout | null = null;

  constructor({ groupOf, bytesMax = previousBytesMax }: PreviousFamiliesOptions) {
    this.#groupOf = groupOf;
    this.#bytesMax = bytesMax;
  }

  /** Bytes of text that are kept. */
  get bytes(): number {
    return this.#bytes;
  }

  /** Tells of a change that was applied. Hot path: once per push. */
  note(before: Group | null, after: Group | null): void {
    if (before === null || before.families === after?.families) return;
    const known = this.#groups.get(before.key);
    const waiting = known?.waiting ?? null;
    if (after === null || (waiting === null && this.#waiting.length >= previousWaitingMax)) {
      // What is kept is older than the push before: no difference is better than a wrong one.
      if (known !== undefined) this.#forget(known);
      return;
    }
    const group = known ?? this.#add(before.key);
    // Of two pushes that each add something, both have left an earlier state behind.
    if (waiting === null) this.#waiting.push(group);
    else if (sharesFamily(before, after)) this.#keep(group, waiting);
    group.waiting = before;
    this.#timer ??= setTimeout(() => this.settle(), previousDelayMs).unref();
  }

  /** The family of this name as it was before its last push, or `null` where nobody remembers. */
  find(id: string, name: string): StoredFamily | null {
    this.settle();
    const family = this.#groups.find(id)?.kept?.families.get(name);
    return family !== undefined && isPlain(family) ? family : null;
  }

  /** Copies what waits. */
  settle(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const group of waiting) {
      const before = group.waiting;
      // It was forgotten, and may be there anew.
      if (before === null) continue;
      group.waiting = null;
      this.#keep(group, before);
      if (group.kept === null) this.#groups.delete(group.key);
    }
  }

  #add(key: GroupingKey): Remembered {
    const group = { key, waiting: null, kept: null };
    this.#groups.set(key, group);
    return group;
  }

  #keep(group: Remembered, before: Group): void {
    const current = this.#groupOf(group.key.id);
    if (before.families instanceof FormFamilies && current !== undefined && haveSameForm(before.families, current.families)) {
      this.#put(group, { families: before.families, bytes: before.families.weight + overheadBytes });
      return;
    }
    const families = new Map([...(group.kept?.families.values() ?? [])].map((family) => [family.name, family]));
    this.#drop(group);
    for (const name of families.keys()) if (current?.families.has(name) !== true) families.delete(name);
    for (const family of before.families.values()) {
      // A push that adds leaves the other families as they are, and what was before them.
      if (current?.families.get(family.name) === family) continue;
      families.delete(family.name);
      if (isPlain(family) && current?.families.has(family.name) === true) families.set(family.name, family);
    }
    let bytes = 0;
    for (const family of families.values()) bytes += bytesOf(family);
    if (families.size === 0 || bytes > previousGroupBytesMax) return;
    for (const [name, family] of families) families.set(name, copyFamily(family));
    this.#put(group, { families, bytes });
  }

  #put(group: Remembered, kept: KeptFamilies): void {
    this.#drop(group);
    group.kept = kept;
    this.#kept.add(group);
    this.#bytes += kept.bytes;
    for (const oldest of this.#kept) {
      if (this.#bytes <= this.#bytesMax) break;
      this.#drop(oldest);
      if (oldest.waiting === null && oldest !== group) this.#groups.delete(oldest.key);
    }
  }

  /** Forgets what is kept of a group. */
  #drop(group: Remembered): void {
    if (group.kept === null) return;
    this.#bytes -= group.kept.bytes;
    group.kept = null;
    this.#kept.delete(group);
  }

  /** Forgets all of a group. It may stand among those that wait, with nothing. */
  #forget(group: Remembered): void {
    this.#drop(group);
    group.waiting = null;
    this.#groups.delete(group.key);
  }
}

/** Allowed for the objects around a text. */
const overheadBytes = 256;

interface KeptFamilies {
  readonly families: FamilyTable;
  readonly bytes: number;
}

/** A group of which something is kept, or waits to be. */
interface Remembered {
  readonly key: GroupingKey;
  waiting: Group | null;
  kept: KeptFamilies | null;
}

function sharesFamily(before: Group, after: Group): boolean {
  if (haveSameForm(before.families, after.families)) return false;
  for (const family of before.families.values()) if (after.families.get(family.name) === family) return true;
  return false;
}

function isPlain({ type, flaw }: StoredFamily): boolean {
  return flaw === null && (type === 'counter' || type === 'gauge' || type === 'untyped');
}

function bytesOf({ home, protobuf }: StoredFamily): number {
  return home.end - home.start + (protobuf?.length ?? 0) + overheadBytes;
}

function copyFamily(family: StoredFamily): StoredFamily {
  const { home, protobuf } = family;
  const bytes = Buffer.from(home.bytes.subarray(home.start, home.end));
  return { ...family, home: { bytes, start: 0, end: bytes.length }, protobuf: protobuf === null ? null : Uint8Array.from(protobuf) };
}
