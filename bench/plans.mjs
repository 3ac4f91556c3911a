// What is measured, how long, and what must come out.

/** The canonical workload (no arguments): about ten minutes on two cores. */
const full = {
  rounds: 3,
  seconds: 5,
  scrapes: 5,
  pushSamples: [1, 50, 1000],
  storedGroups: [0, 1000, 10_000],
  scrapeSamples: [50_000, 500_000],
};
/** One round of the parts that the limits are about. */
const quick = { ...full, rounds: 1, seconds: 2, scrapes: 3, pushSamples: [50] };
const check = { ...quick, rounds: 2, seconds: 4 };

export const plans = { full, quick, check };

/** Samples of every stored group. */
export const groupSamples = 50;

/** With nothing stored beforehand, pushes still need some groups to go to. */
export const fewGroups = 10;

/** Up to here the reference, with its checks on, answers a push before a measurement is over. */
export const referenceGroupsMax = 1000;

/** The least that must be reached. `value` gives the figure of a run, `NaN` if the run did not measure it. */
export const limits = [
  {
    name: 'pushes of 50 samples at 1,000 stored groups, times the rate of the reference',
    value: (of) => of('push 50 into 1000', 'pushgate') / of('push 50 into 1000', 'reference'),
    atLeast: 500,
  },
  {
    name: 'rate of such pushes at 10,000 stored groups, as a share of that at 10',
    value: (of) => of('push 50 into 10000', 'pushgate') / of('push 50 into 0', 'pushgate'),
    atLeast: 0.8,
  },
  {
    name: 'scrape of 500,000 samples, times faster than the reference',
    value: (of) => of('scrape 500000 text', 'reference') / of('scrape 500000 text', 'pushgate'),
    atLeast: 8,
  },
  {
    name: 'memory at 500,000 samples, as a share of the reference',
    value: (of) => of('memory 500000', 'pushgate') / of('memory 500000', 'reference'),
    atMost: 0.5,
  },
  {
    name: 'ms within which 99 % of the pushes answer while 500,000 samples are scraped',
    value: (of) => of('push during scrapes p99', 'pushgate'),
    atMost: 50,
  },
];

/** Whether a figure keeps a limit; a figure that is missing keeps none. */
export function isKept({ atLeast = -Infinity, atMost = Infinity }, figure) {
  return figure >= atLeast && figure <= atMost;
}
