import { expect, test } from 'vitest';
import { PushUnreachableError, withPush } from '../../src/client/index.ts';
import { writeEndMetrics } from '../../src/cli/exec/job-metrics.ts';
import { answer, startScript } from './scripted-gateway.ts';

const gone = { url: 'http://127.0.0.1:1', job: 'j', retries: 0 };

/** The value of each metric that was pushed. */
function valuesIn(body: string | undefined): Record<string, number> {
  const lines = (body ?? '').split('\n').filter((line) => line !== '' && !line.startsWith('#'));
  return Object.fromEntries(lines.map((line) => [line.split(' ')[0] ?? '', Number(line.split(' ')[1])]));
}

test('a function that does well gives its result and leaves when, how long and that it did', async () => {
  const gateway = await startScript(answer(200));
  const before = Date.now() / 1000;
  expect(await withPush({ url: gateway.url, job: 'j', metrics: 'files 7' }, () => 42)).toBe(42);
  const values = valuesIn(gateway.seen[0]?.body);
  expect(gateway.seen[0]?.method).toBe('POST');
  expect(values).toMatchObject({ job_success: 1, files: 7 });
  expect(values['job_start_time_seconds']).toBeGreaterThanOrEqual(before);
  expect(values['job_last_success_time_seconds']).toBe(values['job_end_time_seconds']);
  expect(values['job_duration_seconds']).toBeGreaterThanOrEqual(0);
});

test('a function that fails gives its own error, and its last success is left as it was', async () => {
  const gateway = await startScript(answer(200));
  const error = new Error('no tapes');
  await expect(withPush({ url: gateway.url, job: 'j', prefix: 'backup' }, () => Promise.reject(error))).rejects.toBe(error);
  const values = valuesIn(gateway.seen[0]?.body);
  expect(values).toMatchObject({ backup_success: 0 });
  expect(values).not.toHaveProperty('backup_last_success_time_seconds');
});

test('a gateway that is down neither takes a result away nor hides an error', async () => {
  const told: unknown[] = [];
  const options = { ...gone, onPushError: (error: unknown) => void told.push(error) };
  expect(await withPush(options, () => 42)).toBe(42);
  const error = new Error('no tapes');
  await expect(withPush({ ...options, requirePush: true }, () => Promise.reject(error))).rejects.toBe(error);
  expect(told).toEqual([expect.any(PushUnreachableError), expect.any(PushUnreachableError)]);
});

test('a push that is required fails with its own error', async () => {
  await expect(withPush({ ...gone, requirePush: true }, () => 42)).rejects.toBeInstanceOf(PushUnreachableError);
});

test('the metrics have the HELP texts of pushgate exec, so that a gateway with both has no two for one name', async () => {
  const gateway = await startScript(answer(200));
  await withPush({ url: gateway.url, job: 'j' }, () => {});
  const usage = { cpuUserSeconds: null, cpuSystemSeconds: null, maxRssBytes: null };
  const end = { startMs: 1, endMs: 2, durationMs: 1, exitCode: 0, signal: null, startError: null, usage };
  const helps = gateway.seen[0]?.body.match(/^# HELP .*$/gm) ?? [];
  expect(helps).toHaveLength(5);
  expect(writeEndMetrics('job', end, false).split('\n')).toEqual(expect.arrayContaining(helps));
});
