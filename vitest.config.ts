import { defineConfig } from 'vitest/config';

/** The rooms of src/ and the rules of the house: no server, nothing from Debian, done in seconds. */
const unitTests = 'test/{base,model,exposition,store,persistence,policy,telemetry,history,cluster,http,api,cli,ui,house}/**/*.test.ts';

/** Written for machines: `.ci/run` counts the tests from it. */
const report = process.env.PUSHGATE_TEST_REPORT;

export default defineConfig({
  test: {
    projects: [
      { extends: true, test: { name: 'unit', include: [unitTests] } },
      { extends: true, test: { name: 'whole', include: ['test/**/*.test.ts'], exclude: [unitTests] } },
    ],
    reporters: ['default', './test/support/skip-reporter.ts', ...(report === undefined ? [] : [['json', { outputFile: report }] as const])],
    pool: 'forks',
    // End-to-end tests start servers and load generators: more files at once than cores only makes them slow.
    maxWorkers: 2,
    testTimeout: 20_000,
    hookTimeout: 30_000,
  },
});
