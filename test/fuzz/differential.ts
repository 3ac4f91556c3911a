import { setTimeout as sleep } from 'node:timers/promises';
import { gunzipSync } from 'node:zlib';
import { compareAnswers, compareStates, readState, type State } from './compare.ts';
import { type Answer, get, type Send } from './exchange.ts';
import { isComparable } from './known-differences.ts';
import { describeOperation, generateOperation, type Operation } from './operations.ts';
import { protobufContentType } from './protobuf-kit.ts';
import { createRandom, type Random } from './random.ts';

export interface DifferentialRun {
  readonly seed: number;
  /** How many requests; the run is also over after `msMax` or at the first difference. */
  readonly operationsMax: number;
  readonly msMax: number;
  /** Two gateways, both empty. */
  readonly left: Send;
  readonly right: Send;
}

export interface DifferentialResult {
  readonly operations: number;
  /** How many requests were sent by the class of their answer, to see that a run is not all of one kind. */
  readonly statuses: ReadonlyMap<number, number>;
  /** What differs, in words, after the requests that led to it; empty if both behaved alike. */
  readonly differences: readonly string[];
}

/** The reference answers a delete when it is queued: a state that differs is read again for this long. */
const settleMsMax = 1500;
const settlePollMs = 50;
const stateCheckChance = 0.15;
const historyLengthMax = 12;

/** Sends the same random requests to two gateways and compares what they answer and what they then hold. */
export async function runDifferential(run: DifferentialRun): Promise<DifferentialResult> {
  const random = createRandom(run.seed);
  const until = performance.now() + run.msMax;
  const statuses = new Map<number, number>();
  const history: Operation[] = [];
  let operations = 0;
  for (; operations < run.operationsMax && performance.now() < until; operations++) {
    const operation = generateComparable(random);
    history.push(operation);
    if (history.length > historyLengthMax) history.shift();
    const [left, right] = await Promise.all([run.left(operation), run.right(operation)]);
    statuses.set(left.status, (statuses.get(left.status) ?? 0) + 1);
    const differences = compareAnswers(operation, left, right);
    if (differences.length > 0) {
      const said = [left, right].map(({ body }) => `  said: ${body.toString().slice(0, 300)}`);
      return { operations, statuses, differences: report(run.seed, operations, history, [...differences, ...said]) };
    }
    if (random.chance(stateCheckChance)) {
      const apart = await compareSettledStates(random, run);
      if (apart.length > 0) return { operations, statuses, differences: report(run.seed, operations, history, apart) };
    }
  }
  const apart = await compareSettledStates(random, run);
  return { operations, statuses, differences: apart.length > 0 ? report(run.seed, operations, history, apart) : [] };
}

function generateComparable(random: Random): Operation {
  for (;;) {
    const operation = generateOperation(random);
    if (isComparable(operation)) return operation;
  }
}

async function compareSettledStates(random: Random, { left, right }: DifferentialRun): Promise<string[]> {
  const until = performance.now() + settleMsMax;
  const encoding: Record<string, string> = random.chance(0.5) ? { 'accept-encoding': 'gzip' } : {};
  for (;;) {
    const differences = await Promise.all([fetchState(left, encoding), fetchState(right, encoding)]).then(
      (states) => compareStates(...states),
      (error: unknown) => [String(error)],
    );
    if (differences.length === 0 || performance.now() > until) return differences;
    await sleep(settlePollMs);
  }
}

async function fetchState(send: Send, encoding: Readonly<Record<string, string>>): Promise<State> {
  const text = await fetchDecoded(send, '/metrics', { ...encoding, accept: 'text/plain' });
  const protobuf = await fetchDecoded(send, '/metrics', { ...encoding, accept: protobufContentType });
  return readState(text, protobuf, await send(get('/api/v1/metrics')));
}

/** A scrape as a scraper sees it: what it asked for is what it must get. */
async function fetchDecoded(send: Send, path: string, headers: Readonly<Record<string, string>>): Promise<Answer> {
  const answer = await send(get(path, headers));
  const wantEncoding = headers['accept-encoding'];
  if (answer.headers['content-encoding'] !== wantEncoding) throw new Error(`a scrape did not come as ${wantEncoding ?? 'it is'}`);
  const type = answer.headers['content-type'] ?? '';
  if (!type.startsWith(headers.accept ?? '')) throw new Error(`a scrape came as ${type}`);
  return wantEncoding === undefined ? answer : { ...answer, body: gunzipSync(answer.body) };
}

function report(seed: number, operation: number, history: readonly Operation[], differences: readonly string[]): string[] {
  const requests = history.map((request) => `  ${describeOperation(request)}`);
  return [`seed ${String(seed)}, request ${String(operation)}, after these:`, ...requests, 'differs:', ...differences];
}
