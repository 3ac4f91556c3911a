import type { Collection, Collector } from '../collector.ts';
import type { HdfsConfig } from '../config/agent-config.ts';
import { collectionFailure } from '../errors.ts';
import { type MetricDefinition, MetricSheet } from '../metric-sheet.ts';
import { quoteFirstLine, runProgram } from './run-program.ts';

const size: MetricDefinition = {
  name: 'hdfs_path_size_bytes',
  type: 'gauge',
  help: 'Bytes of all files below the path, each counted once.',
};
const consumed: MetricDefinition = {
  name: 'hdfs_path_size_with_replication_bytes',
  type: 'gauge',
  help: 'Bytes that the path takes on the disks, with all replicas. Versions of Hadoop before 2.8 do not tell.',
};
const exitCode: MetricDefinition = { name: 'hdfs_du_exit_code', type: 'gauge', help: 'Exit code of the last hadoop fs -du.' };

export const hdfsMetrics: readonly MetricDefinition[] = [size, consumed, exitCode];

/** One line of `hadoop fs -du`. */
export interface DuLine {
  readonly path: string;
  readonly sizeBytes: number;
  /** `null` in the form with two columns, which has no replication. */
  readonly consumedBytes: number | null;
}

/** Sizes in HDFS as `hadoop fs -du` tells them. */
export class HdfsCollector implements Collector {
  readonly #config: HdfsConfig;

  constructor(config: HdfsConfig) {
    this.#config = config;
  }

  async collect(signal: AbortSignal): Promise<Collection> {
    const { command, paths, isSummary } = this.#config;
    const asked = [...command, '-du', ...(isSummary ? ['-s'] : []), ...paths];
    const { exitCode: code, stdout, stderr, killed } = await runProgram({ command: asked }, signal);
    const { lines, unreadable } = parseDu(stdout.toString(), paths);
    const said = stderr.split('\n').find((line) => line.startsWith('du: ') || line.startsWith('-du: ')) ?? stderr;
    const problem = describeProblem(code, killed, quoteFirstLine(said), unreadable);
    if (lines.length === 0 && problem !== null) throw collectionFailure(problem);
    const sheet = new MetricSheet();
    for (const { path, sizeBytes, consumedBytes } of lines) {
      sheet.add(size, { path }, sizeBytes);
      if (consumedBytes !== null) sheet.add(consumed, { path }, consumedBytes);
    }
    sheet.add(exitCode, {}, code);
    return { families: sheet.families(), problem };
  }
}

function describeProblem(code: number, killed: string | null, said: string, unreadable: readonly string[]): string | null {
  const colon = said === '' ? '' : `: ${said}`;
  if (killed !== null) return `hadoop was killed (${killed})${colon}`;
  if (code !== 0) return `hadoop ended with exit code ${code}${colon}`;
  const [line] = unreadable;
  return line === undefined ? null : `hadoop printed ${unreadable.length} lines that are no sizes, first: ${quoteFirstLine(line)}`;
}

/**
 * Reads both forms of `hadoop fs -du`: `size path`, and since 2.8 `size size-with-replication path`. A path may hold blanks and begin with
 * digits, so what was asked for decides where one begins; the last line of a path wins. Lines that are neither come back as they are.
 */
export function parseDu(text: string, asked: readonly string[]): { lines: DuLine[]; unreadable: string[] } {
  const lines = new Map<string, DuLine>();
  const unreadable: string[] = [];
  for (const line of text.split('\n')) {
    if (line.trim() === '') continue;
    const read = parseDuLine(line.replace(/\r$/, ''), asked);
    if (read === null) unreadable.push(line);
    else lines.set(read.path, read);
  }
  return { lines: [...lines.values()], unreadable };
}

function parseDuLine(line: string, asked: readonly string[]): DuLine | null {
  const [, first = '', rest = ''] = /^\s*(\d+)\s+(\S.*)$/.exec(line) ?? [];
  // Sizes with units, as `-du -h` prints them, are no bytes.
  if (first === '' || (/^[KMGTPE]\s/.test(rest) && !isBelow(rest, asked))) return null;
  const [, second = '', path = ''] = /^(\d+)\s+(\S.*)$/.exec(rest) ?? [];
  const hasReplication = second !== '' && !(isBelow(rest, asked) && !isBelow(path, asked));
  if (hasReplication) return { path, sizeBytes: Number(first), consumedBytes: Number(second) };
  return { path: rest, sizeBytes: Number(first), consumedBytes: null };
}

function isBelow(path: string, asked: readonly string[]): boolean {
  return asked.some((root) => path === root || path.startsWith(root.endsWith('/') ? root : `${root}/`));
}
