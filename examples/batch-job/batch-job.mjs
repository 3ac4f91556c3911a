// A job that pushes once, at its end. Start: node batch-job.mjs [FILE], which counts the lines of FILE (of itself, without one).
import { readFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { Counter, Gauge, Registry } from 'prom-client';
import { withPush } from 'pushgate/client';

const registry = new Registry();
const registers = [registry];
const lines = new Counter({ name: 'report_lines_total', help: 'Lines read by the last run.', labelNames: ['kind'], registers });
const longest = new Gauge({ name: 'report_longest_line_chars', help: 'Length of the longest line.', registers });

async function makeReport(file) {
  const text = await readFile(file, 'utf8');
  for (const line of text.split('\n')) {
    lines.inc({ kind: line.trim() === '' ? 'blank' : 'text' });
    longest.set(Math.max((await longest.get()).values[0].value, line.length));
  }
}

const group = {
  url: process.env.PUSHGATE_URL ?? 'http://localhost:9091',
  job: 'report',
  // Where it runs, and nothing that is different each time: every run then is a push into the same group.
  labels: { instance: process.env.INSTANCE ?? hostname() },
};

try {
  // Adds report_duration_seconds, report_success and the like. After a failure report_last_success_time_seconds stays as it was, so that
  // an alert on its age still comes. A gateway that is down fails no job: it is a warning.
  await withPush({ ...group, prefix: 'report', metrics: registry }, () => makeReport(process.argv[2] ?? import.meta.filename));
} catch (error) {
  console.error(`cannot make the report: ${error.message}`);
  process.exitCode = 1;
}
