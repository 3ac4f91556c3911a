import { Refusal } from '../../src/base/errors.ts';
import { generateProtobufBody } from './protobuf-bodies.ts';
import { createRandom, type Random } from './random.ts';
import { generateTextBody, mutateBody } from './text-bodies.ts';

export interface ParserRun {
  readonly seed: number;
  /** How many bodies; the run is also over after `msMax`. */
  readonly bodies: number;
  readonly msMax: number;
  /** Reads a body, or throws the Refusal that its pusher gets to see. */
  readonly parse: (body: Buffer) => unknown;
  readonly generate: (random: Random) => Buffer;
}

export interface ParserResult {
  readonly bodies: number;
  readonly refused: number;
  /** The slowest body of all. */
  readonly msPerBody: number;
  /** What the process grew by, measured now and then behind a garbage collection where that can be had. */
  readonly grownBytes: number;
  /** The first body that ended in anything but families or a refusal with 400, and how; `null` if none did. */
  readonly failure: string | null;
}

const measureEvery = 5000;

/** Feeds mutated bodies to a parser. */
export function runParserFuzzer({ seed, bodies, msMax, parse, generate }: ParserRun): ParserResult {
  const random = createRandom(seed);
  const until = performance.now() + msMax;
  const result = { bodies: 0, refused: 0, msPerBody: 0, grownBytes: 0, failure: null as string | null };
  let baseBytes = 0;
  for (; result.bodies < bodies; result.bodies++) {
    const body = generate(random);
    const begun = performance.now();
    if (begun > until) break;
    try {
      parse(body);
    } catch (error) {
      result.refused++;
      if (!(error instanceof Refusal) || error.status !== 400) {
        const how = error instanceof Error ? (error.stack ?? error.message) : String(error);
        return { ...result, failure: `seed ${String(seed)}, body ${String(result.bodies)} in base64: ${body.toString('base64')}\n${how}` };
      }
    }
    result.msPerBody = Math.max(result.msPerBody, performance.now() - begun);
    if (result.bodies % measureEvery === measureEvery - 1) {
      const bytes = usedBytes();
      // What is compiled and cached in the first round is no leak.
      if (baseBytes === 0) baseBytes = bytes;
      result.grownBytes = Math.max(result.grownBytes, bytes - baseBytes);
    }
  }
  return result;
}

/** Text, most of it damaged; at times small bodies are glued together many times over, for what grows faster than its input. */
export function generateDamagedText(random: Random): Buffer {
  const body = Buffer.from(generateTextBody(random));
  if (random.chance(0.001)) return Buffer.concat(Array.from({ length: 300 }, () => mutateBody(random, body)));
  return random.chance(0.6) ? mutateBody(random, body) : body;
}

/** Protobuf messages, most of them damaged. */
export function generateDamagedProtobuf(random: Random): Buffer {
  const body = generateProtobufBody(random);
  return random.chance(0.6) ? mutateBody(random, body) : body;
}

function usedBytes(): number {
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
}
