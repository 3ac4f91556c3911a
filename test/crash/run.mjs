// The long runs of the crash tests, on the built server:
//   npm run crash -- [--rounds N] [--seed N]     kill the server N times (500) under load
//   npm run crash -- --space [--overwrites N]    overwrite 1,000 groups N times (10 million) and print the size of the file
// The tests are TypeScript, which Node 20 does not run by itself: vitest does, and hears of the settings by the environment.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 2 ** 32) },
    rounds: { type: 'string', default: '500' },
    space: { type: 'boolean', default: false },
    overwrites: { type: 'string', default: '10000000' },
  },
});
const root = path.join(import.meta.dirname, '..', '..');
const vitest = path.join(root, 'node_modules', 'vitest', 'vitest.mjs');
const extent = values.space ? `--space --overwrites ${values.overwrites}` : `--rounds ${values.rounds}`;
console.log(`repeat with: npm run crash -- ${extent} --seed ${values.seed}`);
const { status } = spawnSync(process.execPath, [vitest, 'run', values.space ? 'test/crash/space.test.ts' : 'test/crash/kill.test.ts'], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, CRASH_SEED: values.seed, CRASH_ROUNDS: values.rounds, CRASH_OVERWRITES: values.overwrites },
});
process.exit(status ?? 1);
