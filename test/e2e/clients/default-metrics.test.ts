import { collectDefaultMetrics, Pushgateway, Registry } from 'prom-client';
import { expect, test } from 'vitest';
import { scrape, startGateway } from '../target.ts';

test("prom-client's default metrics can be pushed, though the gateway has metrics of the same names of its own", async () => {
  const gateway = await startGateway();
  try {
    const registry = new Registry();
    collectDefaultMetrics({ register: registry });
    await new Pushgateway(gateway.url, {}, registry).pushAdd({ jobName: 'defaults' });
    const page = await scrape(gateway);
    expect(page).toMatch(/^nodejs_version_info\{instance="",job="defaults",.*\} 1$/m);
    expect(page).toMatch(/^process_cpu_seconds_total\{instance="",job="defaults"\} /m);
  } finally {
    await gateway.stop();
  }
});
