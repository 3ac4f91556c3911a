// Pushes with prom-client what each line of stdin asks for (see ../README.md).
import { createInterface } from 'node:readline';
import { Counter, Gauge, Histogram, Pushgateway, Registry, Summary } from 'prom-client';

function collect(metrics) {
  const registry = new Registry();
  const registers = [registry];
  if (metrics !== 'all') {
    const [name, value] = metrics.split('=');
    new Gauge({ name, help: 'One value.', registers }).set(Number(value));
    return registry;
  }
  new Counter({ name: 'client_rows_total', help: 'Rows.', labelNames: ['table'], registers }).inc({ table: 'a"b\\c\nd' }, 3);
  new Gauge({ name: 'client_last_seconds', help: 'Last.', registers }).set(1e6);
  new Gauge({ name: 'client_files', help: 'Files.', labelNames: ['path'], registers }).set({ path: 'é'.repeat(1000) }, 42);
  new Histogram({ name: 'client_latency_seconds', help: 'Latency.', buckets: [0.1, 1], registers }).observe(0.5);
  new Summary({ name: 'client_size_bytes', help: 'Size.', percentiles: [], registers }).observe(7);
  return registry;
}

async function push(operation, url, user, password, metrics, jobName, ...labels) {
  const options = user === '' ? {} : { auth: `${user}:${password}` };
  const pairs = labels.map((label) => [label.slice(0, label.indexOf('=')), label.slice(label.indexOf('=') + 1)]);
  const client = new Pushgateway(url, options, collect(metrics));
  const target = { jobName, groupings: Object.fromEntries(pairs) };
  if (operation === 'push') await client.push(target);
  else if (operation === 'pushadd') await client.pushAdd(target);
  else await client.delete(target);
}

for await (const line of createInterface({ input: process.stdin })) {
  const answer = await push(...line.split('\t')).then(
    () => 'ok',
    (error) => `error ${error.message}`,
  );
  console.log(answer.replaceAll('\n', ' '));
}
