import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, test } from 'vitest';
import { execMetrics } from '../../src/agent/collectors/exec.ts';
import { fileMetrics } from '../../src/agent/collectors/file.ts';
import { hdfsMetrics } from '../../src/agent/collectors/hdfs.ts';
import { httpMetrics } from '../../src/agent/collectors/http.ts';
import { networkMetrics } from '../../src/agent/collectors/network.ts';
import { processMetrics } from '../../src/agent/collectors/process.ts';
import { ownMetrics } from '../../src/agent/own-metrics.ts';

const sections = {
  network: networkMetrics,
  http: httpMetrics,
  process: processMetrics,
  hdfs: hdfsMetrics,
  exec: execMetrics,
  file: fileMetrics,
  'The agent itself': ownMetrics,
};

test('docs/agent.md lists each metric with its type and its HELP, in the section of its collector', () => {
  const page = readFileSync(path.join(import.meta.dirname, '../../docs/agent.md'), 'utf8');
  for (const [title, definitions] of Object.entries(sections)) {
    const section = page.split(`\n## ${title}\n`)[1]?.split('\n## ')[0] ?? '';
    const rows = [...section.matchAll(/^\| `([a-z_]+)` +\| (gauge|counter) +\|.*?\| (.*?) +\|$/gm)];
    expect(
      rows.map(([, name, type, help]) => ({ name, type, help })),
      title,
    ).toEqual(definitions);
  }
});
