// Figures into words: what stands on the screen and in RESULTS.md.
import os from 'node:os';
import { isKept, limits } from './plans.mjs';
import { serverVersions } from './servers.mjs';

const names = { pushgate: 'Pushgate', reference: 'reference', bare: 'bare node:http' };

/** Values of all rounds by measurement and server. */
export function createResults() {
  const values = new Map();
  return {
    add(server, measured) {
      for (const [measurement, list] of Object.entries(measured ?? {})) {
        const key = `${measurement}|${server}`;
        values.set(key, [...(values.get(key) ?? []), ...list]);
      }
    },
    /** All values; none if it was not measured. */
    of: (measurement, server) => values.get(`${measurement}|${server}`) ?? [],
    median: (measurement, server) => median(values.get(`${measurement}|${server}`) ?? []),
  };
}

/** The page: headline, limits, tables, and how it came about. */
export function writeReport(results, plan, command) {
  return [
    '# Bench results',
    '',
    ...headline(results),
    '',
    '## What must be reached',
    '',
    ...table(
      ['figure', 'reached', 'wanted', ''],
      limits.map((limit) => limitRow(limit, results)),
    ),
    '',
    `## Pushes per second`,
    '',
    'PUT over 16 kept connections. With nothing stored they go to 10 groups; pushes of 50 samples into stored groups replace these.',
    `The reference is not asked at 10,000 groups: it checks all that is stored on every push, and would answer one every few seconds.`,
    '',
    ...table(['samples', 'stored groups', ...Object.values(names), 'Pushgate / reference', 'Pushgate / bare'], pushRows(results, plan)),
    '',
    '## Scrapes, in milliseconds',
    '',
    'One after the other on a new connection, to the last byte. The bare server writes one ready buffer of the size of the page.',
    '',
    ...table(['samples', 'format', 'MB', ...Object.values(names), 'reference / Pushgate', 'Pushgate / bare'], scrapeRows(results, plan)),
    '',
    '## Memory behind the scrapes, in MB',
    '',
    ...table(['samples', 'Pushgate', 'reference', 'share', 'Pushgate at most', 'reference at most'], memoryRows(results, plan)),
    '',
    '## Pushes while 500,000 samples are scraped without a pause',
    '',
    ...duringRows(results),
    '',
    '## How',
    '',
    ...machineLines(plan, command),
    '',
  ].join('\n');
}

/** The limits with what was reached, one a line, and whether all are kept. */
export function checkLimits(results) {
  const rows = limits.map((limit) => limitRow(limit, results));
  return {
    lines: rows.map(([name, reached, wanted, verdict]) => `${verdict.padEnd(6)} ${name}: ${reached} (wanted ${wanted})`),
    isGood: rows.every(([, , , verdict]) => verdict === 'ok'),
  };
}

function headline(results) {
  const push = results.median('push 50 into 1000', 'pushgate');
  const scrape = results.median('scrape 500000 text', 'pushgate');
  const pushRatio = push / results.median('push 50 into 1000', 'reference');
  const scrapeRatio = results.median('scrape 500000 text', 'reference') / scrape;
  return [
    `- **${round(push)} pushes per second** of 50 samples at 1,000 stored groups: ${round(pushRatio)} times the reference.`,
    `- **${round(scrape)} ms for a scrape** of 500,000 samples: ${round(scrapeRatio)} times faster than the reference.`,
  ];
}

function limitRow(limit, results) {
  const figure = limit.value(results.median);
  const wanted = limit.atLeast === undefined ? `at most ${limit.atMost}` : `at least ${limit.atLeast}`;
  return [limit.name, round(figure), wanted, isKept(limit, figure) ? 'ok' : 'MISSED'];
}

function pushRows(results, { pushSamples, storedGroups }) {
  return pushSamples.flatMap((samples) =>
    storedGroups.map((stored) => {
      const key = `push ${samples} into ${stored}`;
      const [ours, theirs] = ['pushgate', 'reference'].map((server) => results.median(key, server));
      const bare = results.median(`push ${samples} into 0`, 'bare');
      return [
        samples,
        stored,
        ...Object.keys(names).map((server) => show(results.of(key, server))),
        round(ours / theirs),
        round(ours / bare),
      ];
    }),
  );
}

function scrapeRows(results, { scrapeSamples }) {
  return scrapeSamples.flatMap((samples) =>
    ['text', 'gzip', 'protobuf'].map((format) => {
      const key = `scrape ${samples} ${format}`;
      const [ours, theirs, bare] = Object.keys(names).map((server) => results.median(key, server));
      const size = round(results.median(`size ${samples} ${format}`, 'pushgate') / 1e6);
      return [
        samples,
        format,
        size,
        ...Object.keys(names).map((server) => show(results.of(key, server))),
        round(theirs / ours),
        round(ours / bare),
      ];
    }),
  );
}

function memoryRows(results, { scrapeSamples }) {
  return scrapeSamples.map((samples) => {
    const megabytes = (kind, server) => round(results.median(`${kind} ${samples}`, server) / 1e6);
    const share = results.median(`memory ${samples}`, 'pushgate') / results.median(`memory ${samples}`, 'reference');
    return [
      samples,
      megabytes('memory', 'pushgate'),
      megabytes('memory', 'reference'),
      round(share),
      megabytes('peak memory', 'pushgate'),
      megabytes('peak memory', 'reference'),
    ];
  });
}

function duringRows(results) {
  const rows = ['p50', 'p99', 'max'].map((part) => [`${part}, ms`, show(results.of(`push during scrapes ${part}`, 'pushgate'))]);
  const rates = ['push during scrapes rate', 'scrapes beside them per second'].map((key) => [key, show(results.of(key, 'pushgate'))]);
  return table(['pushes of 50 samples', 'Pushgate'], [...rows, ...rates]);
}

function machineLines(plan, command) {
  const versions = serverVersions();
  const [cpu] = os.cpus();
  return [
    `- \`${command}\`, ${new Date().toISOString().slice(0, 10)}`,
    `- ${os.cpus().length} × ${cpu?.model.trim() ?? 'unknown processor'}, ${Math.round(os.totalmem() / 2 ** 30)} GiB, Linux ${os.release()}`,
    `- Pushgate ${versions.pushgate} on Node ${versions.node}; ${versions.reference}; ${versions.wrk}; load and server share the machine`,
    `- medians of ${plan.rounds} rounds (lowest to highest in brackets), every server in a fresh process, order turned round each round`,
    '- absolute figures drift with the machine, ratios hold',
  ];
}

function table(head, rows) {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
}

/** The median with the spread behind it. */
function show(values) {
  if (values.length === 0) return '–';
  const spread = values.length > 1 ? ` (${round(Math.min(...values))}–${round(Math.max(...values))})` : '';
  return `${round(median(values))}${spread}`;
}

function median(values) {
  if (values.length === 0) return NaN;
  const sorted = [...values].sort((left, right) => left - right);
  const middle = Math.floor(sorted.length / 2);
  return sorted.length % 2 === 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
}

/** Three figures that tell; more would be noise. */
function round(value) {
  if (!Number.isFinite(value)) return '–';
  return Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)));
}
