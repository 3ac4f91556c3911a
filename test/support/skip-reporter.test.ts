import { afterEach, expect, test, vi } from 'vitest';
import type { TestModule } from 'vitest/node';
import SkipReporter from './skip-reporter.ts';

const skippedTest = { fullName: 'a suite > a test' };
const moduleOf = (...skipped: object[]): TestModule => moduleWith({ skipped });

function moduleWith({ skipped = [], passed = [] }: { skipped?: object[]; passed?: object[] }): TestModule {
  const allTests = (state?: string): object[] => (state === 'skipped' ? skipped : passed);
  return { relativeModuleId: 'test/e2e/a.test.ts', children: { allTests } } as unknown as TestModule;
}

function report(modules: readonly TestModule[]): { said: string; exitCode: typeof process.exitCode } {
  const error = vi.spyOn(console, 'error').mockReturnValue();
  const before = process.exitCode;
  try {
    new SkipReporter().onTestRunEnd(modules);
    return { said: error.mock.calls.flat().join('\n'), exitCode: process.exitCode };
  } finally {
    process.exitCode = before;
  }
}

afterEach(() => {
  vi.unstubAllEnvs();
  vi.restoreAllMocks();
});

test('skipped tests are listed at the end of the run', () => {
  vi.stubEnv('CI', '');
  const { said, exitCode } = report([moduleOf(), moduleOf(skippedTest)]);
  expect(said).toContain('1 tests were SKIPPED');
  expect(said).toContain('test/e2e/a.test.ts > a suite > a test');
  expect(exitCode).toBeUndefined();
});

test('a skipped test fails the run in CI', () => {
  vi.stubEnv('CI', 'true');
  expect(report([moduleOf(skippedTest)]).exitCode).toBe(1);
});

test('a run without skips is left alone', () => {
  vi.stubEnv('CI', 'true');
  expect(report([moduleOf()])).toEqual({ said: '', exitCode: undefined });
});

test('what was left out for want of an optional tool is listed, and fails nothing in CI', () => {
  vi.stubEnv('CI', 'true');
  const passed = [{ meta: () => ({ leftOut: "Go's client: go version does not work here" }) }, { meta: () => ({}) }];
  const { said, exitCode } = report([moduleWith({ passed })]);
  expect(said).toContain('1 clients were LEFT OUT');
  expect(said).toContain("Go's client: go version does not work here");
  expect(exitCode).toBeUndefined();
});
