import { setMaxListeners } from 'node:events';
import { assert } from '../base/assert.ts';
import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import { CollectorRunner } from './collector-runner.ts';
import { chooseCollector } from './collectors/choose-collector.ts';
import type { AgentConfig, CollectorConfig } from './config/agent-config.ts';
import { Gateway } from './gateway.ts';
import { GroupPusher, type GroupPusherSettings } from './group-pusher.ts';
import { lastPushesMsMax } from './limits.ts';
import { collectOwnFamilies } from './own-metrics.ts';
import { createRunState, type RunState } from './run-state.ts';
import { Schedule } from './schedule.ts';

export interface AgentOptions {
  readonly config: AgentConfig;
  readonly version: string;
  readonly clock: Clock;
  readonly logger: Logger;
  /** A number from 0 up to 1, for spreading. */
  readonly random: () => number;
}

/** Under this name the agent's own health is offered; no collector can bear it, since theirs are not empty. */
const ownSource = '';

/** Collectors at work, and the groups that they are pushed under. Begins at once; runs until it is stopped. */
export class Agent {
  readonly #options: AgentOptions;
  readonly #startSeconds: number;
  readonly #gateway: Gateway;
  #config: AgentConfig;
  #configReadSeconds: number;
  #isConfigCurrent = true;
  /** By name. */
  readonly #runners = new Map<string, CollectorRunner>();
  /** What this system cannot have. */
  #lacking: readonly CollectorConfig[] = [];
  /** By the id of the grouping key, the agent's own among them. */
  readonly #pushers = new Map<string, GroupPusher>();
  #ownSchedule: Schedule;
  /** One reload after the other, and a stop after all of them. */
  #change: Promise<void> = Promise.resolve();

  constructor(options: AgentOptions) {
    const { config, clock, logger } = options;
    this.#options = options;
    this.#config = config;
    this.#startSeconds = this.#configReadSeconds = clock.nowMs() / 1000;
    this.#gateway = new Gateway(config.gateway, logger);
    this.#startCollectors(config);
    this.#ownSchedule = this.#scheduleOwn();
  }

  /** Takes over a configuration: what has not changed goes on as it is, with all that it remembers. */
  reload(config: AgentConfig): Promise<void> {
    this.#change = this.#change.then(() => this.#replaceConfig(config));
    return this.#change;
  }

  /** The file could not be used: the configuration before stays. */
  keepConfig(error: Error): void {
    this.#isConfigCurrent = false;
    this.#options.logger.error({ err: error }, 'Cannot reload the configuration; the one before stays in use');
  }

  /** Ends all collectors, pushes what they brought last, and deletes the groups for which that is wanted. Takes a bounded time. */
  async stop(): Promise<void> {
    await this.#change;
    this.#ownSchedule.stop();
    await Promise.all([...this.#runners.values()].map((runner) => runner.stop(this.#config.own.stopTimeoutMs)));
    const own = this.#ownPusher();
    const limit = limitLastPushes();
    const others = [...this.#pushers.values()].filter((pusher) => pusher !== own);
    await Promise.all(others.map((pusher) => pusher.stop(limit)));
    this.#offerOwn();
    await own.stop(limit);
  }

  async #replaceConfig(config: AgentConfig): Promise<void> {
    this.#config = config;
    this.#configReadSeconds = this.#options.clock.nowMs() / 1000;
    this.#isConfigCurrent = true;
    this.#gateway.configure(config.gateway);
    const kept = new Map(config.collectors.map(({ name, fingerprint }) => [name, fingerprint]));
    const ended = [...this.#runners.values()].filter(({ config: { name, fingerprint } }) => kept.get(name) !== fingerprint);
    for (const {
      config: { name },
    } of ended)
      this.#runners.delete(name);
    await Promise.all(ended.map((runner) => runner.stop(0)));
    for (const {
      config: { name, key },
    } of ended)
      this.#pushers.get(key.id)?.forget(name);
    await this.#endPushers(config);
    const started = this.#startCollectors(config);
    this.#ownSchedule.stop();
    this.#ownSchedule = this.#scheduleOwn();
    this.#options.logger.info({ started, ended: ended.length, collectors: this.#runners.size }, 'Configuration reloaded');
  }

  /** Groups that nobody pushes to any more. */
  async #endPushers(config: AgentConfig): Promise<void> {
    const wanted = new Set([config.own.key.id, ...config.collectors.map(({ key }) => key.id)]);
    const ended = [...this.#pushers].filter(([id]) => !wanted.has(id));
    for (const [id] of ended) this.#pushers.delete(id);
    const limit = limitLastPushes();
    await Promise.all(ended.map(([, pusher]) => pusher.stop(limit)));
  }

  /** Starts those that do not run yet, and says how many. */
  #startCollectors(config: AgentConfig): number {
    const { own } = config;
    this.#configurePusher(own.key.id, own.key, {
      sources: [ownSource],
      method: 'replace',
      deletesOnStop: own.deletesOnStop,
      retryMsMax: own.intervalMs,
    });
    const lacking: CollectorConfig[] = [];
    let started = 0;
    for (const collector of config.collectors) {
      const sharing = config.collectors.filter(({ key }) => key.id === collector.key.id);
      const sources = sharing.map(({ name }) => name);
      const retryMsMax = Math.min(...sharing.map(({ intervalMs }) => intervalMs));
      const pusher = this.#configurePusher(collector.key.id, collector.key, { ...collector, sources, retryMsMax });
      if (this.#runners.has(collector.name)) continue;
      if (this.#startCollector(collector, pusher)) started++;
      else lacking.push(collector);
    }
    this.#lacking = lacking;
    return started;
  }

  #startCollector(config: CollectorConfig, pusher: GroupPusher): boolean {
    const { clock, logger, random } = this.#options;
    const { collector, lack } = chooseCollector(config);
    if (lack !== null)
      logger.warn({ collector: config.name, lack }, collector === null ? 'A collector cannot run here' : 'A collector can do less here');
    if (collector === null) return false;
    const onCollected = pusher.offer.bind(pusher, config.name);
    this.#runners.set(config.name, new CollectorRunner({ config, collector, clock, logger, random, onCollected }));
    return true;
  }

  #configurePusher(id: string, key: GroupPusher['key'], settings: GroupPusherSettings): GroupPusher {
    const { clock, logger } = this.#options;
    const pusher = this.#pushers.get(id) ?? new GroupPusher({ ...settings, key, gateway: this.#gateway, clock, logger });
    pusher.configure(settings);
    this.#pushers.set(id, pusher);
    return pusher;
  }

  #scheduleOwn(): Schedule {
    const { intervalMs } = this.#config.own;
    return new Schedule(Math.min(1000, intervalMs) * this.#options.random(), intervalMs, () => this.#offerOwn());
  }

  #ownPusher(): GroupPusher {
    const pusher = this.#pushers.get(this.#config.own.key.id);
    assert(pusher !== undefined, 'the agent has a pusher of its own');
    return pusher;
  }

  #offerOwn(): void {
    const running = [...this.#runners.values()].map(({ config, state }) => ({ name: config.name, kind: config.source.kind, state }));
    const lacking = this.#lacking.map(({ name, source }) => ({ name, kind: source.kind, state: lackingState() }));
    const families = collectOwnFamilies({
      version: this.#options.version,
      startSeconds: this.#startSeconds,
      isConfigCurrent: this.#isConfigCurrent,
      configReadSeconds: this.#configReadSeconds,
      collectors: [...running, ...lacking],
      groups: [...this.#pushers.values()],
    });
    this.#ownPusher().offer(ownSource, families);
  }
}

/** Ends the last pushes of any number of groups. Each of them listens to it, which is no leak that Node should warn of. */
function limitLastPushes(): AbortSignal {
  const limit = AbortSignal.timeout(lastPushesMsMax);
  setMaxListeners(0, limit);
  return limit;
}

/** A collector that cannot run here does not succeed. */
function lackingState(): RunState {
  return { ...createRunState(), isSuccess: false };
}
