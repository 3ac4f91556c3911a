import { test } from 'vitest';
import { startPushgate, startReference } from '../support/server.ts';
import { runDifferential } from './differential.ts';
import { createSend } from './exchange.ts';
test('x', { timeout: 400000 }, async () => {
  for (const seed of (process.env.SEEDS ?? '1,2,3').split(',').map(Number)) {
    const a = await startReference(), b = await startPushgate();
    const r = await runDifferential({ seed, operationsMax: Number(process.env.OPS ?? 4000), msMax: 60000, left: createSend(a.port), right: createSend(b.port) });
    const d = r.differences;
    console.log(seed, r.operations, [...r.statuses].join(' '), d.length ? [d[d.indexOf('differs:') - 1], ...d.slice(d.indexOf('differs:'))].join('\n').slice(0, 2500) : '');
    await a.stop(); await b.stop();
  }
});
