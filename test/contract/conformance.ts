import { spawn } from 'node:child_process';
import { mkdtempSync, openSync, closeSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';

/** What the kit found out about one case. */
export interface CaseResult {
  /** `differs`: it does not hold, and `differences.json` says why that is meant. */
  readonly result: 'passed' | 'failed' | 'differs' | 'skipped';
  readonly errors: readonly string[];
}

export interface ConformanceRun {
  /** The command that becomes the server; the kit fills in `{port}` and `{flags}`. */
  readonly server: string;
  /** From which ports the kit takes its own, as `A-B`. */
  readonly ports: string;
  readonly args: readonly string[];
}

const root = path.join(import.meta.dirname, '..', '..');
const kit = path.join(root, 'test', 'conformance', 'run.mjs');
const runMsMax = 240_000;

/** The names (`area/id`) of the cases that the vendored kit holds for this version. */
export async function listConformanceCases(target: string): Promise<string[]> {
  const listing = await runKit(['--list', '--target', target]);
  return listing.split('\n').flatMap((line) => /^\S+\/\S+/.exec(line)?.[0] ?? []);
}

/** Runs the kit once; the results by name of the case. Rejects if the kit itself could not run. */
export async function runConformance(run: ConformanceRun): Promise<ReadonlyMap<string, CaseResult>> {
  const output = await runKit(['--server', run.server, '--ports', run.ports, '--json', ...run.args]);
  if (!output.startsWith('{')) throw new Error(`the conformance kit could not run: ${output}`);
  const report = JSON.parse(output) as { results: readonly (Omit<CaseResult, 'errors'> & { case: string; errors?: string[] })[] };
  return new Map(report.results.map(({ case: name, result, errors }) => [name, { result, errors: errors ?? [] }]));
}

/** What the kit printed. It ends with 1 when a case failed, so its exit code says nothing about the kit itself. */
async function runKit(args: readonly string[]): Promise<string> {
  const folder = mkdtempSync(path.join(tmpdir(), 'pushgate-conformance-'));
  const file = path.join(folder, 'output');
  // To a file: the kit leaves by process.exit, which drops what a pipe has not taken yet.
  const output = openSync(file, 'w');
  try {
    const child = spawn(process.execPath, [kit, ...args], { cwd: root, stdio: ['ignore', output, output], timeout: runMsMax });
    await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
    return readFileSync(file, 'utf8');
  } finally {
    closeSync(output);
    rmSync(folder, { recursive: true });
  }
}
