// npm run bench:growth [-- --seconds N --most N --out FOLDER]
// The cost of a push and of a scrape, and the memory, from 10 to 1,000,000 stored series, Pushgate beside the reference; ten minutes at most.
// Writes bench/growth.json, the chart docs/growth.svg, and its part of docs/performance.md.
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { encodeBodies, makeBodies } from './bodies.mjs';
import { writeGeneratedPart } from './generated-part.mjs';
import { drawGrowth } from './growth-chart.mjs';
import { groupSamples } from './plans.mjs';
import { measurePushes } from './push-load.mjs';
import { round } from './limits.mjs';
import { writeTable } from './report.mjs';
import { collectFacts } from './results.mjs';
import { measureScrapes, scrapeFormats } from './scrape-load.mjs';
import { findMissingServers, memoryBytes } from './servers.mjs';
import { startFilled } from './stored-groups.mjs';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '3' },
    most: { type: 'string', default: '1000000' },
    out: { type: 'string' },
  },
});
/** Series stored; the smallest store is one group of ten. */
const seriesCounts = [10, 100, 1000, 10_000, 100_000, 300_000, 1_000_000].filter((count) => count <= Number(values.most));
const scrapes = 3;
/** A server that took longer than this for a point is not asked for the next one. */
const pointSecondsMax = 90;
const root = path.join(import.meta.dirname, '..');

const facts = collectFacts('npm run bench:growth', { rounds: 1, seconds: Number(values.seconds) });
const lines = [];
for (const name of ['pushgate', 'reference']) lines.push(await measureLine(name));
const chart = drawGrowth(lines);
const text = [...writePoints(), '', ...lines.filter(({ note }) => note !== null).map(({ note }) => note), '', ...writeHow()].join('\n');
console.log(`\n${text}`);
if (values.out === undefined) await publish();
else keep(values.out, values.out);

/** All points of a server; `note` says why some are missing. */
async function measureLine(name) {
  const points = [];
  if (findMissingServers([name]).length > 0) return { name, points, note: 'The reference was not installed, so it was not measured.' };
  for (const series of seriesCounts) {
    const begunMs = performance.now();
    const point = await measurePoint(name, series);
    points.push(point);
    const seconds = (performance.now() - begunMs) / 1000;
    console.log(`${name.padEnd(10)} ${JSON.stringify(point)} (${seconds.toFixed(1)} s)`);
    if (seconds < pointSecondsMax || series === seriesCounts.at(-1)) continue;
    return {
      name,
      points,
      note: `The line of the ${name} ends at ${series.toLocaleString('en')} series: that point took ${Math.round(seconds)} s, and more than ${pointSecondsMax} s is where it is cut off.`,
    };
  }
  return { name, points, note: null };
}

/** Pushes go to the stored groups and replace them; the size of a group is that of the canonical workload, but for the smallest store. */
async function measurePoint(name, series) {
  const samples = Math.min(groupSamples, series);
  const groupCount = series / samples;
  const server = await startFilled(name, groupCount, { samples });
  try {
    const load = { groupCount, encoded: await encodeBodies(makeBodies(samples), 'text'), connectionCount: 4 };
    if (name === 'pushgate') await measurePushes(server, { ...load, seconds: Number(values.seconds) / 3 });
    const { perSecond } = await measurePushes(server, { ...load, seconds: Number(values.seconds) });
    const { ms } = await measureScrapes(server, scrapeFormats.text, scrapes);
    return { series, pushMs: 1000 / perSecond, scrapeMs: ms.toSorted((a, b) => a - b)[scrapes >> 1], bytes: memoryBytes(server) };
  } finally {
    await server.stop();
  }
}

function writePoints() {
  const [ours, theirs] = lines.map(({ points }) => points);
  const rows = ours.map((point, i) => {
    const other = theirs[i];
    const cells = (pick) => [round(pick(point)), other === undefined ? '–' : round(pick(other))];
    return [
      point.series.toLocaleString('en'),
      ...cells(({ pushMs }) => pushMs),
      ...cells(({ scrapeMs }) => scrapeMs),
      ...cells(({ bytes }) => bytes / 1e6),
    ];
  });
  return writeTable(['series', 'push, ms', 'reference', 'scrape, ms', 'reference', 'memory, MB', 'reference'], rows);
}

function writeHow() {
  const { command, date, commit, machine, versions } = facts;
  return [
    `\`${command}\`, ${date}, commit ${commit}; ${machine}; Node ${versions.node}; reference: ${versions.reference}. A push is 50 samples that replace a`,
    'stored group, its time that of the server (1 / rate, over 4 connections); a scrape is the text page, the middle one of three; memory is what is',
    'resident after both.',
  ];
}

function keep(dataFolder, chartFolder) {
  mkdirSync(dataFolder, { recursive: true });
  writeFileSync(path.join(dataFolder, 'growth.json'), `${JSON.stringify({ ...facts, lines }, null, 2)}\n`);
  writeFileSync(path.join(chartFolder, 'growth.svg'), chart);
}

async function publish() {
  keep(import.meta.dirname, path.join(root, 'docs'));
  const image = '![Milliseconds per push, milliseconds per scrape and megabytes of memory against stored series](growth.svg)';
  await writeGeneratedPart(path.join(root, 'docs', 'performance.md'), 'growth', `${image}\n\n${text}`);
}
