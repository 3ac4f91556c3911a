// npm run bench [-- --quick | --check] [-- --servers pushgate,reference,bare]
// Measures Pushgate beside Debian's prometheus-pushgateway and a bare node:http server in one run; see README.md.
import { existsSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { measureBareScrape, measurePush, measurePushDuringScrapes, measureScrape, prepareSnapshots } from './measure.mjs';
import { groupSamples, plans } from './plans.mjs';
import { checkLimits, createResults, writeReport } from './report.mjs';

const { values } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    servers: { type: 'string', default: 'pushgate,reference,bare' },
  },
});
const mode = values.check ? 'check' : values.quick ? 'quick' : 'full';
const plan = plans[mode];
const servers = values.servers.split(',');

for (const file of ['/usr/bin/wrk', '/usr/bin/prometheus-pushgateway']) {
  if (!existsSync(file)) {
    console.error(`cannot run the bench: ${file} is missing (npm run install-debian)`);
    process.exit(1);
  }
}

const results = createResults();
const storedGroups = new Set([...plan.storedGroups, ...plan.scrapeSamples.map((samples) => samples / groupSamples)]);
const snapshots = servers.includes('reference') ? await prepareSnapshots([...storedGroups]) : null;
for (let round = 0; round < plan.rounds; round++) await runRound(round % 2 === 0 ? servers : [...servers].reverse());

const report = writeReport(results, plan, `npm run bench${mode === 'full' ? '' : ` -- --${mode}`}`);
console.log(`\n${report}`);
if (mode === 'full' && values.servers.split(',').length === 3) writeFileSync(path.join(import.meta.dirname, 'RESULTS.md'), report);
if (mode === 'check') {
  const { lines, isGood } = checkLimits(results);
  console.log(lines.join('\n'));
  process.exitCode = isGood ? 0 : 1;
}

async function runRound(order) {
  for (const samples of plan.pushSamples) {
    for (const stored of plan.storedGroups) {
      for (const name of order)
        await take(name, `push ${samples} into ${stored}`, () => measurePush(name, samples, stored, { ...plan, snapshots }));
    }
  }
  for (const samples of plan.scrapeSamples) {
    for (const name of order.filter((other) => other !== 'bare'))
      await take(name, `scrape ${samples}`, () => measureScrape(name, samples, { ...plan, snapshots }));
    const [measuredName] = order.filter((name) => name !== 'bare');
    const bytes = results.median(`size ${samples} text`, measuredName);
    if (order.includes('bare')) await take('bare', `scrape ${samples}`, () => measureBareScrape(samples, bytes, plan));
  }
  const most = Math.max(...plan.scrapeSamples);
  if (order.includes('pushgate'))
    await take('pushgate', 'push during scrapes', () => measurePushDuringScrapes('pushgate', most, { ...plan, snapshots }));
}

async function take(name, what, measure) {
  const measured = await measure();
  if (measured === null) return;
  results.add(name, measured);
  const figures = Object.entries(measured).map(([key, list]) => `${key}: ${list.map((value) => Number(value.toPrecision(4))).join(' ')}`);
  console.log(`${name.padEnd(10)} ${what.padEnd(20)} ${figures.join('; ')}`);
}
