// The long run of the fuzzers: npm run fuzz -- [--seed N] [--ops N] [--bodies N]
// The fuzzers are TypeScript, which Node 20 does not run by itself: vitest does, and hears of the settings by the environment.
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 2 ** 32) },
    ops: { type: 'string', default: '100000' },
    bodies: { type: 'string', default: '1000000' },
  },
});
const root = path.join(import.meta.dirname, '..', '..');
const vitest = path.join(root, 'node_modules', 'vitest', 'vitest.mjs');
console.log(`repeat with: npm run fuzz -- --seed ${values.seed} --ops ${values.ops} --bodies ${values.bodies}`);
const { status } = spawnSync(process.execPath, [vitest, 'run', 'test/fuzz/'], {
  cwd: root,
  stdio: 'inherit',
  env: { ...process.env, FUZZ_SEED: values.seed, FUZZ_OPS: values.ops, FUZZ_BODIES: values.bodies },
});
process.exit(status ?? 1);
