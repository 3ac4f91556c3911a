import path from 'node:path';
import { eventually } from '../e2e/target.ts';
import { commandOf } from './debian.ts';
import { type RunningServer, startProcess } from './server.ts';

/** A series of an answer with its last value. */
export interface FoundSeries {
  readonly metric: Readonly<Record<string, string>>;
  readonly value: readonly [number, string];
}

/** Starts Debian's Prometheus, its data in the folder. Guard the test with `needs('prometheus')`. */
export function startPrometheus(folder: string, configFile: string, flags: readonly string[] = []): Promise<RunningServer> {
  const args = [`--config.file=${configFile}`, `--storage.tsdb.path=${path.join(folder, 'tsdb')}`, '--web.listen-address=127.0.0.1:{port}'];
  return startProcess(commandOf('prometheus'), [...args, ...flags], { ready: '/-/ready' });
}

/** Asks until there is an answer: a scrape has to come first. */
export function query(prometheus: RunningServer, expression: string): Promise<readonly FoundSeries[]> {
  return eventually(10_000, async () => {
    const result = await queryOnce(prometheus, expression);
    return result.length > 0 ? result : undefined;
  });
}

export async function queryOnce(prometheus: RunningServer, expression: string): Promise<readonly FoundSeries[]> {
  const { result } = await askPrometheus<{ readonly result: readonly FoundSeries[] }>(
    prometheus,
    `query?query=${encodeURIComponent(expression)}`,
  );
  return result;
}

/** The data of an answer of its API. Throws what it says of an error. */
export async function askPrometheus<T>(prometheus: RunningServer, request: string): Promise<T> {
  const reply = await fetch(`${prometheus.url}/api/v1/${request}`);
  const answer = (await reply.json()) as { readonly data: T; readonly error?: string };
  if (answer.error !== undefined) throw new Error(`Prometheus refuses ${request}: ${answer.error}`);
  return answer.data;
}
