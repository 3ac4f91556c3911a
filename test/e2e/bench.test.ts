import { spawn } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, test } from 'vitest';
import { needs } from '../support/debian.ts';
import { useTemporaryFolder } from '../support/temporary-folder.ts';

const bench = path.join(import.meta.dirname, '..', '..', 'bench');
const folder = useTemporaryFolder();
const runMsMax = 240_000;
const hasVictoria = existsSync('/usr/bin/victoria-metrics');

interface BenchRecord {
  readonly figures: Readonly<Record<string, number | null>>;
  readonly measurements: Readonly<Record<string, Readonly<Record<string, readonly number[]>>>>;
}

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** Runs a script of the bench to its end. */
function run(script: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): Promise<Ended> {
  const child = spawn(process.execPath, [path.join(bench, script), ...args], { env: { ...process.env, ...env }, timeout: runMsMax });
  let output = '';
  child.stdout.on('data', (text) => (output += String(text)));
  child.stderr.on('data', (text) => (output += String(text)));
  return new Promise((resolve) => child.once('close', (code) => resolve({ code, output })));
}

/** A run in which every limit is kept by far: what a good server has, and its peers. */
const goodMeasurements: BenchRecord['measurements'] = {
  ...Object.fromEntries(
    [
      '50',
      '50 fresh',
      '1',
      '1000',
      '50 protobuf',
      '1000 protobuf',
      '50 gzip',
      '50 of few',
      '50 of most',
      '50 over most',
      '50 into many',
    ].map((key) => [`push ${key}`, { pushgate: [9e5], reference: [1], unchecked: [1e5], victoria: [1e5], bare: [1e6] }]),
  ),
  ...Object.fromEntries(
    ['small', 'large'].flatMap((size) =>
      ['text', 'gzip', 'protobuf'].flatMap((format) => [
        [`scrape ${size} ${format}`, { pushgate: [100], reference: [9000], bare: [90] }],
        [`scrape ${size} ${format} changed`, { pushgate: [100] }],
      ]),
    ),
  ),
  'steady p99': { pushgate: [1] },
  'steady p99.9': { pushgate: [2] },
  'memory kept': { pushgate: [1e8], reference: [4e8] },
  'memory peak': { pushgate: [1e8] },
  'durable memory': { pushgate: [1000] },
  'durable disk': { pushgate: [900] },
  'start empty': { pushgate: [50] },
  'start large': { pushgate: [500] },
  'list small': { pushgate: [10], reference: [900] },
  'list large growth': { pushgate: [10] },
  'list large bytes': { pushgate: [1000] },
};

describe.runIf(needs('wrk', 'prometheus-pushgateway'))('the bench', { timeout: runMsMax }, () => {
  test('has a figure for each limit, and tells of every server', async () => {
    const { code, output } = await run('run.mjs', ['--tiny', '--out', folder()]);
    expect(code, output).toBe(0);
    const { figures } = readRecord(path.join(folder(), 'results.json'));
    const missing = Object.keys(figures).filter((id) => figures[id] === null && (hasVictoria || !id.endsWith('/ victoria')));
    expect(missing).toEqual([]);
    expect(Object.keys(figures).length).toBeGreaterThan(30);
    const report = readFileSync(path.join(folder(), 'RESULTS.md'), 'utf8');
    expect(report).toMatch(/\*\*[\d.,]+ pushes per second\*\*[^]*\*\*[\d.,]+ ms for a scrape\*\*/);
    expect(report).toContain('| push | Pushgate | reference | reference, no checks | VictoriaMetrics | bare node:http |');
    expect(output.includes('NOT MEASURED: VictoriaMetrics')).toBe(!hasVictoria);
  });

  test('draws how the cost grows', async () => {
    const { code, output } = await run('growth.mjs', ['--seconds', '0.1', '--most', '100', '--out', folder()]);
    expect(code, output).toBe(0);
    const chart = readFileSync(path.join(folder(), 'growth.svg'), 'utf8');
    expect(chart.match(/class="line (pushgate|reference)" d="M[\d.]+ [\d.]+L[\d.]+ [\d.]+"/g)).toHaveLength(6);
    expect(chart).not.toContain('NaN');
  });

  test.each(['exposition', 'store', 'persistence', 'http'])('of the room %s runs alone', async (room) => {
    const { code, output } = await run(`rooms/${room}.mjs`, [], { PUSHGATE_BENCH_MS: '1' });
    expect(code, output).toBe(0);
    expect(output).toMatch(/^\S.* \d+\.\d\d .*to/m);
  });
});

describe('bench:check', () => {
  test('is content with a run that keeps all limits and the record', async () => {
    const { code, output } = await check(goodMeasurements, null);
    expect(output).toContain('All figures keep 85 %');
    expect(code).toBe(0);
  });

  test('fails below 85 % of a limit, not a little above it', async () => {
    const at = (perSecond: number): unknown => ({
      ...goodMeasurements,
      'push 1': { ...goodMeasurements['push 1'], pushgate: [perSecond] },
    });
    expect((await check(at(520_000), null)).code).toBe(0);
    const broken = await check(at(500_000), null);
    expect(broken.output).toContain('push, 1 sample, 1,000 groups stored: 50 %, asked at least 60 % of the bare server');
    expect(broken.code).toBe(1);
  });

  test('fails where a thing takes too long, and where it was not measured', async () => {
    const slow = await check({ ...goodMeasurements, 'start large': { pushgate: [1800] }, 'steady p99': {} }, null);
    expect(slow.output).toContain('start with 500,000 stored samples: 1,800 ms, asked at most 1,500 ms');
    expect(slow.output).toContain('pushes during a scrape of 500,000 samples, p99: not measured');
    expect(slow.code).toBe(1);
  });

  test('fails below 85 % of what was recorded, but compares no milliseconds with other days', async () => {
    const recorded = { 'push 50 / reference': 1_200_000, 'start large': 1 };
    const { code, output } = await check(goodMeasurements, recorded);
    expect(output).toContain('push, 50 samples, 1,000 groups stored: 900,000 times, recorded 1,200,000 times');
    expect(output).not.toContain('start with 500,000 stored samples: 500 ms, recorded');
    expect(code).toBe(1);
    expect((await check(goodMeasurements, { 'push 50 / reference': 1_000_000 })).code).toBe(0);
  });
});

/** What `--check` says of a run that was made up. */
function check(measurements: unknown, figures: Readonly<Record<string, number>> | null): Promise<Ended> {
  const [made, recorded] = [path.join(folder(), 'made.json'), path.join(folder(), 'recorded.json')];
  const plan = {
    rounds: 1,
    groups: { few: 10, usual: 1000, many: 10_000, most: 100_000 },
    scrapeSamples: { small: 50_000, large: 500_000 },
  };
  const steady = { perSecond: 500, scrapeEverySeconds: 5 };
  const facts = { command: 'made up', date: '2026-01-01', commit: '0', machine: 'none', versions: {}, plan: { ...plan, steady } };
  writeFileSync(made, JSON.stringify({ ...facts, measurements }));
  if (figures !== null) writeFileSync(recorded, JSON.stringify({ figures }));
  return run('run.mjs', ['--check', '--from', made, '--recorded', recorded]);
}

function readRecord(file: string): BenchRecord {
  return JSON.parse(readFileSync(file, 'utf8')) as BenchRecord;
}
