// How much is measured, and for how long. The sizes of `full` are those of the table of limits.

/** The canonical workload (no arguments): about twenty-five minutes on two cores. */
const full = {
  rounds: 3,
  /** Workloads at once: more than one is no measurement. */
  lanes: 1,
  seconds: 5,
  warmSeconds: 1,
  scrapes: 5,
  starts: 3,
  steady: { seconds: 31, perSecond: 500, scrapeEverySeconds: 5 },
  groups: { none: 0, few: 10, usual: 1000, many: 10_000, most: 100_000 },
  scrapeSamples: { small: 50_000, large: 500_000 },
};
const quick = { ...full, rounds: 1, seconds: 2, scrapes: 2, starts: 2, steady: { ...full.steady, seconds: 11 } };
/** What `bench:check` judges: two rounds, so that the order is turned once. */
const check = { ...full, rounds: 2, seconds: 3, scrapes: 3, steady: { ...full.steady, seconds: 16 } };
/** All of it on a scale at which the figures mean nothing: for the test that the bench runs. */
const tiny = {
  rounds: 1,
  lanes: 4,
  seconds: 0.1,
  warmSeconds: 0,
  scrapes: 1,
  starts: 1,
  steady: { seconds: 0.5, perSecond: 100, scrapeEverySeconds: 0.2 },
  groups: { none: 0, few: 10, usual: 20, many: 40, most: 100 },
  scrapeSamples: { small: 500, large: 2000 },
};

export const plans = { full, quick, check, tiny };

/** Samples of every stored group. */
export const groupSamples = 50;
