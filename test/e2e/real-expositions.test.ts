import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ExposedFamily, type ExposedSample, readExposition, seriesOf } from '../fuzz/exposition.ts';
import { needs } from '../support/debian.ts';
import type { RunningServer } from '../support/server.ts';
import { takeRealExpositions } from './take-expositions.ts';
import { push, scrape, startGateway } from './target.ts';

const groupCount = 100;
const bigFamilyCount = 1000;

describe.runIf(needs('prometheus', 'prometheus-node-exporter', 'prometheus-pushgateway'))(
  'real expositions under 100 groups',
  { timeout: 120_000 },
  () => {
    let bodies: readonly string[] = [];
    let gateway: RunningServer;
    /** The gateway exposes families of its own; of these its own HELP is shown. */
    let ownFamilies: ReadonlySet<string>;
    const bodyOf = (group: number): string => bodies[group % bodies.length] ?? '';
    const pushInto = (group: number): Promise<void> =>
      push(gateway, `/metrics/job/${jobOf(group)}/shard/${String(group % 7)}`, bodyOf(group));

    beforeAll(async () => {
      bodies = await takeRealExpositions();
      gateway = await startGateway();
      ownFamilies = new Set(readExposition(await scrape(gateway)).keys());
      for (let group = 0; group < groupCount; group++) await pushInto(group);
    }, 180_000);
    afterAll(() => gateway.stop());

    test('are several, one of them of more than 1,000 families', () => {
      const counts = bodies.map((body) => readExposition(body).size);
      expect(counts.length).toBeGreaterThanOrEqual(4);
      expect(Math.max(...counts)).toBeGreaterThan(bigFamilyCount);
    });

    test('come back sample for sample', async () => {
      const returned = samplesByJob(readExposition(await scrape(gateway)));
      expect([...returned.keys()].sort()).toEqual(Array.from({ length: groupCount }, (_, group) => jobOf(group)).sort());
      for (let group = 0; group < groupCount; group++) {
        const wanted = new Map<string, string>();
        for (const { samples } of readExposition(bodyOf(group)).values()) {
          for (const sample of samples) wanted.set(seriesOf(withGroupingLabels(sample, group)), numberOf(sample));
        }
        expect(differences(wanted, returned.get(jobOf(group))), jobOf(group)).toEqual([]);
      }
    });

    test('come back with their types and their HELP', async () => {
      const page = readExposition(await scrape(gateway));
      const told = new Map<string, Set<string | null>>();
      for (const family of bodies.flatMap((body) => [...readExposition(body).values()])) {
        expect(page.get(family.name)?.type, family.name).toBe(family.type);
        told.set(family.name, (told.get(family.name) ?? new Set()).add(family.help));
      }
      // Servers may tell different HELP texts of one family: one of them is shown.
      const wrong = [...told].filter(([name, helps]) => !ownFamilies.has(name) && !helps.has(page.get(name)?.help ?? null));
      expect(wrong).toEqual([]);
    });

    test('come back the same after some were pushed again', async () => {
      const before = samplesByJob(readExposition(await scrape(gateway)));
      for (let group = 0; group < groupCount; group += 10) await pushInto(group);
      const after = samplesByJob(readExposition(await scrape(gateway)));
      for (const [job, samples] of before) expect(differences(samples, after.get(job)), job).toEqual([]);
    });
  },
);

function jobOf(group: number): string {
  return `real-${String(group)}`;
}

/** As the gateway shall show it: the labels of the grouping key win, and nothing goes without an instance. */
function withGroupingLabels({ name, labels, value }: ExposedSample, group: number): ExposedSample {
  const merged = new Map([['instance', ''], ...labels, ['job', jobOf(group)], ['shard', String(group % 7)]]);
  return { name, labels: [...merged], value };
}

/** What was pushed under each job, by series; what the gateway says of itself or adds is left out. */
function samplesByJob(page: ReadonlyMap<string, ExposedFamily>): Map<string, Map<string, string>> {
  const jobs = new Map<string, Map<string, string>>();
  for (const { name, samples } of page.values()) {
    if (/^push_(failure_)?time_seconds$/.test(name)) continue;
    for (const sample of samples) {
      const job = sample.labels.find(([label]) => label === 'job')?.[1];
      if (job === undefined) continue;
      const group = jobs.get(job) ?? new Map<string, string>();
      expect(group.has(seriesOf(sample)), `series twice: ${seriesOf(sample)}`).toBe(false);
      jobs.set(job, group.set(seriesOf(sample), numberOf(sample)));
    }
  }
  return jobs;
}

/** The value as a number, whatever its spelling. */
function numberOf({ value }: ExposedSample): string {
  if (/^[+-]?Inf$/.test(value)) return value.replace('+', '');
  const number = Number(value);
  if (Number.isNaN(number) && value !== 'NaN') throw new Error(`no number: ${value}`);
  return String(number);
}

function differences(wanted: ReadonlyMap<string, string>, found: ReadonlyMap<string, string> = new Map()): string[] {
  const wrong = [...wanted].filter(([series, value]) => found.get(series) !== value).map(([series, value]) => `${series} ${value}, not ${found.get(series) ?? 'there'}`); // prettier-ignore
  return [...wrong, ...[...found.keys()].filter((series) => !wanted.has(series)).map((series) => `${series} out of nowhere`)];
}
