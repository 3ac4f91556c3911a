import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { commandOf } from '../support/debian.ts';
import { type RunningServer, startProcess } from '../support/server.ts';
import { eventually } from './target.ts';

type QueryResult = readonly { readonly metric: Record<string, string>; readonly value: readonly [number, string] }[];

export interface ScrapeJob {
  readonly name: string;
  readonly port: number;
  readonly honorLabels: boolean;
}

/** Starts Debian's Prometheus with its files in `folder`. It scrapes five times a second. */
export async function startPrometheus(folder: string, jobs: readonly ScrapeJob[]): Promise<RunningServer> {
  const file = path.join(folder, 'prometheus.yml');
  const lines = jobs.map(({ name, port, honorLabels }) => {
    const target = `static_configs: [{ targets: ['127.0.0.1:${String(port)}'] }]`;
    return `  - { job_name: ${name}, honor_labels: ${honorLabels}, ${target} }\n`;
  });
  writeFileSync(file, `global: { scrape_interval: 200ms, scrape_timeout: 200ms }\nscrape_configs:\n${lines.join('')}`);
  const args = [
    `--config.file=${file}`,
    `--storage.tsdb.path=${path.join(folder, 'tsdb')}`,
    '--web.listen-address=127.0.0.1:{port}',
    // Makes Prometheus ask for protobuf first, as it does by default since 3.0.
    '--enable-feature=native-histograms',
  ];
  return startProcess(commandOf('prometheus'), args, { ready: '/-/ready' });
}

/** Asks until there is an answer: a scrape has to come first. */
export function query(prometheus: RunningServer, expression: string): Promise<QueryResult> {
  return eventually(10_000, async () => {
    const result = await queryOnce(prometheus, expression);
    return result.length > 0 ? result : undefined;
  });
}

export async function queryOnce(prometheus: RunningServer, expression: string): Promise<QueryResult> {
  const reply = await fetch(`${prometheus.url}/api/v1/query?query=${encodeURIComponent(expression)}`);
  return ((await reply.json()) as { readonly data: { readonly result: QueryResult } }).data.result;
}
