import { FormFamilies, haveSameForm } from '../exposition/form-families.ts';
import type { FamilyTable } from '../model/family-table.ts';
import type { Group } from '../model/group.ts';
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
  #waiting = new Map<string, Group>();
  /** Oldest first. */
  readonly #kept = new Map<string, KeptGroup>();
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
    const { id } = before.key;
    if (after === null || (this.#waiting.size >= previousWaitingMax && !this.#waiting.has(id))) {
      // What is kept is older than the push before: no difference is better than a wrong one.
      this.#waiting.delete(id);
      this.#forget(id);
      return;
    }
    const waiting = this.#waiting.get(id);
    // Of two pushes that each add something, both have left an earlier state behind.
    if (waiting !== undefined && sharesFamily(before, after)) this.#keep(id, waiting);
    this.#waiting.set(id, before);
    this.#timer ??= setTimeout(() => this.settle(), previousDelayMs).unref();
  }

  /** The family of this name as it was before its last push, or `null` where nobody remembers. */
  find(id: string, name: string): StoredFamily | null {
    this.settle();
    const family = this.#kept.get(id)?.families.get(name);
    return family !== undefined && isPlain(family) ? family : null;
  }

  /** Copies what waits. */
  settle(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = null;
    const waiting = this.#waiting;
    // Not cleared: see `Turn` in `http/`.
    this.#waiting = new Map();
    for (const [id, before] of waiting) this.#keep(id, before);
  }

  #keep(id: string, before: Group): void {
    const current = this.#groupOf(id);
    if (before.families instanceof FormFamilies && current !== undefined && haveSameForm(before.families, current.families)) {
      this.#forget(id);
      this.#put(id, before.families, before.families.weight + overheadBytes);
      return;
    }
    const families = new Map([...(this.#kept.get(id)?.families.values() ?? [])].map((family) => [family.name, family]));
    this.#forget(id);
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
    this.#put(id, families, bytes);
  }

  #put(id: string, families: FamilyTable, bytes: number): void {
    this.#kept.set(id, { families, bytes });
    this.#bytes += bytes;
    for (const oldest of this.#kept.keys()) {
      if (this.#bytes <= this.#bytesMax) break;
      this.#forget(oldest);
    }
  }

  #forget(id: string): void {
    const kept = this.#kept.get(id);
    if (kept === undefined) return;
    this.#kept.delete(id);
    this.#bytes -= kept.bytes;
  }
}

/** Allowed for the objects around a text. */
const overheadBytes = 256;

interface KeptGroup {
  readonly families: FamilyTable;
  readonly bytes: number;
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
