import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { GroupingKey } from '../model/grouping-key.ts';
import type { MetricFamily } from '../model/metric-family.ts';
import type { PushMethod } from './config/agent-config.ts';
import type { Gateway } from './gateway.ts';
import { firstRetryMs } from './limits.ts';
import { describeClashes, mergeFamilies } from './merge-families.ts';
import { writeExposition } from './write-exposition.ts';

/** What may change with the configuration. */
export interface GroupPusherSettings {
  /** Who pushes into the group. Where two of them clash, the first one wins. */
  readonly sources: readonly string[];
  readonly method: PushMethod;
  readonly deletesOnStop: boolean;
  /** The longest wait before another try: the shortest interval of the group, since newer values come by then. */
  readonly retryMsMax: number;
}

export interface GroupPusherOptions extends GroupPusherSettings {
  readonly key: GroupingKey;
  readonly gateway: Gateway;
  readonly clock: Clock;
  readonly logger: Logger;
}

/**
 * Pushes what the collectors of one group brought, all of it together, one push at a time. What comes while a push is under way or waits for
 * the gateway takes the place of what came before: of old values none is kept.
 */
export class GroupPusher {
  readonly key: GroupingKey;
  readonly counts: { pushes: number; failures: number; lastPushSeconds: number | null } = { pushes: 0, failures: 0, lastPushSeconds: null };
  readonly #options: GroupPusherOptions;
  #settings: GroupPusherSettings;
  readonly #newest = new Map<string, readonly MetricFamily[]>();
  #hasNews = false;
  #pump: Promise<void> | null = null;
  /** Ends a wait for the next try. */
  readonly #stopping = new AbortController();
  /** Ends a push under way. */
  readonly #ending = new AbortController();
  #refusal: string | null = null;
  #clash: string | null = null;

  constructor(options: GroupPusherOptions) {
    this.key = options.key;
    this.#options = options;
    this.#settings = options;
  }

  /** `{job="a",instance="b"}` */
  get name(): string {
    const labels = this.key.labels.map(({ name, value }) => `${name}=${JSON.stringify(value)}`);
    return `{${labels.join(',')}}`;
  }

  configure(settings: GroupPusherSettings): void {
    this.#settings = settings;
  }

  /** What this collector brought last. Pushed as soon as may be. */
  offer(collector: string, families: readonly MetricFamily[]): void {
    this.#newest.set(collector, families);
    this.#pushSoon();
  }

  /** Forgets what this collector brought; the group loses it with its next push. */
  forget(collector: string): void {
    if (!this.#newest.delete(collector) || this.#newest.size === 0) return;
    this.#pushSoon();
  }

  /** Pushes what has not been pushed yet, or deletes the group if that is wanted; one try, until `limit` ends it. */
  async stop(limit: AbortSignal): Promise<void> {
    this.#stopping.abort();
    limit.addEventListener('abort', () => this.#ending.abort(), { once: true });
    if (limit.aborted) this.#ending.abort();
    await this.#pump;
    if (limit.aborted) return;
    if (this.#settings.deletesOnStop) await this.#delete(limit);
    else if (this.#hasNews) await this.#push();
  }

  #pushSoon(): void {
    this.#hasNews = true;
    if (this.#stopping.signal.aborted) return;
    this.#pump ??= this.#pushNews().finally(() => (this.#pump = null));
  }

  async #pushNews(): Promise<void> {
    let tries = 0;
    while (this.#hasNews && !this.#stopping.signal.aborted) {
      const mayRetry = (await this.#push()) === 'unreachable';
      if (!mayRetry) {
        tries = 0;
        continue;
      }
      this.#hasNews = true;
      await this.#wait(Math.min(firstRetryMs * 2 ** tries++, this.#settings.retryMsMax));
    }
  }

  async #wait(delayMs: number): Promise<void> {
    // A stop ends the wait: nothing else does.
    await sleep(delayMs, undefined, { signal: this.#stopping.signal }).catch(() => {});
  }

  async #push(): Promise<'done' | 'refused' | 'unreachable'> {
    const { gateway, clock } = this.#options;
    this.#hasNews = false;
    const sources = this.#settings.sources.map((name) => ({ name, families: this.#newest.get(name) ?? [] }));
    const { families, clashes } = mergeFamilies(sources, this.key);
    this.#tellClashes(describeClashes(clashes));
    this.counts.pushes++;
    const outcome = await gateway
      .push(this.key, writeExposition(families), this.#settings.method, this.#ending.signal)
      .catch(() => 'unreachable' as const);
    if (outcome === 'done') this.counts.lastPushSeconds = clock.nowMs() / 1000;
    else this.counts.failures++;
    if (outcome === 'unreachable') return outcome;
    this.#tellRefusal(outcome === 'done' ? null : outcome.refused);
    return outcome === 'done' ? 'done' : 'refused';
  }

  async #delete(limit: AbortSignal): Promise<void> {
    const { gateway, logger } = this.#options;
    const outcome = await gateway.delete(this.key, limit).catch(() => 'unreachable' as const);
    if (outcome === 'done') logger.info({ group: this.name }, 'Deleted the group');
    else logger.warn({ group: this.name, reason: outcome === 'unreachable' ? outcome : outcome.refused }, 'Cannot delete the group');
  }

  #tellRefusal(refusal: string | null): void {
    if (refusal !== null && refusal !== this.#refusal) {
      this.#options.logger.error({ group: this.name, reason: refusal }, 'The gateway refuses the push of a group');
    }
    if (refusal === null && this.#refusal !== null)
      this.#options.logger.info({ group: this.name }, 'The gateway takes the push of the group again');
    this.#refusal = refusal;
  }

  #tellClashes(clash: string | null): void {
    if (clash !== null && clash !== this.#clash)
      this.#options.logger.warn({ group: this.name, clash }, 'Cannot push everything of a group');
    this.#clash = clash;
  }
}
