import { errorLengthMax, recordsMax, recordsPerGroupMax, userAgentLengthMax, userAgentsSharedMax } from './limits.ts';

/** `stored`: as asked; `refused`: the caller's fault; `failed`: the server could not store it. */
export type WriteOutcome = 'stored' | 'refused' | 'failed';

/** What else the same request wrote to: nothing, the groups that it named, all there were. */
export type WriteScope = 'group' | 'selection' | 'wipe';

/** One write to a group. */
export interface WriteRecord {
  /** When it arrived: Unix milliseconds. */
  readonly atMs: number;
  readonly method: string;
  readonly scope: WriteScope;
  readonly outcome: WriteOutcome;
  /** Of the answer. */
  readonly status: number;
  /** Why it was not stored. */
  readonly error: string | null;
  /** Of the body, unpacked. */
  readonly bytes: number;
  readonly samples: number;
  readonly durationMs: number;
  /** `host:port`. */
  readonly remoteAddress: string;
  readonly userAgent: string | null;
}

/**
 * The latest writes to each group, in memory alone. Bounded for each group and over all of them: what is written often does not push out what
 * is written rarely, until there is too much of all.
 */
export class PushHistory {
  readonly #groups = new Map<string, GroupHistory>();
  readonly #failing = new Map<string, WriteRecord>();
  readonly #userAgents = new Map<string, string>();
  readonly #recordsMax: number;
  // All records from the oldest to the newest.
  #oldest: Entry | null = null;
  #newest: Entry | null = null;
  #count = 0;

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

  /** Remembers a write to the group of this id (`GroupingKey.id`). Hot path: once per push; guarded by `test/history`. */
  record(id: string, record: WriteRecord): void {
    let group = this.#groups.get(id);
    if (group === undefined) {
      group = { id, oldest: null, newest: null, count: 0 };
      this.#groups.set(id, group);
    }
    if (record.outcome === 'stored') {
      if (this.#failing.size > 0) this.#failing.delete(id);
    } else if (isPush(record)) this.#failing.set(id, record);
    this.#append(group, record);
    if (group.count > recordsPerGroupMax && group.oldest !== null) this.#remove(group.oldest);
    if (this.#count > this.#recordsMax && this.#oldest !== null) this.#remove(this.#oldest);
  }

  /** The writes to a group that are remembered, newest first. */
  of(id: string): WriteRecord[] {
    const records: WriteRecord[] = [];
    for (let entry = this.#groups.get(id)?.newest ?? null; entry !== null; entry = entry.olderOfGroup) records.push(entry.record);
    return records;
  }

  /** The latest write to a group. */
  latest(id: string): WriteRecord | null {
    return this.#groups.get(id)?.newest?.record ?? null;
  }

  /** The latest push to a group that was refused or failed. */
  latestFailure(id: string): WriteRecord | null {
    for (let entry = this.#groups.get(id)?.newest ?? null; entry !== null; entry = entry.olderOfGroup) {
      if (entry.record.outcome !== 'stored' && isPush(entry.record)) return entry.record;
    }
    return null;
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
    const entry: Entry = { record, group, older: this.#newest, newer: null, olderOfGroup: group.newest, newerOfGroup: null };
    if (this.#newest === null) this.#oldest = entry;
    else this.#newest.newer = entry;
    this.#newest = entry;
    if (group.newest === null) group.oldest = entry;
    else group.newest.newerOfGroup = entry;
    group.newest = entry;
    group.count++;
    this.#count++;
  }

  /** Takes out the oldest record of a group. */
  #remove(entry: Entry): void {
    const { group, older, newer, newerOfGroup } = entry;
    if (older === null) this.#oldest = newer;
    else older.newer = newer;
    if (newer === null) this.#newest = older;
    else newer.older = older;
    group.oldest = newerOfGroup;
    group.count--;
    this.#count--;
    if (newerOfGroup !== null) {
      newerOfGroup.olderOfGroup = null;
      return;
    }
    this.#groups.delete(group.id);
    this.#failing.delete(group.id);
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

interface GroupHistory {
  readonly id: string;
  oldest: Entry | null;
  newest: Entry | null;
  count: number;
}

/** A record in two chains: of its group, and of all. */
interface Entry {
  readonly record: WriteRecord;
  readonly group: GroupHistory;
  older: Entry | null;
  newer: Entry | null;
  olderOfGroup: Entry | null;
  newerOfGroup: Entry | null;
}
