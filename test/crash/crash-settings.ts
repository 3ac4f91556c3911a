/** How far the crash tests go: a short run in `npm test`, more by `npm run crash -- --rounds N --seed N` or `-- --space` (see run.mjs). */
export interface CrashSettings {
  readonly seed: number;
  readonly rounds: number;
  /** Overwrites of the space test. */
  readonly overwrites: number;
}

/** The choices are always the same in `npm test`; when the process dies in them is never. */
const shortRun: CrashSettings = { seed: 20_240_607, rounds: 20, overwrites: 20_000 };

export function crashSettings(env: NodeJS.ProcessEnv = process.env): CrashSettings {
  return {
    seed: readNumber(env.CRASH_SEED) ?? shortRun.seed,
    rounds: readNumber(env.CRASH_ROUNDS) ?? shortRun.rounds,
    overwrites: readNumber(env.CRASH_OVERWRITES) ?? shortRun.overwrites,
  };
}

function readNumber(text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d+$/.test(text)) throw new Error(`crash settings are whole numbers, not ${JSON.stringify(text)}`);
  return Number(text);
}
