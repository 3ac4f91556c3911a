import { Counter, Gauge, Histogram, Registry, Summary } from 'prom-client';

/** The metrics that both clients push: `all`, or one gauge as `name=value`. */
export function collect(metrics) {
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
