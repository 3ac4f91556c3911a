import { assert } from '../base/assert.ts';
import type { Refusal } from '../base/errors.ts';
import type { RateLimitedLog } from '../base/rate-limited-log.ts';
import type { Exposition } from '../exposition/exposed-family.ts';
import { haveSameForm, headsOf, plainFamilies, settleFamilies } from '../exposition/form-families.ts';
import type { Group } from '../model/group.ts';
import { createFamilyTable, type FamilyTable } from '../model/family-table.ts';
import { createGroupingKey, type GroupingKey } from '../model/grouping-key.ts';
import type { MetricType } from '../model/metric-family.ts';
import type { StoredFamily } from '../model/stored-family.ts';
import type { WriteRequest } from '../model/write-request.ts';
import { AppliedGroups, isSameSeries } from './applied-groups.ts';
import { ConsistencyIndex, describeKey } from './consistency-index.ts';
import { inconsistentPrefix, inconsistentPush, timestampedPush } from './errors.ts';
import { createPushTimeFamily, isPushTimeName, pushFailureTimeName, pushTimeName, readPushedFailureTime } from './push-times.ts';
import { Quarantine, type QuarantinedFamily } from './quarantine.ts';
import { describeSeries } from './series.ts';

type PushRequest = Extract<WriteRequest, { families: unknown }>;

/** One group before and after a write; `null`: it does not exist. */
export interface GroupChange {
  readonly key: GroupingKey;
  readonly before: Group | null;
  readonly after: Group | null;
}

/** What becomes of a write. A refused push is a write too: it stamps the failure time. */
export interface PreparedWrite {
  readonly changes: readonly GroupChange[];
  /** `null`: accepted. */
  readonly refusal: Refusal | null;
}

export interface MetricStoreOptions {
  /** Families of ours that no push may contradict. */
  readonly ownTypes: ReadonlyMap<string, MetricType>;
  /** `false`: store what contradicts itself or others, and leave it out of the exposition (`--push.disable-consistency-check`). */
  readonly isChecked: boolean;
  /** Told of what contradicts itself: of each HELP once, of each family left out now and then. */
  readonly log: RateLimitedLog;
  /** Told of every change that became visible: pushes, deletes, wipes, replays. Must not throw, nor call the store to write. */
  readonly onApplied?: (changes: readonly GroupChange[]) => void;
}

/**
 * All groups in memory, and the one door for writes. A write goes through in two steps, so that a group log can stand between them:
 *
 *     prepareWrite   decides the outcome and reserves it: the next write is decided as if this one were in
 *     applyChanges   makes it visible to scrapes, once it is as durable as the log promises
 *     abandonChanges takes the reservation back when the log could not
 */
export class MetricStore {
  readonly #isChecked: boolean;
  readonly #onApplied: MetricStoreOptions['onApplied'];
  readonly #applied: AppliedGroups;
  /** What was prepared but not applied yet; `null`: the group goes. */
  #reserved = new Map<string, Group | null>();
  readonly #index: ConsistencyIndex;
  readonly #quarantine = new Quarantine();
  /** What of a group was held back before a change that is prepared, where something was. */
  readonly #heldBefore = new WeakMap<GroupChange, readonly QuarantinedFamily[]>();

  constructor(options: MetricStoreOptions) {
    this.#isChecked = options.isChecked;
    this.#onApplied = options.onApplied;
    this.#index = new ConsistencyIndex(options.ownTypes, {
      findFamily: (id, name) => this.#findExposed(id, name),
      findHolder: (name) => this.#findHolder(name),
    });
    this.#applied = new AppliedGroups(this.#quarantine, options.log);
  }

  get groupCount(): number {
    return this.#applied.size;
  }

  /** Families held back from the exposition, over all groups. */
  get inconsistentFamilyCount(): number {
    return this.#quarantine.size;
  }

  /** All groups as they were applied. Do not keep the iterator over an await. */
  groups(): Iterable<Group> {
    return this.#applied;
  }

  group(id: string): Group | undefined {
    return this.#applied.find(id) ?? undefined;
  }

  /** Why a family of a group is stored but not exposed, in plain words, or `null` if it is exposed. */
  inconsistencyOf(id: string, name: string): string | null {
    return this.#quarantine.reasonFor(id, name);
  }

  /** Names of the families that are exposed, without the push times. */
  get familyCount(): number {
    return this.#applied.familyCount;
  }

  /** What a scrape shows, as of now, in no order of names. Costs the number of groups; samples are not touched before a text is asked for. */
  readExposition(): Exposition {
    return this.#applied.readExposition();
  }

  /** Decides a write by the state after all writes that were prepared before it, and reserves its outcome. */
  prepareWrite(request: WriteRequest): PreparedWrite {
    switch (request.kind) {
      case 'add':
      case 'replace':
        return this.#preparePush(request);
      case 'delete': {
        const before = this.#latest(request.key);
        return { changes: before === null ? [] : [this.#reserve(before.key, before, null)], refusal: null };
      }
      case 'wipe': {
        const latest = [...this.#applied.ids(), ...this.#reserved.keys()].map((id) => this.#findLatest(id));
        const existing = new Set(latest.filter((group) => group !== null));
        return { changes: [...existing].map((group) => this.#reserve(group.key, group, null)), refusal: null };
      }
    }
  }

  /**
   * As `prepareWrite`, for a push that can be decided before earlier ones are applied: one that brings nothing but other values to a group
   * that no other write has reserved. `null` for all others.
   */
  prepareAhead(request: WriteRequest): PreparedWrite | null {
    if (request.kind === 'delete' || request.kind === 'wipe') return null;
    if (this.#quarantine.size > 0 || this.#reserved.has(request.key.id)) return null;
    const before = this.#applied.get(request.key);
    return before !== null && haveSameForm(before.families, request.families) ? this.#preparePush(request) : null;
  }

  /**
   * Makes changes visible, all at once for scrapes; each group at most once. Also takes changes that nobody prepared here: a replay, or what
   * another replica committed.
   */
  applyChanges(changes: readonly GroupChange[]): void {
    for (const { key, after } of changes) {
      const before = this.#applied.get(key);
      if (this.#reserved.get(key.id) === after) this.#reserved.delete(key.id);
      else this.#reindex(key, before, after);
      this.#applied.hideGone(before, after);
    }
    // A Map that goes on forever leaves a chain of tables behind that only a full collection breaks (see `Turn`).
    if (this.#reserved.size === 0) this.#reserved = new Map();
    for (const { key, after } of changes) this.#applied.place(key, after);
    for (const { before, after } of changes) this.#release(before, after);
    this.#onApplied?.(changes);
  }

  /** Takes back changes that were prepared and not applied, in the order in which they were prepared. */
  abandonChanges(changes: readonly GroupChange[]): void {
    for (const change of changes.toReversed()) {
      assert(this.#latest(change.key) === change.after, `the change to abandon for ${change.key.id} is not the last one reserved`);
      this.#unreserve(change);
    }
  }

  #preparePush(request: PushRequest): PreparedWrite {
    const { key, atMs } = request;
    const before = this.#latest(key);
    if (key.hasInvalidUtf8)
      return { changes: [], refusal: refuse('a value in the grouping key is not valid UTF-8; percent-encode UTF-8 bytes') };
    if (request.hasTimestamps) {
      const refusal = timestampedPush(`${inconsistentPrefix}pushed metrics must not have timestamps`);
      return { changes: this.#reserveFailure(key, before, atMs), refusal };
    }
    const after: Group = {
      key,
      families: mergeFamilies(request, before),
      pushTimeSeconds: atMs / 1000,
      failureTimeSeconds: before === null ? 0 : (readPushedFailureTime(request.families) ?? before.failureTimeSeconds),
    };
    const change = this.#reserve(key, before, after);
    const conflict = this.#isChecked ? this.#conflictOfPush(request) : null;
    if (conflict === null) return { changes: [change], refusal: null };
    this.#unreserve(change);
    return { changes: this.#reserveFailure(key, before, atMs), refusal: refuse(conflict) };
  }

  /** Why the push that was just reserved cannot be exposed, if it cannot. */
  #conflictOfPush({ key, families }: PushRequest): string | null {
    if (this.#quarantine.size === 0) return null;
    for (const name of [pushTimeName, ...families.keys()]) {
      const reason = this.#quarantine.reasonFor(key.id, name);
      if (reason !== null) return reason;
    }
    return null;
  }

  /** Stamps the failure time; a group that could not even expose its push times is not created by a refused push. */
  #reserveFailure(key: GroupingKey, before: Group | null, atMs: number): readonly GroupChange[] {
    const failureTimeSeconds = atMs / 1000;
    const after: Group =
      before === null ? { key, families: new Map(), pushTimeSeconds: 0, failureTimeSeconds } : { ...before, failureTimeSeconds };
    const change = this.#reserve(key, before, after);
    if (!this.#quarantine.has(key.id, pushTimeName)) return [change];
    this.#unreserve(change);
    return [];
  }

  #reserve(key: GroupingKey, before: Group | null, after: Group | null): GroupChange {
    const change = { key, before, after };
    const held =
      before === null || this.#quarantine.size === 0 ? [] : this.#quarantine.listHeld(key.id, [...before.families.keys(), pushTimeName]);
    if (held.length > 0) this.#heldBefore.set(change, held);
    this.#reindex(key, before, after);
    this.#reserved.set(key.id, after);
    return change;
  }

  #unreserve(change: GroupChange): void {
    const { key, before, after } = change;
    this.#reindex(key, after, before);
    if (before !== null) this.#restoreQuarantine(before, this.#heldBefore.get(change) ?? []);
    if (before === this.#applied.get(key)) this.#reserved.delete(key.id);
    else this.#reserved.set(key.id, before);
  }

  /** Holds back of a group what was held back before, and nothing else: what else is reserved may have changed what it contradicts. */
  #restoreQuarantine({ key, families }: Group, held: readonly QuarantinedFamily[]): void {
    const heldByName = new Map(held.map((entry) => [entry.family.name, entry]));
    for (const name of [...families.keys(), pushTimeName]) {
      const entry = heldByName.get(name);
      if (entry === undefined) {
        const isReleased = this.#quarantine.remove(key.id, name);
        const type = families.get(name)?.type;
        if (isReleased && type !== undefined) this.#index.add(key, name, type);
      } else {
        if (families.has(name) && !this.#quarantine.has(key.id, name)) this.#index.remove(key, name);
        this.#quarantine.restore(entry);
      }
    }
  }

  /** Moves the consistency index from one state of a group to another. What cannot be exposed goes to quarantine instead. */
  #reindex(key: GroupingKey, before: Group | null, after: Group | null): void {
    if (isSameSeries(before, after, this.#quarantine)) return;
    if (before !== null) {
      for (const family of before.families.values()) {
        if (after?.families.get(family.name)?.type !== family.type) this.#unindex(key, family.name);
      }
      if (after === null) this.#quarantine.remove(key.id, pushTimeName);
    }
    if (after === null) return;
    if (before === null) this.#checkPushTimes(after);
    for (const head of headsOf(after.families)) {
      const familyBefore = before?.families.get(head.name);
      if (familyBefore === undefined && head.flaw === null && this.#index.addAgain(key, head)) continue;
      if (head !== familyBefore) this.#enindex(key, after.families.get(head.name) as StoredFamily, familyBefore);
    }
  }

  /**
   * The push times have the labels of the key alone, so only one other group can expose equal ones: the one whose key differs in nothing
   * but an empty instance.
   */
  #checkPushTimes(group: Group): void {
    const reason = this.#pushTimeConflict(group.key);
    if (reason !== null) this.#quarantine.hold(group.key, createPushTimeFamily(group), reason);
  }

  #pushTimeConflict(key: GroupingKey): string | null {
    const twin = findTwin(key);
    if (twin === null || this.#latest(twin) === null || this.#quarantine.has(twin.id, pushTimeName)) return null;
    const series = describeSeries(pushTimeName, twin.labels.length > key.labels.length ? twin.labels : key.labels);
    return `series ${series} of this push is held by group ${describeKey(twin)} already; push with another instance, or delete that group first`;
  }

  #unindex(key: GroupingKey, name: string): void {
    if (!this.#quarantine.remove(key.id, name)) this.#index.remove(key, name);
  }

  #enindex(key: GroupingKey, family: StoredFamily, before: StoredFamily | undefined): void {
    const isIndexed = before?.type === family.type && !this.#quarantine.remove(key.id, family.name);
    const conflict = isIndexed ? this.#index.seriesConflictOf(key, family) : this.#index.conflictOf(key, family);
    const reason = family.flaw ?? conflict;
    if (reason === null) {
      if (!isIndexed) this.#index.add(key, family.name, family.type);
      return;
    }
    if (isIndexed) this.#index.remove(key, family.name);
    this.#quarantine.hold(key, family, reason);
  }

  /** Exposes what was held back because of a family that is gone now. */
  #release(before: Group | null, after: Group | null): void {
    if (before === null || this.#quarantine.size === 0) return;
    for (const name of [...before.families.keys(), pushTimeName]) {
      if (after !== null && (isPushTimeName(name) || after.families.get(name) === before.families.get(name))) continue;
      for (const { key, family } of this.#quarantine.relatedTo(name)) this.#releaseFamily(key, family);
    }
  }

  #releaseFamily(key: GroupingKey, family: StoredFamily): void {
    if (isPushTimeName(family.name)) {
      if (this.#pushTimeConflict(key) === null) this.#quarantine.remove(key.id, family.name);
      return;
    }
    if (family.flaw !== null || this.#index.conflictOf(key, family) !== null) return;
    this.#quarantine.remove(key.id, family.name);
    this.#index.add(key, family.name, family.type);
    this.#applied.show(key, family);
  }

  #latest(key: GroupingKey): Group | null {
    const reserved = this.#reserved.get(key.id);
    return reserved === undefined ? this.#applied.get(key) : reserved;
  }

  #findLatest(id: string): Group | null {
    const reserved = this.#reserved.get(id);
    return reserved === undefined ? this.#applied.find(id) : reserved;
  }

  /**
   * What a group exposes under a name, reservations included. Settled, so that its text is written once for each push of that group and not
   * for each question of others.
   */
  #findExposed(id: string, name: string): StoredFamily | undefined {
    const group = this.#findLatest(id);
    return group !== null && this.#exposes(group, name) ? settleFamilies(group.families).get(name) : undefined;
  }

  #findHolder(name: string): GroupingKey | undefined {
    for (const ids of [this.#applied.ids(), this.#reserved.keys()]) {
      for (const id of ids) {
        const group = this.#findLatest(id);
        if (group !== null && this.#exposes(group, name)) return group.key;
      }
    }
    return undefined;
  }

  #exposes({ key, families }: Group, name: string): boolean {
    return families.has(name) && !this.#quarantine.has(key.id, name);
  }
}

/** The families of a group after a push: PUT replaces them all, POST those of the pushed names. */
function mergeFamilies({ kind, families }: PushRequest, before: Group | null): FamilyTable {
  const pushed = dropPushTimes(families);
  if (kind === 'replace' || before === null || holdsAll(pushed, before.families)) return pushed;
  const merged = new Map<string, StoredFamily>();
  for (const table of [before.families, pushed]) for (const family of settleFamilies(table).values()) merged.set(family.name, family);
  return merged;
}

function dropPushTimes(families: FamilyTable): FamilyTable {
  if (!families.has(pushTimeName) && !families.has(pushFailureTimeName)) return families;
  return createFamilyTable([...plainFamilies(families).values()].filter(({ name }) => !isPushTimeName(name)));
}

function holdsAll(families: FamilyTable, others: FamilyTable): boolean {
  if (families.size < others.size) return false;
  for (const name of others.keys()) if (!families.has(name)) return false;
  return true;
}

/** The key of the one other group that exposes metrics with the same labels, where the metrics have none of their own. */
function findTwin(key: GroupingKey): GroupingKey | null {
  const labels = new Map(key.labels.map(({ name, value }) => [name, value]));
  const instance = labels.get('instance');
  if (instance === undefined) labels.set('instance', '');
  else if (instance === '') labels.delete('instance');
  else return null;
  return createGroupingKey(labels);
}

function refuse(reason: string): Refusal {
  return inconsistentPush(inconsistentPrefix + reason);
}
