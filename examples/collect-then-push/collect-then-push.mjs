// Measures directories again and again, and pushes once a round. Start: node collect-then-push.mjs DIRECTORY...
import { readdir, stat } from 'node:fs/promises';
import { hostname } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { Gauge, Registry } from 'prom-client';
import { deleteGroup, push } from 'pushgate/client';

const group = {
  url: process.env.PUSHGATE_URL ?? 'http://localhost:9091',
  job: 'directories',
  labels: { instance: process.env.INSTANCE ?? hostname() },
};
const intervalMs = Number(process.env.INTERVAL_SECONDS ?? 60) * 1000;
const directories = process.argv.slice(2);
const stopping = new AbortController();
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => stopping.abort());

/** Everything of one round, in a registry made for it: a directory that is gone is not in it, and so not in the push. */
async function collect() {
  const registry = new Registry();
  const of = (name, help) => new Gauge({ name, help, labelNames: ['directory'], registers: [registry] });
  const files = of('directory_files', 'Files in the directory, not in those below it.');
  const bytes = of('directory_size_bytes', 'Their size together.');
  const isUp = of('directory_up', 'Whether the directory could be read.');
  for (const directory of directories) {
    try {
      const found = await measure(directory);
      files.set({ directory }, found.files);
      bytes.set({ directory }, found.bytes);
      isUp.set({ directory }, 1);
    } catch (error) {
      console.error(`cannot measure ${directory}: ${error.message}`);
      isUp.set({ directory }, 0);
    }
  }
  return registry;
}

async function measure(directory) {
  const entries = await readdir(directory, { withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  let bytes = 0;
  for (const { name } of files) bytes += (await stat(path.join(directory, name))).size;
  return { files: files.length, bytes };
}

while (!stopping.signal.aborted) {
  try {
    // One PUT for the whole round: scrapes see this round or the one before, never some of each.
    await push(await collect(), { ...group, signal: stopping.signal });
  } catch (error) {
    // The next round pushes everything again: nothing has to be kept for it.
    if (!stopping.signal.aborted) console.error(error.message);
  }
  await wait(intervalMs, undefined, { signal: stopping.signal }).catch(() => {});
}
// Nobody looks at these directories any more: what was pushed would stay for ever.
await deleteGroup({ ...group, retries: 0 }).catch((error) => console.error(error.message));
