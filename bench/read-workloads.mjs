// Scrapes and the query API: milliseconds to the last byte, what waits meanwhile, and the memory behind it.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { groupSamples } from './plans.mjs';
import { measureScrapes, scrapeFormats, scrapeOnce } from './scrape-load.mjs';
import { makeFolder, memoryBytes, resetPeak } from './servers.mjs';
import { fillGroups, startFilled } from './stored-groups.mjs';

/** Of the groups, how many push between two scrapes of a store that changes. */
const changedShare = 0.1;
const metricsPath = '/api/v1/metrics';
const collectMsMax = 60_000;
/** V8 gives memory back to the kernel a moment after a collection, in another thread. */
const settleMs = 500;

/** Bytes of the text page by the size of the store: the bare server writes as much. */
const pageBytes = new Map();

export const readWorkloads = [
  scrapeWorkload('small'),
  scrapeWorkload('large'),
  { name: 'steady pushes', servers: ['pushgate'], measure: measureSteadyPushes },
  { name: 'memory', servers: ['pushgate', 'reference'], measure: measureMemory },
  { name: 'list small', servers: ['pushgate', 'reference'], measure: measureList },
  { name: 'list large', servers: ['pushgate'], measure: measureListMemory },
];

function scrapeWorkload(size) {
  return {
    name: `scrape ${size}`,
    servers: ['pushgate', 'reference', 'bare'],
    measure: (name, plan) => (name === 'bare' ? measureBareScrape(size, plan) : measureScrape(name, size, plan)),
  };
}

/** Every format, of a store at rest; of Pushgate, which keeps what it made, also of one that changes between scrapes. */
async function measureScrape(name, size, { scrapeSamples, scrapes }) {
  const groups = scrapeSamples[size] / groupSamples;
  const server = await startFilled(name, groups);
  const changes = (count) => fillGroups(server, Math.ceil(groups * changedShare), { round: count });
  try {
    const measured = {};
    for (const [format, headers] of Object.entries(scrapeFormats)) {
      const { ms, bytes } = await measureScrapes(server, headers, scrapes);
      measured[`scrape ${size} ${format}`] = ms;
      measured[`scrape ${size} ${format} bytes`] = [bytes];
      if (format === 'text') pageBytes.set(size, bytes);
      if (name !== 'pushgate') continue;
      measured[`scrape ${size} ${format} changed`] = (await measureScrapes(server, headers, scrapes, { before: changes })).ms;
    }
    return measured;
  } finally {
    await server.stop();
  }
}

/** How fast a Node server hands out a buffer of that size which is ready; `null` as long as nobody has shown a page. */
async function measureBareScrape(size, { scrapes }) {
  if (!pageBytes.has(size)) return null;
  const server = await startFilled('bare', 0);
  try {
    const { ms } = await measureScrapes(server, {}, scrapes, { path: `/?bytes=${pageBytes.get(size)}` });
    return { [`scrape ${size} text`]: ms };
  } finally {
    await server.stop();
  }
}

/** Latencies of pushes at a steady rate while all is scraped now and then, as text and as gzip by turns. */
async function measureSteadyPushes(name, { scrapeSamples, steady }) {
  const groupCount = scrapeSamples.large / groupSamples;
  const server = await startFilled(name, groupCount);
  try {
    await fillGroups(server, groupCount, { round: 1 });
    await scrapeOnce(server, scrapeFormats.gzip);
    let isOver = false;
    const pushing = runSteadyPushes(server, { groupCount, ...steady }).finally(() => (isOver = true));
    const scrapeMs = [];
    const scraping = (async () => {
      while (!isOver) {
        await sleep((steady.scrapeEverySeconds * 1000) / 2);
        if (!isOver) scrapeMs.push((await scrapeOnce(server, scrapeMs.length % 2 === 0 ? scrapeFormats.text : scrapeFormats.gzip)).ms);
        await sleep((steady.scrapeEverySeconds * 1000) / 2);
      }
    })();
    const [{ p50Ms, p99Ms, p999Ms, maxMs }] = await Promise.all([pushing, scraping]);
    return { 'steady p50': [p50Ms], 'steady p99': [p99Ms], 'steady p99.9': [p999Ms], 'steady max': [maxMs], 'steady scrape': scrapeMs };
  } finally {
    await server.stop();
  }
}

/** Resident bytes with all stored and pushed twice, after a full collection, and at most while every format is scraped. */
async function measureMemory(name, { scrapeSamples }) {
  const groups = scrapeSamples.large / groupSamples;
  const collected = path.join(makeFolder(), 'collected');
  process.env.PUSHGATE_BENCH_COLLECTED = collected;
  const collector = path.join(import.meta.dirname, 'collect-garbage.mjs');
  const server = await startFilled(name, groups, { nodeFlags: ['--expose-gc', `--import=${collector}`] });
  try {
    if (name === 'pushgate') {
      await fillGroups(server, groups, { round: 1 });
      process.kill(server.pid, 'SIGUSR2');
      await waitForFile(collected);
    }
    const kept = memoryBytes(server);
    resetPeak(server);
    // Each twice: what is kept of the first is there when the second is made.
    for (const headers of Object.values(scrapeFormats)) await measureScrapes(server, headers, 1);
    return { 'memory kept': [kept], 'memory peak': [memoryBytes(server, 'VmHWM')] };
  } finally {
    await server.stop();
  }
}

/** Until the garbage is collected, and freed pages have gone back to the kernel. */
async function waitForFile(file) {
  const untilMs = performance.now() + collectMsMax;
  while (!existsSync(file)) {
    if (performance.now() > untilMs) throw new Error(`the server collected no garbage within ${collectMsMax / 1000} s`);
    await sleep(20);
  }
  await sleep(settleMs);
}

async function measureList(name, { scrapeSamples, scrapes }) {
  const server = await startFilled(name, scrapeSamples.small / groupSamples);
  try {
    const { ms, bytes } = await measureScrapes(server, {}, scrapes, { path: metricsPath });
    return { 'list small': ms, 'list small bytes': [bytes] };
  } finally {
    await server.stop();
  }
}

/** Whether the large list is streamed: how much memory grows beside the size of the answer, and when its first byte comes. */
async function measureListMemory(name, { scrapeSamples }) {
  const server = await startFilled(name, scrapeSamples.large / groupSamples);
  try {
    resetPeak(server);
    const before = memoryBytes(server);
    const { ms, firstMs, bytes } = await scrapeOnce(server, {}, metricsPath);
    const growth = memoryBytes(server, 'VmHWM') - before;
    return { 'list large': [ms], 'list large bytes': [bytes], 'list large growth': [growth], 'list large first': [firstMs] };
  } finally {
    await server.stop();
  }
}

function runSteadyPushes({ name, port }, load) {
  return new Promise((resolve, reject) => {
    const args = [path.join(import.meta.dirname, 'steady-pushes.mjs'), JSON.stringify({ name, port, ...load })];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    let output = '';
    child.stdout.on('data', (text) => (output += text));
    child.once('error', reject);
    child.once('close', (code) => (code === 0 ? resolve(JSON.parse(output)) : reject(new Error(`steady-pushes.mjs ended with ${code}`))));
  });
}
