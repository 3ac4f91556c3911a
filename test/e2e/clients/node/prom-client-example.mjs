import { Gauge, Pushgateway, Registry } from 'prom-client';

const gateway = process.env.PUSHGATE_URL ?? 'http://localhost:9091';

const registry = new Registry();
const lastSuccess = new Gauge({
  name: 'backup_last_success_timestamp_seconds',
  help: 'When the last backup ended well.',
  registers: [registry],
});
lastSuccess.setToCurrentTime();

// Rejects with the status and what the gateway said.
await new Pushgateway(gateway, { timeout: 10_000 }, registry).push({ jobName: 'backup', groupings: { instance: 'db1' } });
