import type { Reporter, TestModule } from 'vitest/node';
import { missingParts } from './debian.ts';
import type {} from './left-out.ts';

const bar = '!'.repeat(80);

/**
 * Lists at the end of a run every test that was skipped, so that a skip is never overlooked. In CI (`CI=true`) a skip fails the run. What
 * was left out for want of an optional tool (`leaveOut`) is listed too, and fails nothing.
 */
export default class SkipReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[]): void {
    tellLeftOut(modules);
    tellSkipped(modules);
  }
}

function tellLeftOut(modules: readonly TestModule[]): void {
  const leftOut = modules.flatMap((module) => [...module.children.allTests()].flatMap((test) => test.meta().leftOut ?? []));
  if (leftOut.length === 0) return;
  console.error(
    `\n${bar}\n${String(leftOut.length)} clients were LEFT OUT, their tools are not to be had here:\n  ${leftOut.join('\n  ')}\n${bar}`,
  );
}

function tellSkipped(modules: readonly TestModule[]): void {
  const skipped = modules.flatMap((module) =>
    [...module.children.allTests('skipped')].map((test) => `${module.relativeModuleId} > ${test.fullName}`),
  );
  // A name filter (-t) skips on purpose.
  if (skipped.length === 0 || process.argv.some((arg) => arg === '-t' || arg.startsWith('--testNamePattern'))) return;
  const missing = missingParts().map((part) => part.package);
  const cause = missing.length === 0 ? '' : ` (not installed: ${[...new Set(missing)].join(', ')}; see npm run install-debian)`;
  console.error(`\n${bar}\n${String(skipped.length)} tests were SKIPPED${cause}:\n  ${skipped.join('\n  ')}\n${bar}`);
  if (process.env.CI !== 'true') return;
  console.error('CI=true: a skipped test is a failure');
  process.exitCode = 1;
}
