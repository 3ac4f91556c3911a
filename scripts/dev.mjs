// Compiles on every change and restarts the server: `npm run dev -- [flags]`.
import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import path from 'node:path';

const root = path.join(import.meta.dirname, '..');
const typescript = path.dirname(createRequire(import.meta.url).resolve('typescript/package.json'));
const run = (...args) => spawn(process.execPath, args, { cwd: root, stdio: 'inherit' });

const children = [
  run(path.join(typescript, 'bin', 'tsc'), '-p', 'tsconfig.build.json', '--watch', '--preserveWatchOutput'),
  run('--watch-path=dist', 'bin/pushgate.js', ...process.argv.slice(2)),
];
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => children.forEach((child) => child.kill(signal)));
