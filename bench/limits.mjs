// What must be reached, one entry for each number that is promised. A figure is a ratio within one run wherever it can be one.

/** A figure or a record may be missed by this much before `bench:check` fails: medians of two runs on one machine differ by less. */
export const toleratedShare = 0.85;

/** How a figure is said, and what stands between it and the peer that it is compared with. */
const units = {
  times: { show: (value) => `${round(value)} times`, joiner: ' ' },
  faster: { show: (value) => `${round(value)} times faster`, joiner: ' than ' },
  share: { show: (value) => `${round(value * 100)} %`, joiner: ' of ' },
  ms: { show: (value) => `${round(value)} ms` },
  MB: { show: (value) => `${round(value / 1e6)} MB` },
};
const peerTitles = {
  reference: 'the reference',
  unchecked: 'the reference without checks',
  victoria: "VictoriaMetrics' import",
  bare: 'the bare server',
};

const stored = '1,000 groups stored';
const push50 = `push, 50 samples, ${stored}`;
const fresh = `push, 50 samples, ${stored}, every tenth push to a new group`;

/** `value(of)` is the figure, of the medians `of(measurement, server)`; `NaN` where one is missing. */
export const limits = [
  rate('push 50', push50, 'bare', 0.6),
  rate('push 50', push50, 'reference', 1500),
  rate('push 50', push50, 'unchecked', 3),
  rate('push 50', push50, 'victoria', 2),
  rate('push 50 fresh', fresh, 'bare', 0.6),
  rate('push 50 fresh', fresh, 'victoria', 2),
  rate('push 1', `push, 1 sample, ${stored}`, 'bare', 0.6),
  rate('push 1', `push, 1 sample, ${stored}`, 'unchecked', 1.5),
  rate('push 1000', `push, 1,000 samples of mixed label sets, ${stored}`, 'victoria', 1.5),
  ...['push 50 protobuf', 'push 1000 protobuf', 'push 50 gzip'].flatMap((key) => {
    const [, samples, form] = key.split(' ');
    const work = `${form} push, ${Number(samples).toLocaleString('en')} samples, ${stored}`;
    return [rate(key, work, 'reference', 1500), rate(key, work, 'unchecked', 3)];
  }),
  ownRate('push 50 into many', 'the same push at 10,000 stored groups'),
  ownRate('push 50 of most', 'the same push at 100,000 stored groups'),
  ownRate('push 50 over most', 'pushes to all of 100,000 stored groups'),
  ...['small', 'large'].flatMap((size) => [
    writeTime(`scrape ${size} text`, `scrape, ${sampleCount(size)}, text`, size),
    writeTime(`scrape ${size} text changed`, `scrape, ${sampleCount(size)}, text, a tenth of the groups pushed before`, size),
  ]),
  gzipTime('scrape large gzip', 'scrape, 500,000 samples, gzip'),
  gzipTime('scrape large gzip changed', 'scrape, 500,000 samples, gzip, a tenth of the groups pushed before'),
  speedup('scrape large gzip', 'scrape, 500,000 samples, gzip', 15),
  speedup('scrape large text', 'scrape, 500,000 samples, text', 8),
  speedup('scrape small protobuf', `scrape, ${sampleCount('small')}, protobuf`, 10),
  speedup('scrape large protobuf', `scrape, ${sampleCount('large')}, protobuf`, 10),
  amount('steady p99', 'pushes during a scrape of 500,000 samples, p99', 'ms', 10),
  amount('steady p99.9', 'pushes during a scrape of 500,000 samples, p99.9', 'ms', 25),
  amount('memory kept', 'memory, 500,000 samples in 10,000 groups, after a full collection', 'MB', 250e6),
  {
    id: 'memory kept / reference',
    work: 'the same, beside the reference',
    unit: 'share',
    peer: peerTitles.reference,
    atMost: 0.5,
    value: (of) => of('memory kept', 'pushgate') / of('memory kept', 'reference'),
  },
  amount('memory peak', 'memory, 500,000 samples in 10,000 groups, peak during scrapes', 'MB', 400e6),
  {
    id: 'durable',
    work: 'durable pushes, 64 connections',
    unit: 'share',
    peer: 'the rate in memory',
    atLeast: 0.7,
    value: (of) => of('durable disk', 'pushgate') / of('durable memory', 'pushgate'),
  },
  amount('start empty', 'cold start to the first answer, empty', 'ms', 250),
  amount('start large', 'start with 500,000 stored samples', 'ms', 1500),
  speedup('list small', '`/api/v1/metrics`, 50,000 samples', 5),
  {
    id: 'list large growth',
    work: '`/api/v1/metrics`, 500,000 samples, streamed: growth of memory',
    unit: 'share',
    peer: 'the answer',
    atMost: 0.5,
    value: (of) => of('list large growth', 'pushgate') / of('list large bytes', 'pushgate'),
  },
];

/** How well each limit is kept, and how the figure stands beside the recorded one (`null`: nothing to compare with). 1 is just kept. */
export function judge(of, recordedFigures) {
  return limits.map((limit) => {
    const figure = limit.value(of);
    const recorded = recordedFigures?.[limit.id] ?? null;
    return {
      limit,
      figure,
      score: scoreOf(limit, figure, limit.atLeast ?? limit.atMost),
      recorded,
      // Milliseconds depend on the machine and on the hour: they are held to the limit alone.
      recordedScore: recorded === null || limit.unit === 'ms' ? null : scoreOf(limit, figure, recorded),
    };
  });
}

/** In words why `bench:check` fails on this; `null` if it does not. */
export function findFault({ limit, figure, score, recorded, recordedScore }) {
  const reached = showFigure(limit, figure);
  if (!Number.isFinite(figure)) return `${limit.work}: not measured`;
  if (score < toleratedShare) return `${limit.work}: ${reached}, asked ${showAsked(limit)}`;
  if (recordedScore !== null && recordedScore < toleratedShare) return `${limit.work}: ${reached}, recorded ${showFigure(limit, recorded)}`;
  return null;
}

export function showFigure({ unit }, figure) {
  return Number.isFinite(figure) ? units[unit].show(figure) : '–';
}

/** What is asked, with whom it is compared. */
export function showAsked(limit) {
  const { atLeast, atMost, peer, unit } = limit;
  const amountAsked = atLeast === undefined ? `at most ${showFigure(limit, atMost)}` : `at least ${showFigure(limit, atLeast)}`;
  return peer === undefined ? amountAsked : `${amountAsked}${units[unit].joiner}${peer}`;
}

/** Three figures that tell; more would be noise. */
export function round(value) {
  if (!Number.isFinite(value)) return '–';
  return Math.abs(value) >= 100 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)));
}

function scoreOf({ atLeast }, figure, wanted) {
  return atLeast === undefined ? wanted / figure : figure / wanted;
}

/** Pushes per second, as a multiple of a peer's or as a share of the bare server's. */
function rate(key, work, peer, atLeast) {
  const value = (of) => of(key, 'pushgate') / of(key, peer);
  return { id: `${key} / ${peer}`, work, peer: peerTitles[peer], unit: peer === 'bare' ? 'share' : 'times', atLeast, value };
}

function ownRate(key, work) {
  const value = (of) => of(key, 'pushgate') / of('push 50 of few', 'pushgate');
  return { id: key, work, peer: 'the rate at 10', unit: 'share', atLeast: 0.85, value };
}

function writeTime(key, work, size) {
  const value = (of) => of(key, 'pushgate') / of(`scrape ${size} text`, 'bare');
  return { id: `${key} / bare`, work, peer: peerTitles.bare, unit: 'times', atMost: 1.3, value };
}

function gzipTime(key, work) {
  const value = (of) => of(key, 'pushgate') / of('scrape large text', 'pushgate');
  return { id: `${key} / text`, work, peer: 'the text scrape', unit: 'times', atMost: 1.5, value };
}

/** How many times the reference's time is that of ours. */
function speedup(key, work, atLeast) {
  const value = (of) => of(key, 'reference') / of(key, 'pushgate');
  return { id: `${key} / reference`, work, peer: peerTitles.reference, unit: 'faster', atLeast, value };
}

function amount(key, work, unit, atMost) {
  return { id: key, work, unit, atMost, value: (of) => of(key, 'pushgate') };
}

function sampleCount(size) {
  return `${size === 'small' ? '50,000' : '500,000'} samples`;
}
