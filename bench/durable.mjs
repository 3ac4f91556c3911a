// npm run bench:durable [-- --seconds N --rounds N --check]
// Pushes of 50 samples with 1, 16 and 64 connections: in memory beside on disk, turn and turn about in one run, and what a flush costs.
// The store lies in --folder (the current one by default): it is that disk which is measured.
import { closeSync, fdatasyncSync, mkdtempSync, openSync, rmSync, writeSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { encodeBodies, makeBodies } from './bodies.mjs';
import { limits } from './limits.mjs';
import { groupSamples } from './plans.mjs';
import { measurePushes } from './push-load.mjs';
import { median } from './results.mjs';
import { startServer } from './servers.mjs';

const { values } = parseArgs({
  options: {
    seconds: { type: 'string', default: '5' },
    rounds: { type: 'string', default: '3' },
    folder: { type: 'string', default: '.' },
    check: { type: 'boolean', default: false },
  },
});
const connectionCounts = [1, 16, 64];
const storedGroups = 1000;
/** The least share of the memory rate that durable pushes keep with 64 connections. */
const { atLeast: shareMin } = limits.find(({ id }) => id === 'durable');

const folder = mkdtempSync(path.join(path.resolve(values.folder), 'pushgate-durable-'));
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
const encoded = await encodeBodies(makeBodies(groupSamples), 'text');
const modes = {
  memory: () => [],
  durable: (file) => [`--persistence.file=${file}`],
  interval: (file) => [`--persistence.file=${file}`, '--persistence.sync=interval', '--persistence.interval=1s'],
};

const flushMs = measureFlush();
console.log(`fdatasync of 4 KiB on ${folder}: ${flushMs.toFixed(3)} ms (median)`);
const results = new Map();
for (let round = 0; round < Number(values.rounds); round++) {
  const order = round % 2 === 0 ? Object.keys(modes) : Object.keys(modes).reverse();
  for (const connectionCount of connectionCounts) {
    for (const mode of order) await take(mode, connectionCount, path.join(folder, `${mode}-${connectionCount}-${round}.mdb`));
  }
}
report();

async function take(mode, connectionCount, file) {
  const server = await startServer('pushgate', modes[mode](file));
  try {
    const load = { groupCount: storedGroups, encoded, connectionCount };
    // Every group is there and the code is compiled before the clock runs: on disk it is warm a second later than in memory.
    await measurePushes(server, { ...load, seconds: 2 });
    const measured = await measurePushes(server, { ...load, seconds: Number(values.seconds) });
    const groupsPerCommit = mode === 'memory' ? NaN : await readGroupsPerCommit(server);
    const key = `${mode} ${connectionCount}`;
    results.set(key, [...(results.get(key) ?? []), { ...measured, groupsPerCommit }]);
  } finally {
    await server.stop();
    rmSync(file, { force: true });
  }
}

async function readGroupsPerCommit({ url }) {
  const page = await (await fetch(`${url}/metrics`)).text();
  const valueOf = (name) => Number(new RegExp(`^pushgate_persistence_commit_groups_${name} (\\S+)$`, 'm').exec(page)?.[1]);
  return valueOf('sum') / valueOf('count');
}

function report() {
  console.log('\n| Connections | Mode | Pushes/s | of memory | p50 ms | p99 ms | Groups per commit |');
  console.log('| --: | :-- | --: | --: | --: | --: | --: |');
  for (const connectionCount of connectionCounts) {
    for (const mode of Object.keys(modes)) {
      const of = (field) => medianOf(mode, connectionCount, field);
      const share = shareOf(mode, connectionCount);
      const cells = [of('perSecond').toFixed(0), `${(share * 100).toFixed(0)} %`, of('p50Ms').toFixed(2), of('p99Ms').toFixed(2)];
      const groups = of('groupsPerCommit');
      console.log(`| ${connectionCount} | ${mode} | ${cells.join(' | ')} | ${Number.isNaN(groups) ? '–' : groups.toFixed(1)} |`);
    }
  }
  const share = shareOf('durable', 64);
  const isGood = share >= shareMin;
  console.log(
    `\nWith 64 connections durable keeps ${(share * 100).toFixed(0)} % (at least ${shareMin * 100} %): ${isGood ? 'good' : 'MISSED'}`,
  );
  console.log('A single connection waits for two flushes per push (data, then the meta page), so the disk alone decides its rate.');
  if (values.check && !isGood) process.exitCode = 1;
}

function shareOf(mode, connectionCount) {
  return medianOf(mode, connectionCount, 'perSecond') / medianOf('memory', connectionCount, 'perSecond');
}

function medianOf(mode, connectionCount, field) {
  return median(results.get(`${mode} ${connectionCount}`).map((result) => result[field]));
}

function measureFlush() {
  const fd = openSync(path.join(folder, 'flush'), 'w');
  const page = Buffer.alloc(4096, 1);
  const times = Array.from({ length: 100 }, (_, index) => {
    const begun = performance.now();
    writeSync(fd, page, 0, page.length, index * page.length);
    fdatasyncSync(fd);
    return performance.now() - begun;
  });
  closeSync(fd);
  return median(times);
}
