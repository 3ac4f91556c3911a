import type { Clock } from '../../base/clock.ts';
import { formatRfc3339Nano } from '../../exposition/metrics-json.ts';
import type { GroupChange } from '../../store/metric-store.ts';
import { tooManyListeners } from '../errors.ts';
import { eventGroupsMax, eventIntervalMs, heartbeatIntervalMs, listenersMax } from '../limits.ts';
import type { ChangeEvent, ChangeKind } from '../types.ts';
import { encodeGroupId } from './group-id.ts';
import { Listener } from './listener.ts';

/** What happened since the last event. */
interface Gathered {
  readonly counts: Record<ChangeKind, number>;
  /** The last thing that happened to each group, the latest last. */
  readonly kinds: Map<string, ChangeKind>;
  isTruncated: boolean;
}

/**
 * Tells listeners of changes, gathered to at most one event each half second. One event is made for all of them; without listeners a change
 * costs nothing.
 */
export class ChangeHub {
  readonly #clock: Clock;
  readonly #listeners = new Set<Listener>();
  #gathered: Gathered = gatherNothing();
  #timer: NodeJS.Timeout | null = null;
  #lastSentMs = 0;
  #isClosed = false;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get listenerCount(): number {
    return this.#listeners.size;
  }

  /** A stream of server-sent events, until the peer goes away or the hub is closed. Throws `PG_EVENTS_FULL` when as many listen as may. */
  listen(): AsyncIterable<Uint8Array> {
    if (this.#isClosed) throw tooManyListeners('cannot send events: the server is stopping');
    if (this.#listeners.size >= listenersMax)
      throw tooManyListeners(`cannot send events: ${listenersMax} clients listen already; try again later`);
    const listener = new Listener(() => this.#forget(listener));
    this.#listeners.add(listener);
    this.#timer ??= setInterval(() => this.#tick(), eventIntervalMs).unref();
    // Browsers wait as long before they come back.
    listener.send(': hello\nretry: 3000\n\n');
    return listener;
  }

  /** Tells of changes that became visible. Hot path: once per push. */
  apply(changes: readonly GroupChange[]): void {
    if (this.#listeners.size === 0) return;
    for (const { key, before, after } of changes) this.note(key.id, kindOf(before, after));
  }

  /** Tells of a thing that happened to a group, such as a push that could not be read. */
  note(id: string, kind: ChangeKind): void {
    if (this.#listeners.size === 0) return;
    const { counts, kinds } = this.#gathered;
    counts[kind]++;
    kinds.delete(id);
    kinds.set(id, kind);
    if (kinds.size <= eventGroupsMax) return;
    this.#gathered.isTruncated = true;
    for (const oldest of kinds.keys()) {
      kinds.delete(oldest);
      break;
    }
  }

  /** Ends all streams: the server could not stop while they are open. */
  close(): void {
    this.#isClosed = true;
    for (const listener of [...this.#listeners]) listener.close();
  }

  #tick(): void {
    const nowMs = performance.now();
    if (this.#gathered.kinds.size > 0) {
      this.#sendToAll(`event: change\ndata: ${JSON.stringify(this.#takeEvent())}\n\n`);
      this.#lastSentMs = nowMs;
    } else if (nowMs - this.#lastSentMs >= heartbeatIntervalMs) {
      this.#sendToAll(': alive\n\n');
      this.#lastSentMs = nowMs;
    }
  }

  #takeEvent(): ChangeEvent {
    const { counts, kinds, isTruncated } = this.#gathered;
    this.#gathered = gatherNothing();
    const groups = [...kinds].map(([id, kind]) => ({ id: encodeGroupId(id), kind }));
    return { time: formatRfc3339Nano(this.#clock.nowMs()), ...counts, groups, is_truncated: isTruncated };
  }

  #sendToAll(text: string): void {
    for (const listener of this.#listeners) listener.send(text);
  }

  #forget(listener: Listener): void {
    this.#listeners.delete(listener);
    if (this.#listeners.size > 0 || this.#timer === null) return;
    clearInterval(this.#timer);
    this.#timer = null;
    this.#gathered = gatherNothing();
  }
}

function gatherNothing(): Gathered {
  return { counts: { pushed: 0, failed: 0, deleted: 0 }, kinds: new Map(), isTruncated: false };
}

function kindOf(before: GroupChange['before'], after: GroupChange['after']): ChangeKind {
  if (after === null) return 'deleted';
  return after.pushTimeSeconds === (before?.pushTimeSeconds ?? 0) ? 'failed' : 'pushed';
}
