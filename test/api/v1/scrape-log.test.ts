import { expect, test } from 'vitest';
import { scrapersMax } from '../../../src/api/limits.ts';
import { ScrapeLog } from '../../../src/api/v1/scrape-log.ts';
import { requestOf } from '../support.ts';

function scrape(log: ScrapeLog, remoteAddress: string, userAgent: string, sent = { bytes: 5, isComplete: true }): void {
  const request = requestOf({ remoteAddress, headers: { 'user-agent': userAgent } });
  const observer = log.observe(request, 1_000_000_000_000);
  observer.onStart();
  expect(log.restedMs).toBe(0);
  observer.onEnd(sent.bytes, sent.isComplete);
  expect(log.restedMs).toBeGreaterThanOrEqual(0);
  expect(log.restedMs).toBeLessThan(1000);
}

test('the last scrape of each scraper is remembered, newest first', () => {
  const log = new ScrapeLog();
  scrape(log, '10.0.0.1:1', 'Prometheus/3');
  scrape(log, '10.0.0.2:1', 'curl');
  scrape(log, '10.0.0.1:2', 'Prometheus/3');
  expect(log.list()).toMatchObject([
    { remote_address: '10.0.0.1:2', user_agent: 'Prometheus/3', bytes: 5, is_complete: true, count: 2, time: '2001-09-09T01:46:40Z' },
    { remote_address: '10.0.0.2:1', user_agent: 'curl', count: 1 },
  ]);
});

test('a scrape that is broken off is remembered as such', () => {
  const log = new ScrapeLog();
  scrape(log, '10.0.0.1:1', 'Prometheus/3', { bytes: 3, isComplete: false });
  expect(log.list()).toMatchObject([{ bytes: 3, is_complete: false }]);
});

test('only the latest scrapers are remembered', () => {
  const log = new ScrapeLog();
  for (let i = 0; i <= scrapersMax; i++) scrape(log, `10.0.0.${i}:1`, 'x');
  expect(log.list()).toHaveLength(scrapersMax);
  expect(log.list().at(-1)?.remote_address).toBe('10.0.0.1:1');
});
