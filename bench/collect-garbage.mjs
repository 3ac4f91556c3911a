// node --expose-gc --import=.../collect-garbage.mjs SERVER: the very server, which collects all garbage when it gets SIGUSR2, and then
// leaves an empty file at $PUSHGATE_BENCH_COLLECTED to say so.
import { writeFileSync } from 'node:fs';

process.on('SIGUSR2', () => {
  globalThis.gc();
  writeFileSync(process.env.PUSHGATE_BENCH_COLLECTED, '');
});
