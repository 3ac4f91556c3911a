/**
 * What clients did to one group, and what may therefore be found in it after a crash: the state after the last acknowledged write, or
 * after a write that may have come later: one that ran beside it, or one that was never answered.
 */

/** Unix milliseconds between which a time must lie; both 0 for never. */
export interface TimeRange {
  readonly fromMs: number;
  readonly toMs: number;
}

/** A group as a page shows it, or as it should. */
export interface GroupState {
  /** Sample lines without the grouping labels, sorted, by family name. */
  readonly families: ReadonlyMap<string, string>;
  readonly pushed: TimeRange;
  readonly failed: TimeRange;
}

export type WriteKind = 'replace' | 'add' | 'refused' | 'delete';

/** One write as its client saw it. */
export interface WriteRecord {
  readonly kind: WriteKind;
  readonly families: ReadonlyMap<string, string>;
  readonly sentMs: number;
  /** `null`: the server died before it answered. */
  answeredMs: number | null;
}

export const never: TimeRange = { fromMs: 0, toMs: 0 };

/** How far the clocks of two processes may be apart; the server's follows the wall clock within 5 ms. */
const clockSlackMs = 20;

/** The writes to one group in one life of the server. */
export class WriteHistory {
  #initial: GroupState | null = null;
  #writes: WriteRecord[] = [];

  get writes(): readonly WriteRecord[] {
    return this.#writes;
  }

  add(write: WriteRecord): void {
    this.#writes.push(write);
  }

  /** Begins anew with what was found after a restart, or with nothing after a wipe. */
  restart(found: GroupState | null): void {
    this.#initial = found;
    this.#writes = [];
  }

  /** Every state that may be found after the process died at `diedMs`. */
  possibleStates(diedMs: number): (GroupState | null)[] {
    if (this.#hasOverlap()) return this.#lastWriters().map((write) => (write === null ? this.#initial : applyWrite(null, write, diedMs)));
    const states: (GroupState | null)[] = [];
    let state = this.#initial;
    for (const write of this.#writes) {
      if (write.answeredMs === null) states.push(state);
      state = applyWrite(state, write, diedMs);
    }
    return [...states, state];
  }

  /** Writes of several clients at once: then only whole states are written (replace, delete), so that their order does not matter. */
  #hasOverlap(): boolean {
    return this.#writes.some((write, i) => {
      const before = this.#writes[i - 1];
      return before !== undefined && (before.answeredMs === null || before.answeredMs > write.sentMs);
    });
  }

  /** The writes that may have been the last one: no other was sent after their answer and acknowledged. `null`: none was. */
  #lastWriters(): (WriteRecord | null)[] {
    const lastSentMs = Math.max(...this.#writes.map(({ sentMs, answeredMs }) => (answeredMs === null ? -Infinity : sentMs)));
    const candidates = this.#writes.filter(({ answeredMs }) => answeredMs === null || answeredMs >= lastSentMs);
    return lastSentMs === -Infinity ? [null, ...candidates] : candidates;
  }
}

/** The group after a write (SPEC §4.2): POST replaces the families of the pushed names, a refused push only stamps its time. */
function applyWrite(before: GroupState | null, { kind, families, sentMs, answeredMs }: WriteRecord, diedMs: number): GroupState | null {
  const at: TimeRange = { fromMs: sentMs - clockSlackMs, toMs: (answeredMs ?? diedMs) + clockSlackMs };
  const { failed, ...old } = before ?? { families: new Map<string, string>(), pushed: never, failed: never };
  switch (kind) {
    case 'delete':
      return null;
    case 'refused':
      return { ...old, failed: at };
    case 'replace':
      return { families, pushed: at, failed };
    case 'add':
      return { families: new Map([...old.families, ...families]), pushed: at, failed };
  }
}

/** Whether what was found is what should be. */
export function isSameState(found: GroupState | null, wanted: GroupState | null): boolean {
  if (found === null || wanted === null) return found === wanted;
  const holds = ({ fromMs }: TimeRange, range: TimeRange): boolean => fromMs >= range.fromMs && fromMs <= range.toMs;
  return holds(found.pushed, wanted.pushed) && holds(found.failed, wanted.failed) && describeFamilies(found) === describeFamilies(wanted);
}

export function describeState(state: GroupState | null): string {
  if (state === null) return 'no group';
  const { pushed, failed } = state;
  return `pushed ${pushed.fromMs}..${pushed.toMs}, failed ${failed.fromMs}..${failed.toMs}, ${describeFamilies(state)}`;
}

function describeFamilies({ families }: GroupState): string {
  return JSON.stringify([...families].sort(([a], [b]) => (a < b ? -1 : 1)));
}
