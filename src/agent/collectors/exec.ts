import type { MetricFamily } from '../../model/metric-family.ts';
import type { Collection, Collector } from '../collector.ts';
import type { ExecConfig } from '../config/agent-config.ts';
import { type MetricDefinition, MetricSheet } from '../metric-sheet.ts';
import { parseExposition } from './parse-exposition.ts';
import { type ProgramEnd, quoteFirstLine, runProgram } from './run-program.ts';

const exitCode: MetricDefinition = {
  name: 'exec_exit_code',
  type: 'gauge',
  help: 'Exit code of the last run of the command; 128 and the signal number when a signal ended it.',
};
const duration: MetricDefinition = { name: 'exec_duration_seconds', type: 'gauge', help: 'How long the last run of the command took.' };

export const execMetrics: readonly MetricDefinition[] = [exitCode, duration];

/** Runs a command and takes the text exposition that it prints. */
export class ExecCollector implements Collector {
  readonly #name: string;
  readonly #config: ExecConfig;

  /** `name`: of the collector, which labels the two metrics about the run. */
  constructor(name: string, config: ExecConfig) {
    this.#name = name;
    this.#config = config;
  }

  async collect(signal: AbortSignal): Promise<Collection> {
    const startedMs = performance.now();
    const end = await runProgram(this.#config, signal);
    const sheet = new MetricSheet();
    const labels = { collector: this.#name };
    sheet.add(exitCode, labels, end.exitCode);
    sheet.add(duration, labels, (performance.now() - startedMs) / 1000);
    const { families, problem } = readOutput(end);
    return {
      families: [...sheet.families(), ...families],
      problem: problem === null ? null : `${this.#config.command[0] ?? ''}: ${problem}`,
    };
  }
}

/** What a command says that failed is not used: half of it may be missing. */
function readOutput({ exitCode: code, stdout, stderr, killed }: ProgramEnd): { families: readonly MetricFamily[]; problem: string | null } {
  const said = quoteFirstLine(stderr);
  const colon = said === '' ? '' : `: ${said}`;
  if (killed === 'time limit') return { families: [], problem: `killed, since it did not end in time${colon}` };
  if (killed !== null) return { families: [], problem: `killed, since it printed more than is taken${colon}` };
  if (code !== 0) return { families: [], problem: `it ended with exit code ${code}${colon}` };
  const parsed = parseExposition(stdout);
  return 'flaw' in parsed ? { families: [], problem: `what it printed cannot be pushed: ${parsed.flaw}` } : { ...parsed, problem: null };
}
