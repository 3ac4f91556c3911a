import { writeFileSync } from 'node:fs';
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

export interface ScrapeJob {
  readonly name: string;
  readonly port: number;
  readonly honorLabels: boolean;
}

/** As `startPrometheus`, for one that scrapes these five times a second. */
export function startScraping(folder: string, jobs: readonly ScrapeJob[]): Promise<RunningServer> {
  const file = path.join(folder, 'prometheus.yml');
  const lines = jobs.map(({ name, port, honorLabels }) => {
    const target = `static_configs: [{ targets: ['127.0.0.1:${String(port)}'] }]`;
    return `  - { job_name: ${name}, honor_labels: ${honorLabels}, ${target} }\n`;
  });
  writeFileSync(file, `global: { scrape_interval: 200ms, scrape_timeout: 200ms }\nscrape_configs:\n${lines.join('')}`);
  // Makes Prometheus ask for protobuf first, as it does by default since 3.0.
  return startPrometheus(folder, file, ['--enable-feature=native-histograms']);
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
