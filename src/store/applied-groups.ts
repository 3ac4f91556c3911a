import type { RateLimitedLog } from '../base/rate-limited-log.ts';
import type { ExposedFamily, Exposition } from '../exposition/exposed-family.ts';
import { haveSameForm, headsOf } from '../exposition/form-families.ts';
import type { Group } from '../model/group.ts';
import { GroupMap } from '../model/group-map.ts';
import type { GroupingKey } from '../model/grouping-key.ts';
import type { StoredFamily } from '../model/stored-family.ts';
import { describeKey } from './consistency-index.ts';
import { ExpositionIndex } from './exposition-index.ts';
import { FreeSlots } from './free-slots.ts';
import { exposePushTimes, pushTimeName } from './push-times.ts';
import type { Quarantine } from './quarantine.ts';

/** The groups whose writes were applied, each at its place in the exposition, and which of their families are exposed. */
export class AppliedGroups {
  readonly #groups = new GroupMap<PlacedGroup>();
  /** By their places; the place of one that went is given to a new one. */
  readonly #bySlot: (Group | null)[] = [];
  readonly #freeSlots = new FreeSlots();
  readonly #exposition: ExpositionIndex;
  readonly #quarantine: Quarantine;
  readonly #log: RateLimitedLog;
  /** What scrapes see, until something changes: all groups, those that show their times, and all families. */
  #groupsSeen: readonly (Group | null)[] | null = null;
  #timesSeen: TimesSeen = { slots: [], families: [] };
  #areTimesKnown = false;
  #familiesSeen: FamiliesSeen | null = null;

  /** What `quarantine` holds is not exposed. `log` is told of each family left out now and then, and of HELPs that differ. */
  constructor(quarantine: Quarantine, log: RateLimitedLog) {
    this.#quarantine = quarantine;
    this.#log = log;
    this.#exposition = new ExpositionIndex((name, helps) => {
      log.warn(
        `help ${name}`,
        { family: name, helps },
        'Groups push different HELP texts for one metric family, the first in byte order is shown',
      );
    });
  }

  get size(): number {
    return this.#groups.size;
  }

  /** Names of the families that are exposed, without the push times. */
  get familyCount(): number {
    return this.#exposition.familyCount;
  }

  get(key: GroupingKey): Group | null {
    return this.#groups.get(key)?.group ?? null;
  }

  find(id: string): Group | null {
    return this.#groups.find(id)?.group ?? null;
  }

  ids(): Iterable<string> {
    return this.#groups.ids();
  }

  *[Symbol.iterator](): Generator<Group> {
    for (const { group } of this.#groups.values()) yield group;
  }

  /** What a scrape shows, as of now, in no order of names. Costs the number of groups, if anything changed since the last time. */
  readExposition(): Exposition {
    const groups = (this.#groupsSeen ??= this.#bySlot.slice());
    return { families: this.#seeFamilies(groups), groups, own: noOwn };
  }

  #seeFamilies(groups: readonly (Group | null)[]): readonly ExposedFamily[] {
    const pushed = this.#exposition.snapshot();
    const times = this.#seeTimes(groups);
    if (this.#familiesSeen?.pushed !== pushed || this.#familiesSeen.times !== times) {
      this.#familiesSeen = { pushed, times, all: [...pushed, ...times] };
    }
    return this.#familiesSeen.all;
  }

  #seeTimes(groups: readonly (Group | null)[]): readonly ExposedFamily[] {
    if (this.#areTimesKnown && this.#quarantine.size === 0) return this.#timesSeen.families;
    const slots: number[] = [];
    for (let slot = 0; slot < groups.length; slot++) {
      const group = groups[slot] as Group | null;
      if (group !== null && !this.#quarantine.has(group.key.id, pushTimeName)) slots.push(slot);
    }
    const { slots: before } = this.#timesSeen;
    const isSame = slots.length === before.length && slots.every((slot, i) => slot === before[i]);
    if (!isSame) this.#timesSeen = { slots, families: exposePushTimes(slots) };
    // Times that are held back may come back whatever happens to other groups.
    this.#areTimesKnown = this.#quarantine.size === 0;
    return this.#timesSeen.families;
  }

  /** First half of a change: what goes is no longer exposed, so that what comes finds its place free whatever the order of the changes. */
  hideGone(before: Group | null, after: Group | null): void {
    if (before === null || isSameSeries(before, after, this.#quarantine)) return;
    const slot = this.#groups.get(before.key)?.slot ?? 0;
    for (const family of before.families.values()) {
      const isShown = after?.families.get(family.name)?.type === family.type && !this.#quarantine.has(before.key.id, family.name);
      if (!isShown) this.#exposition.hide(slot, family);
    }
  }

  /** Second half: what comes is exposed, but for what is held back. */
  place(key: GroupingKey, after: Group | null): void {
    const placed = this.#groups.get(key);
    if (after === null) {
      this.#remove(key);
      return;
    }
    const slot = placed?.slot ?? this.#freeSlots.take() ?? this.#bySlot.length;
    const before = placed?.group ?? null;
    this.#bySlot[slot] = after;
    this.#groupsSeen = null;
    if (placed?.isWhole === true && isSameSeries(before, after, this.#quarantine)) {
      placed.group = after;
      return;
    }
    let isWhole = true;
    for (const family of headsOf(after.families)) {
      const reason = this.#quarantine.reasonFor(key.id, family.name);
      if (reason !== null) {
        isWhole = false;
        this.#log.warn(`left out ${family.name}`, { group: describeKey(key), reason }, 'Left a metric family out of the exposition');
      } else if (family !== before?.families.get(family.name)) {
        this.#exposition.show(slot, family, before?.families.get(family.name));
      }
    }
    if (placed === undefined) this.#areTimesKnown = false;
    this.#groups.set(key, { group: after, slot, isWhole });
  }

  /** Exposes a family of a group that was held back. */
  show(key: GroupingKey, family: StoredFamily): void {
    const placed = this.#groups.get(key);
    if (placed !== undefined) this.#exposition.show(placed.slot, family, undefined);
  }

  #remove(key: GroupingKey): void {
    const placed = this.#groups.get(key);
    if (placed === undefined) return;
    this.#groups.delete(key);
    this.#bySlot[placed.slot] = null;
    this.#groupsSeen = null;
    this.#areTimesKnown = false;
    this.#freeSlots.add(placed.slot);
  }
}

/** The groups that show their times, and the families that they show. */
interface TimesSeen {
  readonly slots: readonly number[];
  readonly families: readonly ExposedFamily[];
}

/** Those of groups and of times, and both. */
interface FamiliesSeen {
  readonly pushed: readonly ExposedFamily[];
  readonly times: readonly ExposedFamily[];
  readonly all: readonly ExposedFamily[];
}

/** Our own metrics are not the store's. */
const noOwn: Exposition['own'] = new Map();

interface PlacedGroup {
  group: Group;
  /** Its place in the exposition. */
  readonly slot: number;
  /** Whether all of its families were exposed when they came. */
  readonly isWhole: boolean;
}

/** Whether a write leaves everything of a group as it is but values and times. */
export function isSameSeries(before: Group | null, after: Group | null, quarantine: Quarantine): boolean {
  if (before === null || after === null) return false;
  return before.families === after.families || (quarantine.size === 0 && haveSameForm(before.families, after.families));
}
