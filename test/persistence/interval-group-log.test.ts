import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, test } from 'vitest';
import { silentLogger } from '../../src/base/logger.ts';
import { IntervalGroupLog } from '../../src/persistence/interval-group-log.ts';
import { change, commitChanges, RecordingSink } from '../contract/group-log.ts';
import { FakeGroupLog, FakeStorage } from '../support/fake-group-log.ts';

async function openLog(intervalMs: number): Promise<{ log: IntervalGroupLog; inner: FakeGroupLog; storage: FakeStorage }> {
  const storage = new FakeStorage();
  const inner = new FakeGroupLog(storage, { seed: 1 });
  const log = new IntervalGroupLog(inner, { intervalMs, logger: silentLogger });
  await log.open(new RecordingSink());
  return { log, inner, storage };
}

async function waitFor(isTrue: () => boolean): Promise<void> {
  const endMs = performance.now() + 5000;
  while (!isTrue() && performance.now() < endMs) await sleep(5);
  expect(isTrue()).toBe(true);
}

describe('a log with an interval', () => {
  test('answers before it writes, writes within the interval, and many changes of a group as one', async () => {
    const { log, storage } = await openLog(30);
    for (let i = 0; i < 100; i++) await commitChanges(log, change('["job","a"]', `${i}`));
    expect(storage.revision).toBe(0n);
    await waitFor(() => storage.revision > 0n);
    expect(storage.revision).toBe(1n);
    expect(Buffer.from(storage.records.get('["job","a"]')?.value?.bytes ?? []).toString()).toBe('99');
    await log.close();
  });

  test('writes what waits when it is closed', async () => {
    const { log, storage } = await openLog(3_600_000);
    await commitChanges(log, change('["job","a"]', 'last'));
    await log.close();
    expect(storage.records.has('["job","a"]')).toBe(true);
  });

  test('refuses changes after a failed write, keeps what waits, and recovers by itself', async () => {
    const { log, inner, storage } = await openLog(1);
    inner.unreadyReason = 'disk full';
    await expect(log.commit({ changes: [change('["job","a"]', 'x')] })).rejects.toMatchObject({ code: 'PG_STORE_NOT_READY' });
    inner.unreadyReason = null;
    await commitChanges(log, change('["job","a"]', 'kept'));
    inner.unreadyReason = 'disk full';
    await waitFor(() => log.health().reason?.startsWith('cannot commit') === true);
    inner.unreadyReason = null;
    await waitFor(() => log.health().ready);
    expect(Buffer.from(storage.records.get('["job","a"]')?.value?.bytes ?? []).toString()).toBe('kept');
    await log.close();
  });

  test('says so when what waits cannot be written at the end', async () => {
    const { log, inner } = await openLog(3_600_000);
    await commitChanges(log, change('["job","a"]', 'lost'));
    inner.unreadyReason = 'disk full';
    await expect(log.close()).rejects.toMatchObject({ code: 'FAKE_COMMIT_FAILED' });
  });
});
