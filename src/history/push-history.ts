import { errorLengthMax, historyIdsLengthMax, recordsMax, recordsPerGroupMax, userAgentLengthMax, userAgentsSharedMax } from './limits.ts';
import { GroupMap } from '../model/group-map.ts';
import type { GroupingKey } from '../model/grouping-key.ts';
import { noRecord, RecordColumns } from './record-columns.ts';
import type { WriteRecord } from './write-record.ts';

/**
 * The latest writes to each group, in memory alone. Bounded for each group and over all of them: what is written often does not push out what
 * is written rarely, until there is too much of all.
 */
export class PushHistory {
  readonly #groups = new GroupMap<GroupHistory>();
  readonly #failing = new Map<string, WriteRecord>();
  readonly #userAgents = new Map<string, string>();
  readonly #recordsMax: number;
  readonly #columns = new RecordColumns();
  /** Whose record it is, by slot. */
  readonly #owners: GroupHistory[] = [];
  // All records from the oldest to the newest.
  #oldest = noRecord;
  #newest = noRecord;
  #count = 0;
  /** Characters of the ids of all groups. */
  #idsLength = 0;

  constructor(recordsMaximum: number = recordsMax) {
    this.#recordsMax = recordsMaximum;
  }

  /** Records kept, over all groups. */
  get recordCount(): number {
    return this.#count;
  }

  /** Groups whose latest push was refused or failed, with that push. */
  get failing(): ReadonlyMap<string, WriteRecord> {
    return this.#failing;
  }

  /** Remembers a write to a group. Hot path: once per push; guarded by `test/history`. */
  record(key: GroupingKey, record: WriteRecord): void {
    let group = this.#groups.get(key);
    if (group === undefined) {
      group = { key, oldest: noRecord, newest: noRecord, count: 0 };
      this.#groups.set(key, group);
      this.#idsLength += key.id.length;
    }
    if (record.outcome === 'stored') {
      if (this.#failing.size > 0) this.#failing.delete(key.id);
    } else if (isPush(record)) this.#failing.set(key.id, record);
    this.#append(group, record);
    if (group.count > recordsPerGroupMax) this.#removeOldestOf(group);
    while (this.#count > this.#recordsMax || this.#idsLength > historyIdsLengthMax) {
      this.#removeOldestOf(this.#owners[this.#oldest] as GroupHistory);
    }
  }

  /** The writes to a group that are remembered, newest first. */
  of(id: string): WriteRecord[] {
    const records: WriteRecord[] = [];
    let slot = this.#groups.find(id)?.oldest ?? noRecord;
    for (; slot !== noRecord; slot = this.#columns.newerOfGroup[slot] as number) records.push(this.#columns.read(slot));
    return records.reverse();
  }

  /** The latest write to a group. */
  latest(id: string): WriteRecord | null {
    const slot = this.#groups.find(id)?.newest ?? noRecord;
    return slot === noRecord ? null : this.#columns.read(slot);
  }

  /** The latest push to a group that was refused or failed. */
  latestFailure(id: string): WriteRecord | null {
    return this.of(id).find((record) => record.outcome !== 'stored' && isPush(record)) ?? null;
  }

  /** A user agent as a record keeps it: cut off, and the same string for all that are equal. */
  shareUserAgent(userAgent: string | undefined): string | null {
    if (userAgent === undefined) return null;
    const cut = cutOff(userAgent, userAgentLengthMax);
    const shared = this.#userAgents.get(cut);
    if (shared !== undefined) return shared;
    if (this.#userAgents.size < userAgentsSharedMax) this.#userAgents.set(cut, cut);
    return cut;
  }

  #append(group: GroupHistory, record: WriteRecord): void {
    const slot = this.#columns.add(record);
    const { older, newer, newerOfGroup } = this.#columns;
    this.#owners[slot] = group;
    older[slot] = this.#newest;
    if (this.#newest === noRecord) this.#oldest = slot;
    else newer[this.#newest] = slot;
    this.#newest = slot;
    if (group.newest === noRecord) group.oldest = slot;
    else newerOfGroup[group.newest] = slot;
    group.newest = slot;
    group.count++;
    this.#count++;
  }

  #removeOldestOf(group: GroupHistory): void {
    const { older, newer, newerOfGroup } = this.#columns;
    const slot = group.oldest;
    const before = older[slot] as number;
    const after = newer[slot] as number;
    if (before === noRecord) this.#oldest = after;
    else newer[before] = after;
    if (after === noRecord) this.#newest = before;
    else older[after] = before;
    group.oldest = newerOfGroup[slot] as number;
    group.count--;
    this.#count--;
    this.#columns.remove(slot);
    if (group.count > 0) return;
    this.#groups.delete(group.key);
    this.#idsLength -= group.key.id.length;
    this.#failing.delete(group.key.id);
  }
}

/** A deletion that went wrong leaves the group as it was. */
function isPush({ method }: WriteRecord): boolean {
  return method !== 'DELETE';
}

/** An error text as a record keeps it. */
export function cutError(message: string): string {
  return cutOff(message, errorLengthMax);
}

/** Copies what it cuts: a part of a string would hold the whole. */
function cutOff(text: string, lengthMax: number): string {
  return text.length <= lengthMax ? text : Buffer.from(`${text.slice(0, lengthMax)}…`).toString();
}

/** The records of a group; slots of the columns. */
interface GroupHistory {
  readonly key: GroupingKey;
  oldest: number;
  newest: number;
  count: number;
}
