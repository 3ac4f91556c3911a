// Figures into words: what stands on the screen, in RESULTS.md and in docs/performance.md.
import { findFault, judge, round, showAsked, showFigure, toleratedShare } from './limits.mjs';
import { median } from './results.mjs';
import { serverTitles } from './servers.mjs';

const count = (number) => number.toLocaleString('en');

/** The page: two numbers, the limits, all figures, and how they came about. */
export function writeReport(results, facts, recordedFigures) {
  return [
    '# Bench results',
    '',
    ...writeHeadline(results, facts.plan),
    '',
    '## What is asked, and what is reached',
    '',
    ...writeLimitTable(results, recordedFigures),
    '',
    '## Pushes per second',
    '',
    'PUT over 16 kept connections, each group in turn, other values with every push.',
    '',
    ...writeTable(['push', ...Object.values(serverTitles)], pushRows(results, facts.plan)),
    '',
    '## Milliseconds to the last byte',
    '',
    'One after the other, each on a new connection. The bare server writes one ready buffer of the size of the text page.',
    '',
    ...writeTable(['answer', 'MB', ...Object.values(readServers())], readRows(results, facts.plan)),
    '',
    '## The rest',
    '',
    ...writeTable(['figure', ...Object.values(readServers())], restRows(results, facts.plan)),
    '',
    '## How',
    '',
    ...writeFacts(facts),
    '',
  ].join('\n');
}

export function writeHeadline(results, { groups, scrapeSamples }) {
  const push = results.median('push 50', 'pushgate');
  const scrape = results.median('scrape large text', 'pushgate');
  const pushRatio = push / results.median('push 50', 'reference');
  const scrapeRatio = results.median('scrape large text', 'reference') / scrape;
  return [
    `- **${round(push)} pushes per second** of 50 samples with ${count(groups.usual)} groups stored: ${round(pushRatio)} times the reference.`,
    `- **${round(scrape)} ms for a scrape** of ${count(scrapeSamples.large)} samples: ${round(scrapeRatio)} times faster than the reference.`,
  ];
}

/** The limits, one a row. */
export function writeLimitTable(results, recordedFigures = null) {
  const rows = judge(results.median, recordedFigures).map(({ limit, figure, score, recorded }) => [
    limit.work,
    showAsked(limit),
    showFigure(limit, figure),
    ...(recordedFigures === null ? [] : [recorded === null ? '–' : showFigure(limit, recorded)]),
    verdictOf(figure, score),
  ]);
  return writeTable(['work', 'asked', 'reached', ...(recordedFigures === null ? [] : ['last recorded']), ''], rows);
}

/** What `bench:check` says: why it fails, or that it does not. */
export function writeVerdict(results, recordedFigures) {
  const faults = judge(results.median, recordedFigures)
    .map(findFault)
    .filter((fault) => fault !== null);
  const rule = `${toleratedShare * 100} % of what is asked${recordedFigures === null ? '' : ' and of what was recorded'}`;
  if (faults.length === 0) return { isGood: true, lines: [`All figures keep ${rule}.`] };
  return { isGood: false, lines: [`These figures do not keep ${rule}:`, ...faults.map((fault) => `  ${fault}`)] };
}

export function writeFacts({ command, date, commit, machine, versions, plan }) {
  return [
    `- \`${command}\`, ${date}, commit ${commit}`,
    `- ${machine}; the load and the servers share it`,
    `- Pushgate ${versions.pushgate} on Node ${versions.node}; reference: ${versions.reference}; ${versions.victoria}; ${versions.wrk}`,
    `- medians of ${plan.rounds} ${plan.rounds === 1 ? 'round' : 'rounds'}, in brackets the lowest and the highest; each figure from a fresh process, the order of the servers turned round each round`,
    '- figures drift with the machine, ratios hold',
  ];
}

export function writeTable(head, rows) {
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`);
}

function verdictOf(figure, score) {
  if (!Number.isFinite(figure)) return 'not measured';
  return score >= 1 ? 'reached' : `MISSED (${Math.floor(score * 100)} %)`;
}

function pushRows(results, { groups }) {
  const stored = `${count(groups.usual)} groups stored`;
  const rows = {
    'push 1': `1 sample, ${stored}`,
    'push 50': `50 samples, ${stored}`,
    'push 50 fresh': `50 samples, ${stored}, every tenth push to a new group`,
    'push 50 gzip': `50 samples, gzip, ${stored}`,
    'push 50 protobuf': `50 samples, protobuf, ${stored}`,
    'push 1000': `1,000 samples of mixed label sets, ${stored}`,
    'push 1000 protobuf': `the same as protobuf, ${stored}`,
    'push 50 of few': `50 samples, ${count(groups.few)} groups stored`,
    'push 50 of most': `50 samples, to ${count(groups.few)} of ${count(groups.most)} groups stored`,
    'push 50 over most': `50 samples, to all of ${count(groups.most)} groups stored`,
    ...Object.fromEntries(
      [1, 50, 1000].flatMap((samples) => [
        [`push ${samples} into none`, `${count(samples)} samples, to ${count(groups.few)} groups, nothing else stored`],
        [`push ${samples} into many`, `${count(samples)} samples, to ${count(groups.few)} of ${count(groups.many)} groups stored`],
      ]),
    ),
    'durable memory': '50 samples, 64 connections, new store in memory',
    'durable disk': '50 samples, 64 connections, on disk before the answer',
  };
  return Object.entries(rows).map(([key, title]) => [title, ...Object.keys(serverTitles).map((server) => show(results.of(key, server)))]);
}

function readServers() {
  const { pushgate, reference, bare } = serverTitles;
  return { pushgate, reference, bare };
}

function readRows(results, { scrapeSamples }) {
  const scrapes = ['small', 'large'].flatMap((size) =>
    ['text', 'gzip', 'protobuf'].flatMap((format) => {
      const title = `scrape, ${count(scrapeSamples[size])} samples, ${format}`;
      const key = `scrape ${size} ${format}`;
      return [
        [key, title, `${key} bytes`],
        [`${key} changed`, `the same, a tenth of the groups pushed before`, `${key} bytes`],
      ];
    }),
  );
  const lists = ['small', 'large'].map((size) => [
    `list ${size}`,
    `\`/api/v1/metrics\`, ${count(scrapeSamples[size])} samples`,
    `list ${size} bytes`,
  ]);
  return [...scrapes, ...lists].map(([key, title, sizeKey]) => [
    title,
    round(results.median(sizeKey, 'pushgate') / 1e6),
    ...Object.keys(readServers()).map((server) => show(results.of(key, server))),
  ]);
}

function restRows(results, { scrapeSamples, steady }) {
  const large = `${count(scrapeSamples.large)} samples`;
  const steadyTitle = `pushes, ${steady.perSecond} a second, all of ${large} scraped every ${steady.scrapeEverySeconds} s`;
  const rows = [
    ...['p50', 'p99', 'p99.9', 'max'].map((part) => [`steady ${part}`, `${steadyTitle}: ${part}, ms`]),
    ['memory kept', `memory, ${large}, after a full collection (reference: as it is), MB`, 1e6],
    ['memory peak', `memory, ${large}, at most during scrapes, MB`, 1e6],
    ['list large growth', `memory, \`/api/v1/metrics\` of ${large}, growth, MB`, 1e6],
    ['list large first', `\`/api/v1/metrics\` of ${large}, first byte, ms`],
    ['start empty', 'start to the first answer, empty, ms'],
    ['start large', `start with ${large} stored, ms`],
  ];
  return rows.map(([key, title, unit = 1]) => [
    title,
    ...Object.keys(readServers()).map((server) => show(results.of(key, server).map((value) => value / unit))),
  ]);
}

/** The median with the spread behind it. */
function show(values) {
  if (values.length === 0) return '–';
  const spread = values.length > 1 ? ` (${round(Math.min(...values))}–${round(Math.max(...values))})` : '';
  return `${round(median(values))}${spread}`;
}
