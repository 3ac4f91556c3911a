/** How far the fuzzers go: a short run in `npm test`, more by `npm run fuzz -- --seed N --ops N --bodies N` (see run.mjs). */
export interface FuzzSettings {
  readonly seed: number;
  readonly operationsMax: number;
  readonly differentialMsMax: number;
  readonly bodies: number;
  readonly parserMsMax: number;
}

const shortRun = { operationsMax: 5000, differentialMsMax: 15_000, bodies: 20_000, parserMsMax: 10_000 };
/** Always the same, so that a red test is somebody's change and no bad luck; `npm run fuzz` takes a new seed every time. */
const shortRunSeed = 20_260_101;
const hoursMax = 6 * 3_600_000;

export function fuzzSettings(env: NodeJS.ProcessEnv = process.env): FuzzSettings {
  const seed = readNumber(env.FUZZ_SEED) ?? shortRunSeed;
  if (env.FUZZ_OPS === undefined) return { seed, ...shortRun };
  const bodies = readNumber(env.FUZZ_BODIES) ?? 1_000_000;
  return { seed, operationsMax: readNumber(env.FUZZ_OPS) ?? 0, differentialMsMax: hoursMax, bodies, parserMsMax: hoursMax };
}

function readNumber(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text)) throw new Error(`fuzz settings are whole numbers, not ${JSON.stringify(text)}`);
  return Number(text);
}
