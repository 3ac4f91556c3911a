import { defineConfig } from 'vitest/config';

/** The rooms of src/ and the rules of the house: no server, nothing from Debian, done in seconds. */
const unitTests =
  'test/{base,wasm,model,exposition,store,persistence,policy,telemetry,history,cluster,http,api,client,agent,cli,ui,house}/**/*.test.ts';

/** They judge by the clock, so they run when all others are done, one after the other. */
const timedTests = [
  'test/api/v1/group-list-speed.test.ts',
  'test/api/v1/catalog/look-budget.test.ts',
  'test/e2e/first-look.test.ts',
  'test/e2e/page-load.test.ts',
  'test/e2e/persistence-start.test.ts',
];

/** They begin with compilers on all cores, which would disturb everybody else: they come last, one file after the other. */
const builderTests = ['test/e2e/clients/*.test.ts', 'test/e2e/deploy/*.test.ts'];

/** Real servers and browsers on a machine that others use too: a test that is slow once is tried again, one that is wrong fails each time. */
const retriesOfWhole = 2;

/** Written for machines: `.ci/run` counts the tests from it. */
const report = process.env.PUSHGATE_TEST_REPORT;

export default defineConfig({
  test: {
    projects: [
      { extends: true, test: { name: 'unit', include: [unitTests], exclude: timedTests } },
      {
        extends: true,
        test: {
          name: 'whole',
          include: ['test/**/*.test.ts'],
          exclude: [unitTests, ...timedTests, ...builderTests],
          retry: retriesOfWhole,
        },
      },
      {
        extends: true,
        test: { name: 'timed', include: timedTests, fileParallelism: false, sequence: { groupOrder: 1 }, retry: retriesOfWhole },
      },
      {
        extends: true,
        test: { name: 'clients', include: builderTests, fileParallelism: false, sequence: { groupOrder: 2 }, retry: retriesOfWhole },
      },
    ],
    reporters: ['default', './test/support/skip-reporter.ts', ...(report === undefined ? [] : [['json', { outputFile: report }] as const])],
    pool: 'forks',
    // End-to-end tests start servers and load generators: more files at once than cores only makes them slow.
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
});
