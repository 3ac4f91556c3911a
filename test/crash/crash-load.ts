import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRandom, type Random } from '../fuzz/random.ts';
import { type ExposedSample, readExposition } from '../fuzz/exposition.ts';
import type { RunningServer } from '../support/server.ts';
import { describeState, type GroupState, isSameState, never, WriteHistory, type WriteKind, type WriteRecord } from './write-history.ts';

/** Groups that only one client writes to, and groups that all of them do. */
const ownGroupsPerClient = 5;
const sharedGroups = 6;
const clientCount = 16;
const familyNames = ['load_a', 'load_b', 'load_c', 'load_d'];
const wantedStatus: Readonly<Record<WriteKind, number>> = { replace: 200, add: 200, refused: 400, delete: 202 };
const methods: Readonly<Record<WriteKind, string>> = { replace: 'PUT', add: 'POST', refused: 'PUT', delete: 'DELETE' };

/**
 * Sixteen clients that push, add, push what must be refused, and delete, and now and then wipe everything, as long as the server lives; and
 * what they may expect to find of it afterwards. One write of a client runs at a time.
 */
export class CrashLoad {
  readonly #random: Random;
  /** By grouping labels behind the job, as in the path. */
  readonly #histories = new Map<string, WriteHistory>();
  /** Set while a wipe keeps all clients from writing. */
  #wipe: Promise<void> | null = null;
  #isWipeInDoubt = false;
  #isEnding = false;
  #running = 0;
  #nextValue = 1;
  acknowledged = 0;
  unanswered = 0;

  constructor(seed: number) {
    this.#random = createRandom(seed);
    for (let client = 0; client < clientCount; client++) {
      for (let slot = 0; slot < ownGroupsPerClient; slot++) this.#histories.set(ownGroup(client, slot), new WriteHistory());
    }
    for (let slot = 0; slot < sharedGroups; slot++) this.#histories.set(sharedGroup(slot), new WriteHistory());
  }

  /** Writes until the server dies. Rejects if it gives a wrong answer while it lives. */
  async run(server: RunningServer, withWipe: boolean): Promise<void> {
    this.#isEnding = false;
    const clients = Array.from({ length: clientCount }, (_, client) =>
      this.#runClient(server, client, createRandom(this.#random.below(2 ** 32))),
    );
    if (withWipe) clients.push(this.#runWipes(server, 20 + this.#random.below(200)));
    await Promise.all(clients);
  }

  /** To be called just before the server is killed: a wipe that was not sent by then is none. */
  endWipes(): void {
    this.#isEnding = true;
  }

  /** Compares the page of the restarted server with what was written, and goes on from it. Says what is lost, wrong or too much. */
  verify(page: string, diedMs: number): string[] {
    const found = readGroups(page);
    const losses: string[] = [];
    const isWiped = this.#isWipeInDoubt && found.size === 0;
    for (const [group, history] of this.#histories) {
      const state = found.get(group) ?? null;
      const possible = isWiped ? [null] : history.possibleStates(diedMs);
      if (!possible.some((wanted) => isSameState(state, wanted))) {
        losses.push(`${group}: found ${describeState(state)}; wanted ${possible.map(describeState).join(' or ')}`);
      }
      history.restart(state);
    }
    for (const group of found.keys()) if (!this.#histories.has(group)) losses.push(`${group}: nobody wrote it`);
    this.#isWipeInDoubt = false;
    return losses;
  }

  async #runClient(server: RunningServer, client: number, random: Random): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (let isAlive = true; isAlive;) {
      while (this.#wipe !== null) await this.#wipe;
      if (this.#isWipeInDoubt) break;
      this.#running += 1;
      isAlive = await this.#write(server, agent, client, random);
      this.#running -= 1;
    }
    agent.destroy();
  }

  async #write(server: RunningServer, agent: Agent, client: number, random: Random): Promise<boolean> {
    const isShared = random.chance(0.2);
    const group = isShared ? sharedGroup(random.below(sharedGroups)) : ownGroup(client, random.below(ownGroupsPerClient));
    const kind = isShared ? random.pick(['replace', 'replace', 'delete'] as const) : pickKind(random);
    const families = kind === 'delete' ? new Map<string, string>() : this.#makeFamilies(kind, random);
    const write: WriteRecord = { kind, families, sentMs: Date.now(), answeredMs: null };
    this.#histories.get(group)?.add(write);
    const status = await send(server, agent, methods[kind], `/metrics/job/${group}`, makeBody(kind, families));
    if (status === null) {
      this.unanswered += 1;
      return false;
    }
    write.answeredMs = Date.now();
    this.acknowledged += 1;
    if (status !== wantedStatus[kind])
      throw new Error(`a write that should be answered with ${wantedStatus[kind]} got ${status}: ${kind} ${group}`);
    return true;
  }

  #hasEnded(): boolean {
    return this.#isEnding;
  }

  async #runWipes(server: RunningServer, everyMs: number): Promise<void> {
    const agent = new Agent({ keepAlive: true, maxSockets: 1 });
    for (await sleep(everyMs); !this.#hasEnded(); await sleep(everyMs)) {
      let resume = (): void => {};
      this.#wipe = new Promise((resolve) => (resume = resolve));
      while (this.#running > 0) await sleep(1);
      // The clients may have found out meanwhile that the server is dead.
      const status = this.#hasEnded() ? 0 : await send(server, agent, 'PUT', '/api/v1/admin/wipe', '');
      if (status === 202) for (const history of this.#histories.values()) history.restart(null);
      this.#isWipeInDoubt = status === null;
      this.#wipe = null;
      resume();
      if (status !== 202) break;
    }
    agent.destroy();
  }

  /** No value comes twice, so each tells which write it is from. */
  #makeFamilies(kind: WriteKind, random: Random): Map<string, string> {
    const names = kind === 'replace' ? familyNames.filter(() => random.chance(0.7)) : [random.pick(familyNames)];
    // So that what is pushed has one of a few forms, which groups come to share.
    const isShared = random.chance(0.5);
    return new Map(
      names.map((name) => {
        const count = isShared ? 3 : random.chance(0.1) ? 150 : 1 + random.below(12);
        const lines = Array.from({ length: count }, (_, i) => `${name}{i="${i}"} ${this.#nextValue++}`);
        return [name, lines.sort().join('\n')] as const;
      }),
    );
  }
}

function ownGroup(client: number, slot: number): string {
  return `own/client/${client}/slot/${slot}`;
}

function sharedGroup(slot: number): string {
  return `shared/slot/${slot}`;
}

function pickKind(random: Random): WriteKind {
  return random.pick(['replace', 'replace', 'replace', 'add', 'add', 'add', 'refused', 'delete'] as const);
}

function makeBody(kind: WriteKind, families: ReadonlyMap<string, string>): string {
  const text = [...families].map(([name, lines]) => `# TYPE ${name} gauge\n${lines}\n`).join('');
  // The same series twice.
  return kind === 'refused' ? `${text}twice 1\ntwice 2\n` : text;
}

/** The status of the answer, or `null` if the server went away without one. */
function send({ port }: RunningServer, agent: Agent, method: string, path: string, body: string): Promise<number | null> {
  return new Promise((resolve) => {
    const sent = request({ agent, host: '127.0.0.1', port, method, path }, (reply) => {
      resolve(reply.statusCode ?? null);
      reply.resume().on('error', () => undefined);
    });
    sent.once('error', () => resolve(null)).end(body);
  });
}

/** The groups of a page by their path behind `/metrics/job/`. */
function readGroups(page: string): Map<string, GroupState> {
  const groups = new Map<string, { families: Map<string, string[]>; pushed: number; failed: number }>();
  for (const { samples } of readExposition(page).values()) {
    for (const sample of samples) {
      const path = groupOf(sample);
      if (path === null) continue;
      const group = groups.get(path) ?? { families: new Map<string, string[]>(), pushed: 0, failed: 0 };
      groups.set(path, group);
      if (sample.name === 'push_time_seconds') group.pushed = Number(sample.value) * 1000;
      else if (sample.name === 'push_failure_time_seconds') group.failed = Number(sample.value) * 1000;
      else addSample(group.families, sample);
    }
  }
  return new Map([...groups].map(([path, group]) => [path, toState(group)]));
}

function addSample(families: Map<string, string[]>, { name, labels, value }: ExposedSample): void {
  const i = labels.find(([label]) => label === 'i')?.[1] ?? '';
  // Large numbers stand on the page as Go writes them.
  const line = `${name}{i="${i}"} ${Number(value)}`;
  const lines = families.get(name);
  if (lines === undefined) families.set(name, [line]);
  else lines.push(line);
}

function toState({ families, pushed, failed }: { families: Map<string, string[]>; pushed: number; failed: number }): GroupState {
  const exactly = (atMs: number): GroupState['pushed'] => (atMs === 0 ? never : { fromMs: atMs, toMs: atMs });
  const texts = [...families].map(([name, lines]) => [name, lines.sort().join('\n')] as const);
  return { families: new Map(texts), pushed: exactly(pushed), failed: exactly(failed) };
}

/** `null` for what the server says of itself. */
function groupOf({ labels }: ExposedSample): string | null {
  const values = new Map(labels);
  const [job, client, slot] = ['job', 'client', 'slot'].map((name) => values.get(name));
  if (job === undefined) return null;
  return job === 'own' ? `own/client/${client ?? ''}/slot/${slot ?? ''}` : `${job}/slot/${slot ?? ''}`;
}
