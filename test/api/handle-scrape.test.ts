import { gunzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { createScrapeHandler } from '../../src/api/handle-scrape.ts';
import { decodeDelimitedFamilies } from '../../src/exposition/protobuf/codec.ts';
import type { Gateway } from '../../src/api/gateway.ts';
import { createGateway, push, readReply, requestOf } from './support.ts';

async function scrape(
  gateway: Gateway,
  headers: Record<string, string> = {},
): Promise<{ headers: Readonly<Record<string, string>>; bytes: Buffer }> {
  const reply = await createScrapeHandler(gateway)(requestOf({ headers }));
  const chunks: Uint8Array[] = [];
  for await (const chunk of reply.body as AsyncIterable<Uint8Array>) chunks.push(Buffer.from(chunk));
  return { headers: reply.headers ?? {}, bytes: Buffer.concat(chunks) };
}

test('families of ours and of the groups stand together, sorted by name', async () => {
  const gateway = createGateway();
  await push(gateway, { job: 'a' }, 'zzz 1\naaa 2\n');
  const names = [...(await readScrape(gateway)).matchAll(/^# TYPE (\S+)/gm)].map((match) => match[1]);
  expect(names).toEqual([...names].sort());
  expect(names).toEqual(expect.arrayContaining(['aaa', 'zzz', 'push_time_seconds', 'pushgateway_build_info', 'process_cpu_seconds_total']));
});

test('a family that is ours and pushed is shown once, with our HELP', async () => {
  const gateway = createGateway();
  await push(
    gateway,
    { job: 'a' },
    '# HELP process_start_time_seconds theirs\n# TYPE process_start_time_seconds gauge\nprocess_start_time_seconds 5\n',
  );
  const text = await readScrape(gateway);
  expect(text).toMatch(
    /^# HELP process_start_time_seconds Start time.*\n# TYPE process_start_time_seconds gauge\nprocess_start_time_seconds \S+\nprocess_start_time_seconds\{instance="",job="a"\} 5$/m,
  );
  expect(text.match(/TYPE process_start_time_seconds /g)).toHaveLength(1);
});

test('what only our runtime has yields to a pushed family of another type', async () => {
  const gateway = createGateway();
  await push(gateway, { job: 'a' }, '# TYPE nodejs_active_handles_total counter\nnodejs_active_handles_total 5\n');
  const text = await readScrape(gateway);
  expect(text).toContain('# TYPE nodejs_active_handles_total counter\nnodejs_active_handles_total{instance="",job="a"} 5\n');
  expect(text.match(/nodejs_active_handles_total /g)).toHaveLength(1);
});

test('gzip and protobuf hold the same samples as the text', async () => {
  const gateway = createGateway();
  const lines = Array.from({ length: 5000 }, (_, i) => `big{n="${i}"} ${i}\n`).join('');
  for (const job of ['a', 'b', 'c'])
    await push(gateway, { job }, `# TYPE big gauge\n# HELP big Größe.\n${lines}# TYPE h histogram\nh_bucket{le="1"} 2\nh_count 3\n`);
  const ownLines = /^(# (HELP|TYPE) )?(process|nodejs|pushgate)/;
  const pushed = (text: string): string[] => text.split('\n').filter((line) => !ownLines.test(line));
  const text = await readScrape(gateway);
  const zipped = await scrape(gateway, { 'accept-encoding': 'gzip' });
  expect(zipped.headers['Content-Encoding']).toBe('gzip');
  expect(pushed(gunzipSync(zipped.bytes).toString())).toEqual(pushed(text));
  const proto = await scrape(gateway, {
    accept: 'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited',
  });
  const families = decodeDelimitedFamilies(proto.bytes);
  const big = families.find(({ name }) => name === 'big');
  expect(big).toMatchObject({ type: 'gauge', help: 'Größe.' });
  const shown = big?.metrics.map(
    ({ labels, gauge }) => `big{${labels.map(({ name, value }) => `${name}="${value}"`).join(',')}} ${gauge?.value ?? ''}`,
  );
  expect(shown).toEqual(text.split('\n').filter((line) => line.startsWith('big{')));
  expect(families.find(({ name }) => name === 'h')?.metrics).toHaveLength(3);
});

async function readScrape(gateway: Gateway): Promise<string> {
  return readReply(await createScrapeHandler(gateway)(requestOf()));
}
