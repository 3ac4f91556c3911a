// One measurement each: a fresh process, filled, measured, stopped.
import { copyFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { groupPath, guestPath, makeBodies } from './bodies.mjs';
import { fewGroups, groupSamples, referenceGroupsMax } from './plans.mjs';
import { fill, measurePushes } from './push-load.mjs';
import { countSamples, measureScrapes, scrapeFormats, scrapeOnce } from './scrape-load.mjs';
import { memoryBytes, startServer } from './servers.mjs';

const storedBodies = makeBodies(groupSamples);
/** A job that pushes every ten milliseconds on each of these connections is busy, but does not wait for itself. */
const calmPushes = { connectionCount: 8, delayMs: 10 };

/** Pushes per second of `samples` each, beside `stored` groups; `null` if this server cannot be asked for that. */
export async function measurePush(name, samples, stored, { seconds, snapshots }) {
  if (name === 'bare' && stored > 0) return null;
  if (name === 'reference' && stored > referenceGroupsMax) return null;
  const server = await startFilled(name, stored, snapshots);
  try {
    // Jobs push the same series again and again. What is not of the stored size goes beside it, so that the store stays as it is.
    const isOverwrite = stored > 0 && samples === groupSamples;
    const paths = Array.from({ length: isOverwrite ? stored : fewGroups }, (_, group) => (isOverwrite ? groupPath : guestPath)(group));
    const bodies = samples === groupSamples ? storedBodies : makeBodies(samples);
    const { perSecond } = await measurePushes(server, { paths, bodies, seconds });
    return { [`push ${samples} into ${stored}`]: [perSecond] };
  } finally {
    await server.stop();
  }
}

/** Milliseconds per scrape in every format, and the memory that the process then has. */
export async function measureScrape(name, samples, { scrapes, snapshots }) {
  const groups = samples / groupSamples;
  const server = await startFilled(name, groups, snapshots);
  try {
    // A few pushes with everything stored, since that is how a gateway lives: the reference checks all that is stored for each.
    const paths = pathsOf(fewGroups);
    await measurePushes(server, { paths, bodies: storedBodies, seconds: 1, connectionCount: 1 });
    const results = {};
    for (const [format, headers] of Object.entries(scrapeFormats)) {
      const { ms, bytes } = await measureScrapes(server, headers, scrapes);
      results[`scrape ${samples} ${format}`] = ms;
      results[`size ${samples} ${format}`] = [bytes];
    }
    results[`memory ${samples}`] = [memoryBytes(server)];
    results[`peak memory ${samples}`] = [memoryBytes(server, 'VmHWM')];
    return results;
  } finally {
    await server.stop();
  }
}

/** How fast a Node server hands out a buffer of that size which is ready. */
export async function measureBareScrape(samples, bytes, { scrapes }) {
  const server = await startServer('bare');
  try {
    const { ms } = await measureScrapes(server, {}, scrapes, `/?bytes=${bytes}`);
    return { [`scrape ${samples} text`]: ms };
  } finally {
    await server.stop();
  }
}

/** Latencies of pushes while one scrape after the other runs. */
export async function measurePushDuringScrapes(name, samples, { seconds, snapshots }) {
  const server = await startFilled(name, samples / groupSamples, snapshots);
  try {
    const paths = pathsOf(samples / groupSamples);
    let isOver = false;
    let scrapes = 0;
    const scraping = (async () => {
      for (; !isOver; scrapes++) await scrapeOnce(server, scrapeFormats.text);
    })();
    const result = await measurePushes(server, { paths, bodies: storedBodies, seconds, ...calmPushes });
    isOver = true;
    await scraping;
    return {
      'push during scrapes p50': [result.p50Ms],
      'push during scrapes p99': [result.p99Ms],
      'push during scrapes max': [result.maxMs],
      'push during scrapes rate': [result.perSecond],
      'scrapes beside them per second': [scrapes / result.seconds],
    };
  } finally {
    await server.stop();
  }
}

/** Files with which a reference begins with groups in it: pushing them with checks on would take it an hour. */
export async function prepareSnapshots(storedGroups) {
  const folder = mkdtempSync(path.join(tmpdir(), 'pushgate-bench-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  const snapshots = { folder, files: new Map() };
  for (const stored of storedGroups.filter((count) => count > 0)) {
    const file = path.join(folder, `${stored}.data`);
    const server = await startServer('reference', ['--push.disable-consistency-check', `--persistence.file=${file}`]);
    await fill(server, stored, groupSamples);
    await waitForSamples(server, stored * groupSamples);
    await server.stop('SIGTERM');
    snapshots.files.set(stored, file);
  }
  return snapshots;
}

async function startFilled(name, stored, snapshots) {
  if (stored === 0 || name === 'bare') return startServer(name);
  if (name !== 'reference') {
    const server = await startServer(name);
    await fill(server, stored, groupSamples);
    await waitForSamples(server, stored * groupSamples);
    return server;
  }
  const copy = path.join(snapshots.folder, 'running.data');
  copyFileSync(snapshots.files.get(stored), copy);
  const server = await startServer(name, [`--persistence.file=${copy}`, '--persistence.interval=24h']);
  await waitForSamples(server, stored * groupSamples);
  return server;
}

function pathsOf(groups) {
  return Array.from({ length: groups }, (_, group) => groupPath(group));
}

/** Unchecked pushes are answered before they are done. */
async function waitForSamples(server, samples) {
  for (let tries = 0; ; tries++) {
    const count = await countSamples(server);
    if (count === samples) return;
    if (tries === 20) throw new Error(`${server.name} shows ${count} samples of ${samples} that were pushed`);
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
