import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { needs } from '../support/debian.ts';
import { type RunningServer, startPushgate, startReference } from '../support/server.ts';
import { runDifferential } from './differential.ts';
import { createSend, type Send } from './exchange.ts';
import { fuzzSettings } from './settings.ts';

const { seed, operationsMax, differentialMsMax } = fuzzSettings();

describe.runIf(needs('prometheus-pushgateway'))('the differential fuzzer', () => {
  const started: RunningServer[] = [];
  let reference: RunningServer;
  beforeAll(async () => {
    reference = await startReference();
    started.push(reference);
  });
  afterAll(() => Promise.all(started.map((server) => server.stop())));

  test('finds no difference between Pushgate and the reference', { timeout: differentialMsMax + 30_000 }, async () => {
    const pushgate = await startPushgate();
    started.push(pushgate);
    const left = createSend(reference.port);
    const result = await runDifferential({ seed, operationsMax, msMax: differentialMsMax, left, right: createSend(pushgate.port) });
    console.info(`differential fuzzer: seed ${String(seed)}, ${String(result.operations)} requests`, Object.fromEntries(result.statuses));
    expect(result.differences.join('\n')).toBe('');
    expect([...result.statuses.keys()]).toEqual(expect.arrayContaining([200, 202, 400, 404]));
  });

  test('finds no difference between the reference and itself', async () => {
    const other = await startReference();
    const third = await startReference();
    started.push(other, third);
    const result = await runDifferential({
      seed,
      operationsMax: 300,
      msMax: 4000,
      left: createSend(other.port),
      right: createSend(third.port),
    });
    expect(result.differences.join('\n')).toBe('');
  });

  test.each([
    ['a status', (send: Send) => falsify(send, 'PUT', (body) => body, 207), 'answer, status: '],
    ['an error', (send: Send) => falsify(send, 'POST', () => 'text format parsing error in line 0', 400), 'answer, error: '],
    ['a value on the page', (send: Send) => falsify(send, 'GET', (body) => body.replace(/^(fz_.*) \S+$/m, '$1 4711')), 'page, '],
    ['an order', (send: Send) => falsify(send, 'GET', (body) => body.replace(/^(fz_a\{.*)\n(fz_a\{.*)$/m, '$2\n$1')), 'stands too late'],
    ['a HELP', (send: Send) => falsify(send, 'GET', (body) => body.replace(/^# HELP fz.* /m, '$&false ')), 'HELP of '],
    [
      'the API',
      (send: Send) => falsify(send, 'GET', (body) => body.replace('"last_push_successful":true', '"last_push_successful":false')),
      'API, ',
    ],
  ])('notices that %s was falsified', async (_, change, words) => {
    const other = await startReference();
    const third = await startReference();
    started.push(other, third);
    const right = change(createSend(third.port));
    const result = await runDifferential({ seed: 5, operationsMax: 400, msMax: 15_000, left: createSend(other.port), right });
    expect(result.differences.join('\n')).toContain(words);
  });
});

/** The same server behind a liar. */
function falsify(send: Send, method: string, change: (body: string) => string, status?: number): Send {
  return async (request) => {
    const answer = await send(request);
    if (request.method !== method || answer.headers['content-encoding'] !== undefined) return answer;
    if (/protobuf/.test(answer.headers['content-type'] ?? '')) return answer;
    return { ...answer, status: status ?? answer.status, body: Buffer.from(change(answer.body.toString())) };
  };
}
