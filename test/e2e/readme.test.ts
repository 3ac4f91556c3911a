import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ExposedSample, readExposition, readSample, seriesOf } from '../fuzz/exposition.ts';
import { needs } from '../support/debian.ts';
import type { RunningServer } from '../support/server.ts';
import { eventually, scrape, startGateway } from './target.ts';

const run = promisify(execFile);
const readme = readFileSync(path.join(import.meta.dirname, '..', '..', 'README.md'), 'utf8');
const examples = [...readme.matchAll(/^```sh\n([^`]*)^```$/gm)]
  .map((match) => match[1] ?? '')
  .filter((text) => text.includes('curl') && text.includes(':9091/'));

describe.runIf(needs('curl'))('the curl examples of the README', () => {
  let gateway: RunningServer;
  let port: number;
  beforeAll(async () => {
    // As it is printed, an example talks to port 9091; where that is taken, only the port is another one.
    const printed = await startGateway(['--web.listen-address=127.0.0.1:9091']).catch(() => null);
    gateway = printed ?? (await startGateway());
    port = printed === null ? gateway.port : 9091;
  });
  afterAll(() => gateway.stop());

  test('are three: add, replace, delete', () => {
    expect(examples.map((text) => /-X (\w+)/.exec(text)?.[1] ?? 'POST')).toEqual(['POST', 'PUT', 'DELETE']);
  });

  test.each(examples.map((text) => [text.trim().split('\n').at(-1) ?? '', text]))('%s', async (_, text) => {
    const jobPath = /:9091\/metrics\/job\/(\S+)/.exec(text)?.[1] ?? '';
    const [job = '', ...others] = jobPath.split('/');
    const grouping = [['job', job], ...pairsOf(others)] as const;
    const script = port === 9091 ? text : text.replaceAll(':9091', `:${String(port)}`);
    const { stdout } = await run('bash', ['-eo', 'pipefail', '-c', script]);
    expect(stdout).toBe('');

    const wanted = samplesIn(text).map(({ name, labels, value }) => {
      const merged = new Map([['instance', ''], ...labels, ...grouping]);
      return { series: seriesOf({ name, labels: [...merged] }), value: Number(value) };
    });
    const groupLabels = [...new Map([['instance', ''], ...grouping])];
    const pushTime = seriesOf({ name: 'push_time_seconds', labels: groupLabels });
    if (wanted.length === 0) {
      await eventually(2000, async () => ((await exposed()).has(pushTime) ? undefined : true));
      return;
    }
    const page = await exposed();
    for (const { series, value } of wanted) expect(page.get(series), series).toBe(value);
    expect(page.get(pushTime)).toBeGreaterThan(Date.now() / 1000 - 60);
  });

  async function exposed(): Promise<Map<string, number>> {
    const samples = [...readExposition(await scrape(gateway)).values()].flatMap((family) => family.samples);
    return new Map(samples.map((sample) => [seriesOf(sample), Number(sample.value)]));
  }
});

/** The samples that an example pushes: its lines, or what it echoes. */
function samplesIn(text: string): ExposedSample[] {
  const lines = text.split('\n').map((line) => /^echo '([^']*)'/.exec(line)?.[1] ?? line);
  return lines.map(readSample).filter((sample) => sample !== null);
}

function pairsOf(components: readonly string[]): [string, string][] {
  return components.flatMap((name, index) => (index % 2 === 0 ? [[name, components[index + 1] ?? ''] as [string, string]] : []));
}
