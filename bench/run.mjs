// npm run bench [-- ROOM | --quick | --check | --tiny] [-- --servers a,b] [--out FOLDER] [--recorded FILE] [--from FILE]
// Without arguments the canonical workload: Pushgate beside its peers, in one run; writes RESULTS.md and results.json, and the tables of
// docs/performance.md. README.md tells the rest.
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { writeGeneratedPart } from './generated-part.mjs';
import { plans } from './plans.mjs';
import { pushWorkloads } from './push-workloads.mjs';
import { readWorkloads } from './read-workloads.mjs';
import { writeFacts, writeHeadline, writeLimitTable, writeReport, writeVerdict } from './report.mjs';
import { collectFacts, createRecord, readRecord, Results } from './results.mjs';
import { findMissingServers, serverTitles } from './servers.mjs';
import { startWorkloads } from './start-workloads.mjs';

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    tiny: { type: 'boolean', default: false },
    servers: { type: 'string', default: Object.keys(serverTitles).join(',') },
    out: { type: 'string' },
    recorded: { type: 'string', default: path.join(import.meta.dirname, 'results.json') },
    from: { type: 'string' },
  },
});
const workloads = [...pushWorkloads, ...readWorkloads, ...startWorkloads];
const mode = values.tiny ? 'tiny' : values.quick ? 'quick' : values.check ? 'check' : 'full';

if (positionals.length > 0) await runRooms(positionals);
else await runWorkload();

async function runRooms(rooms) {
  for (const room of rooms) await import(`./rooms/${path.basename(room)}.mjs`);
}

async function runWorkload() {
  const { results, facts } = values.from === undefined ? await measureAll() : takeRecord(readRecord(values.from));
  const recorded = values.check ? (readRecord(values.recorded)?.figures ?? null) : null;
  const report = writeReport(results, facts, recorded);
  console.log(`\n${report}`);
  const isWhole = values.servers.split(',').length === Object.keys(serverTitles).length;
  if (values.out !== undefined) keep(values.out, report, createRecord(results, facts));
  else if (mode === 'full' && isWhole && values.from === undefined) await publish(report, results, facts);
  if (!values.check) return;
  const { isGood, lines } = writeVerdict(results, recorded);
  console.log(lines.join('\n'));
  process.exitCode = isGood ? 0 : 1;
}

async function measureAll() {
  const servers = findServers();
  const results = new Results();
  const plan = plans[mode];
  for (let round = 0; round < plan.rounds; round++) {
    const order = round % 2 === 0 ? servers : servers.toReversed();
    const waiting = [...workloads];
    const runLane = async () => {
      for (let workload = waiting.shift(); workload !== undefined; workload = waiting.shift()) {
        for (const name of order.filter((server) => workload.servers.includes(server)))
          await take(results, workload, name, { ...plan, round });
      }
    };
    await Promise.all(Array.from({ length: plan.lanes }, runLane));
  }
  return { results, facts: collectFacts(`npm run bench${mode === 'full' ? '' : ` -- --${mode}`}`, plan) };
}

function takeRecord({ measurements, figures: _figures, ...facts }) {
  return { results: new Results(measurements), facts };
}

/** The peers that are here. What is missing is said loudly, and its figures are missing in the tables. */
function findServers() {
  const wanted = values.servers.split(',');
  const missing = findMissingServers(wanted);
  if (!existsSync('/usr/bin/wrk')) {
    console.error('cannot run the bench: wrk is missing (node scripts/install-debian.mjs bench/debian-packages.json)');
    process.exit(1);
  }
  if (missing.length > 0) {
    const bar = '!'.repeat(80);
    const names = missing.map((name) => serverTitles[name]).join(', ');
    console.error(`${bar}\nNot installed, so NOT MEASURED: ${names}\n(node scripts/install-debian.mjs bench/debian-packages.json)\n${bar}`);
  }
  return wanted.filter((name) => !missing.includes(name));
}

async function take(results, { name: what, measure }, server, plan) {
  const begunMs = performance.now();
  const measured = await measure(server, plan);
  if (measured === null) return;
  results.add(server, measured);
  const figures = Object.entries(measured).map(([key, list]) => `${key}: ${list.map((value) => Number(value.toPrecision(4))).join(' ')}`);
  const seconds = ((performance.now() - begunMs) / 1000).toFixed(1);
  console.log(`${server.padEnd(10)} ${what.padEnd(20)} ${figures.join('; ')} (${seconds} s)`);
}

function keep(folder, report, record) {
  mkdirSync(folder, { recursive: true });
  writeFileSync(path.join(folder, 'RESULTS.md'), report);
  writeFileSync(path.join(folder, 'results.json'), `${JSON.stringify(record, null, 2)}\n`);
}

/** Into the repository. */
async function publish(report, results, facts) {
  keep(import.meta.dirname, report, createRecord(results, facts));
  const parts = [writeHeadline(results, facts.plan), writeLimitTable(results), writeFacts(facts)];
  const page = path.join(import.meta.dirname, '..', 'docs', 'performance.md');
  await writeGeneratedPart(page, 'results', parts.map((lines) => lines.join('\n')).join('\n\n'));
}
