import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, lstatSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

/** How the programs in one folder become something that can be run. Commands are run in that folder; `out` is where the results go. */
export interface Program {
  /** The whole path. */
  readonly folder: string;
  /** Commands that tell the version of what is needed. One that fails says that it is not here. */
  readonly tools: readonly Command[];
  /** Brings what the lock file names to this machine. The only step that may ask a registry. */
  fetch(out: string): readonly Command[];
  /** Works without a network. */
  compile(out: string): readonly Command[];
}

export type Command = readonly [command: string, ...args: string[]];

export type BuiltProgram = { readonly kind: 'built'; readonly out: string } | { readonly kind: 'left out'; readonly reason: string };

/** Settings for `env` under which Go asks nobody. */
export const goOffline: readonly string[] = ['GOPROXY=off', 'GOFLAGS=-mod=readonly -buildvcs=false', 'GOTOOLCHAIN=local'];

const run = promisify(execFile);
const toolMsMax = 20_000;
const fetchMsMax = 120_000;
const compileMsMax = 180_000;

/** Where everything built is kept between runs: a run with nothing new needs neither network nor compiler. */
export const buildFolder: string = path.join(tmpdir(), `pushgate-test-programs-${String(process.getuid?.() ?? 'user')}`);

/**
 * Builds once per state of sources, lock file and tools. A tool or registry that is not to be had, or a machine that is too slow, leaves
 * the program out, with the reason; sources that do not compile throw.
 */
export async function buildProgram(program: Program): Promise<BuiltProgram> {
  const versions: string[] = [];
  for (const [command, ...args] of program.tools) {
    const version = await attempt([command, ...args], program, toolMsMax);
    if (version instanceof Error) return { kind: 'left out', reason: `${[command, ...args].join(' ')} does not work here` };
    versions.push(version);
  }
  openBuildFolder();
  const out = path.join(buildFolder, `${path.basename(program.folder)}-${hashOf(program, versions)}`);
  if (existsSync(out)) return { kind: 'built', out };

  // Another run may build the same: each in a folder of its own, and the first one to be done counts.
  const draft = `${out}.${String(process.pid)}`;
  try {
    mkdirSync(draft);
    const obstacle = await fetchAndCompile(program, draft);
    if (obstacle !== null) return { kind: 'left out', reason: obstacle };
    if (!existsSync(out)) renameSync(draft, out);
    return { kind: 'built', out };
  } finally {
    rmSync(draft, { recursive: true, force: true });
  }
}

/** `null`, or why it cannot be done here. */
async function fetchAndCompile(program: Program, out: string): Promise<string | null> {
  for (const command of program.fetch(out)) {
    const failure = await attempt(command, program, fetchMsMax);
    if (failure instanceof Error) return `cannot fetch what it needs: ${failure.message}`;
  }
  for (const command of program.compile(out)) {
    const failure = await attempt(command, program, compileMsMax);
    if (!(failure instanceof Error)) continue;
    if ('killed' in failure && failure.killed === true) return `${command.join(' ')} takes longer than ${compileMsMax / 1000} s here`;
    throw failure;
  }
  return null;
}

async function attempt([command, ...args]: Command, program: Program, msMax: number): Promise<string | Error> {
  try {
    const { stdout } = await run(command, args, { cwd: program.folder, timeout: msMax, env: { ...process.env, GOTOOLCHAIN: 'local' } });
    return stdout;
  } catch (error) {
    return error instanceof Error ? error : new Error(String(error));
  }
}

/** A folder under a name that others know must be ours: what is in it is run. */
function openBuildFolder(): void {
  mkdirSync(buildFolder, { recursive: true, mode: 0o700 });
  const { uid } = lstatSync(buildFolder);
  if (process.getuid !== undefined && uid !== process.getuid())
    throw new Error(`cannot build programs for tests: ${buildFolder} is somebody else's`);
}

function hashOf(program: Program, versions: readonly string[]): string {
  const hash = createHash('sha256')
    .update(JSON.stringify(versions))
    .update(JSON.stringify(program.fetch('')) + JSON.stringify(program.compile('')));
  for (const file of readdirSync(program.folder, { recursive: true, withFileTypes: true }).sort((a, b) => (a.name < b.name ? -1 : 1))) {
    if (file.isFile()) hash.update(`${file.name}\n`).update(readFileSync(path.join(file.parentPath, file.name)));
  }
  return hash.digest('hex').slice(0, 16);
}
