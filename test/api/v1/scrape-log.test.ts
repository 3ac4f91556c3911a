import { expect, test } from 'vitest';
import { scrapersMax } from '../../../src/api/limits.ts';
import { ScrapeLog } from '../../../src/api/v1/scrape-log.ts';
import { requestOf } from '../support.ts';

async function* bodyOf(...texts: readonly string[]): AsyncGenerator<Uint8Array> {
  for (const text of texts) yield Buffer.from(text);
}

async function scrape(log: ScrapeLog, remoteAddress: string, userAgent: string, chunksTaken = Infinity): Promise<void> {
  const request = requestOf({ remoteAddress, headers: { 'user-agent': userAgent } });
  let taken = 0;
  for await (const _ of log.watch(request, 1_000_000_000_000, bodyOf('abc', 'de'))) if (++taken >= chunksTaken) break;
}

test('the last scrape of each scraper is remembered, newest first', async () => {
  const log = new ScrapeLog();
  await scrape(log, '10.0.0.1:1', 'Prometheus/3');
  await scrape(log, '10.0.0.2:1', 'curl');
  await scrape(log, '10.0.0.1:2', 'Prometheus/3');
  expect(log.list()).toMatchObject([
    { remote_address: '10.0.0.1:2', user_agent: 'Prometheus/3', bytes: 5, is_complete: true, count: 2, time: '2001-09-09T01:46:40Z' },
    { remote_address: '10.0.0.2:1', user_agent: 'curl', count: 1 },
  ]);
});

test('a scrape that is broken off is remembered as such', async () => {
  const log = new ScrapeLog();
  await scrape(log, '10.0.0.1:1', 'Prometheus/3', 1);
  expect(log.list()).toMatchObject([{ bytes: 3, is_complete: false }]);
});

test('only the latest scrapers are remembered', async () => {
  const log = new ScrapeLog();
  for (let i = 0; i <= scrapersMax; i++) await scrape(log, `10.0.0.${i}:1`, 'x');
  expect(log.list()).toHaveLength(scrapersMax);
  expect(log.list().at(-1)?.remote_address).toBe('10.0.0.1:1');
});
