import { beforeAll, describe, expect, test } from 'vitest';
import { needs } from '../support/debian.ts';
import { type CaseResult, listConformanceCases, runConformance } from './conformance.ts';

const target = '1.11.3';
const pushgate = `${process.execPath} bin/pushgate.js --web.listen-address=127.0.0.1:{port} {flags}`;

const names = await listConformanceCases(target);

describe('Pushgate answers as prom/pushgateway 1.11.3 does', () => {
  let results: ReadonlyMap<string, CaseResult> = new Map();

  beforeAll(async () => {
    results = await runConformance({
      server: pushgate,
      ports: '19110-19189',
      args: ['--target', target, '--differences', 'test/conformance/differences.json', '--sample-order', 'any'],
    });
  }, 300_000);

  test.each(names.map((name) => [name]))('%s', (name) => {
    const { result, errors } = results.get(name) ?? { result: 'failed', errors: ['the kit did not run this case'] };
    expect(result === 'failed' ? errors : []).toEqual([]);
  });
});

describe.runIf(needs('prometheus-pushgateway'))('the kit itself', () => {
  const server = '/usr/bin/prometheus-pushgateway --web.listen-address=127.0.0.1:{port} {flags}';

  test('finds nothing to say about the reference that it was recorded from', { timeout: 120_000 }, async () => {
    const results = await runConformance({ server, ports: '19200-19279', args: ['--target', '1.5.1'] });
    expect(results.size).toBeGreaterThan(400);
    expect([...results].filter(([, { result }]) => result !== 'passed')).toEqual([]);
  });

  test('notices that the reference of Debian is not 1.11.3', { timeout: 120_000 }, async () => {
    const results = await runConformance({ server, ports: '19200-19279', args: ['--target', target, '--only', '^snappy/'] });
    expect([...results.values()].filter(({ result }) => result === 'failed')).not.toEqual([]);
  });
});
