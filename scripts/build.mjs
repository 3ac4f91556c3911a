// Compiles src/ to dist/, and bundles what is started of it. Runs as `prepare`, so `npm ci` leaves a runnable build behind.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const root = path.join(import.meta.dirname, '..');
const typescript = path.dirname(createRequire(import.meta.url).resolve('typescript/package.json'));
await import('./build-wasm.mjs');
rmSync(path.join(root, 'dist'), { recursive: true, force: true });
const { status } = spawnSync(process.execPath, [path.join(typescript, 'bin', 'tsc'), '-p', path.join(root, 'tsconfig.build.json')], {
  stdio: 'inherit',
});
if (status !== 0) process.exit(status ?? 1);
await import('./bundle-program.mjs');
