import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { expect, test } from 'vitest';

const ciRun = path.join(import.meta.dirname, '..', '..', '.ci');

interface Sample {
  readonly readme?: string;
  /** Shell commands for the two scripts that .ci/run ends up calling. */
  readonly test?: string;
  readonly check?: string;
}

/** Runs .ci/run in a small repository of its own. */
function run(sample: Sample): { lastLine: string; status: number | null; output: string } {
  const folder = mkdtempSync(path.join(tmpdir(), 'pushgate-ci-'));
  try {
    cpSync(ciRun, path.join(folder, '.ci'), { recursive: true });
    const readme = '# Sample\n\n```sh\nexit 9\n```\n\n<!-- test-command -->\n\n```sh\nnpm test\n```\n\n```sh\nexit 8\n```\n';
    writeFileSync(path.join(folder, 'README.md'), sample.readme ?? readme);
    const scripts = { test: sample.test ?? reportOf(2, 0, 0), check: sample.check ?? 'true' };
    writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ name: 'sample', scripts }));
    const git = (...args: string[]): unknown =>
      execFileSync('git', ['-c', 'user.name=a', '-c', 'user.email=a@b', ...args], { cwd: folder });
    git('init', '--quiet');
    git('add', '.');
    git('commit', '--quiet', '--message', 'sample');
    // What is not committed is not judged.
    writeFileSync(path.join(folder, 'package.json'), '{}');
    const { stdout, stderr, status } = spawnSync(path.join(folder, '.ci', 'run'), { encoding: 'utf8', cwd: tmpdir() });
    return { lastLine: stdout.trimEnd().split('\n').at(-1) ?? '', status, output: stdout + stderr };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** A shell command that leaves a report of the test runner behind. */
function reportOf(passed: number, failed: number, skipped: number): string {
  const report = { numPassedTests: passed, numFailedTests: failed, numPendingTests: skipped, numTodoTests: 0, testResults: [] };
  return `echo '${JSON.stringify(report)}' > "$PUSHGATE_TEST_REPORT"`;
}

test('.ci/run ends with the counts of the tests, and fails for each reason to', { timeout: 60_000 }, () => {
  const f = (sample: Sample, lastLine: string, status: number): void => {
    const result = run(sample);
    expect({ lastLine: result.lastLine, status: result.status }, result.output).toEqual({ lastLine, status });
  };
  f({}, '2 passed, 0 failed', 0);
  f({ test: `${reportOf(2, 1, 0)}; exit 1` }, '2 passed, 1 failed', 1);
  f({ test: `${reportOf(2, 0, 0)}; exit 1` }, '2 passed, 1 failed', 1);
  f({ test: 'true' }, '0 passed, 1 failed', 1);
  f({ test: reportOf(2, 0, 1) }, '2 passed, 1 failed', 1);
  f({ check: 'exit 1' }, '2 passed, 1 failed', 1);
  f({ readme: '# No command\n' }, '0 passed, 1 failed', 1);
});
