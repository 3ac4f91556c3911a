import { push } from 'pushgate/client';

const metrics = `# HELP backup_last_success_timestamp_seconds When the last backup ended well.
# TYPE backup_last_success_timestamp_seconds gauge
backup_last_success_timestamp_seconds ${Date.now() / 1000}
`;

// Rejects with the status and what the gateway said; tries again while the gateway cannot be reached.
await push(metrics, {
  url: process.env.PUSHGATE_URL ?? 'http://localhost:9091',
  job: 'backup',
  labels: { instance: 'db1', path: '/var/lib' },
});
