import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { silentLogger } from '../../src/base/logger.ts';
import type { Refusal } from '../../src/base/errors.ts';
import { createRateLimitedLog } from '../../src/base/rate-limited-log.ts';
import { decodeGroupRecord, encodeGroupRecord } from '../../src/persistence/group-record.ts';
import type { Batch, CommitResult, GroupLog, GroupRecord } from '../../src/persistence/group-log.ts';
import { queuedWritesMax } from '../../src/persistence/limits.ts';
import { type EncodeGroup, WriteQueue } from '../../src/persistence/write-queue.ts';
import type { WriteRequest } from '../../src/model/write-request.ts';
import { FakeGroupLog, FakeStorage } from '../support/fake-group-log.ts';
import { createStore, expose, keyOf, pushOf, write } from '../store/support.ts';

/** A log whose commits wait until the test lets them go. */
class HeldLog implements GroupLog {
  readonly batches: Batch[] = [];
  #answers: ((result: CommitResult | Error) => void)[] = [];

  open(): Promise<void> {
    return Promise.resolve();
  }

  commit(batch: Batch): Promise<CommitResult> {
    this.batches.push(batch);
    return new Promise((resolve, reject) => {
      this.#answers.push((result) => (result instanceof Error ? reject(result) : resolve(result)));
    });
  }

  /** Of the commit that began first, or will with the end of this turn of the event loop. */
  async answer(result?: CommitResult | Error): Promise<void> {
    await nextTurn();
    this.#answers.shift()?.(result ?? { revision: BigInt(this.batches.length) });
    await nextTurn();
  }

  health(): { ready: boolean; lagMs: number } {
    return { ready: true, lagMs: 0 };
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}

function createQueue(
  log: GroupLog = new HeldLog(),
  encode: EncodeGroup = encodeGroupRecord,
): { store: ReturnType<typeof createStore>; queue: WriteQueue } {
  const store = createStore();
  return { store, queue: new WriteQueue(store, log, encode, createRateLimitedLog(silentLogger, { nowMs: () => 0 }, 1)) };
}

test('a write is answered and visible only after its commit', async () => {
  const log = new HeldLog();
  const { store, queue } = createQueue(log);
  let isAnswered = false;
  const answer = queue.submit(pushOf('replace', { job: 'a' }, 'f 1\n')).then(() => (isAnswered = true));
  await nextTurn();
  expect(isAnswered).toBe(false);
  expect(expose(store)).toBe('');
  await log.answer();
  await answer;
  expect(expose(store)).toBe('# TYPE f untyped\nf{instance="",job="a"} 1\n');
});

test('writes that arrive during a commit share the next one, with one record per group', async () => {
  const log = new HeldLog();
  const { store, queue } = createQueue(log);
  const push = (job: string, i: number): Promise<void> => queue.submit(pushOf('add', { job }, `f${i} 1\n`));
  const answers = [push('a', 0)];
  await nextTurn();
  answers.push(...['b', 'b', 'c'].map((job, i) => push(job, i + 1)));
  answers.push(queue.submit({ kind: 'delete', key: keyOf({ job: 'c' }), atMs: 0 }));
  await log.answer();
  await log.answer();
  await Promise.all(answers);
  expect(log.batches.map(({ changes }) => changes.map(({ key, value }) => [key, value !== null]))).toEqual([
    [['["job","a"]', true]],
    [
      ['["job","b"]', true],
      ['["job","c"]', false],
    ],
  ]);
  const record = log.batches[1]?.changes[0]?.value?.();
  expect([...decodeGroupRecord(record as GroupRecord).families.keys()]).toEqual(['f1', 'f2']);
  expect([...store.groups()].map(({ key }) => key.id)).toEqual(['["job","a"]', '["job","b"]']);
});

test('a refused push is answered after its failure time is committed', async () => {
  const log = new HeldLog();
  const { store, queue } = createQueue(log);
  const answer = queue.submit(pushOf('replace', { job: 'a' }, 'f 1\nf 2\n', 7000));
  const settled = expect(answer).rejects.toMatchObject({ status: 400, code: 'PG_PUSH_INCONSISTENT' });
  await nextTurn();
  expect(log.batches).toHaveLength(1);
  await log.answer();
  await settled;
  expect(store.group(keyOf({ job: 'a' }).id)).toMatchObject({ failureTimeSeconds: 7 });
});

test('a failed commit answers its writes with 503, shows nothing of them, and the next write goes on from what was there', async () => {
  const log = new HeldLog();
  const { store, queue } = createQueue(log);
  const first = queue.submit(pushOf('replace', { job: 'a' }, '# TYPE f gauge\nf 1\n'));
  await log.answer();
  await first;
  const failed = [
    queue.submit(pushOf('replace', { job: 'a' }, '# TYPE f counter\nf 2\n')),
    queue.submit(pushOf('replace', { job: 'b' }, '# TYPE g counter\ng 2\n')),
  ].map((answer) => expect(answer).rejects.toMatchObject({ status: 503, code: 'PG_STORE_UNAVAILABLE' }));
  await log.answer(new Error('no space left on device'));
  await Promise.all(failed);
  expect(expose(store)).toBe('# TYPE f gauge\nf{instance="",job="a"} 1\n');
  const next = queue.submit(pushOf('replace', { job: 'c' }, '# TYPE f gauge\nf 3\n# TYPE g gauge\ng 3\n'));
  await log.answer();
  await next;
  expect(expose(store)).toContain('g{instance="",job="c"} 3');
});

/** A queue over groups that share a form, with a commit that waits. */
async function createBusyQueue(): Promise<{ log: HeldLog; queue: WriteQueue; store: ReturnType<typeof createStore>; encoded: string[] }> {
  const log = new HeldLog();
  const encoded: string[] = [];
  const { store, queue } = createQueue(log, (group) => {
    encoded.push(group.key.id);
    return encodeGroupRecord(group);
  });
  const jobs = ['a', 'b', 'c', 'd', 'e', 'f'];
  for (const job of jobs) pushOf('replace', { job }, 'ahead 0\n');
  for (const job of jobs) write(store, pushOf('replace', { job }, 'ahead 0\n'));
  void queue.submit(pushOf('replace', { job: 'a' }, 'ahead 1\n')).catch(() => undefined);
  await nextTurn();
  log.batches[0]?.changes[0]?.value?.();
  encoded.length = 0;
  return { log, queue, store, encoded };
}

test('other values of the same series are decided and encoded while a commit runs, up to the first write that may not be', async () => {
  const { log, queue, store, encoded } = await createBusyQueue();
  const answers = [
    queue.submit(pushOf('replace', { job: 'b' }, 'ahead 2\n')),
    queue.submit(pushOf('add', { job: 'c' }, 'ahead 3\n')),
    queue.submit(pushOf('replace', { job: 'a' }, 'ahead 4\n')),
    queue.submit(pushOf('replace', { job: 'd' }, 'ahead 5\n')),
  ];
  expect(encoded).toEqual(['["job","b"]', '["job","c"]']);
  await log.answer();
  const values = log.batches[1]?.changes.map(({ value }) => decodeGroupRecord(value?.() as GroupRecord).families);
  expect(values?.map((families) => families.get('ahead')?.home.bytes.toString().split(' ')[1])).toEqual(['2\n', '3\n', '4\n', '5\n']);
  expect(encoded).toEqual(['b', 'c', 'a', 'd'].map((job) => `["job","${job}"]`));
  await log.answer();
  await Promise.all(answers);
  expect(expose(store).match(/\d(?=\n)/g)).toEqual(['4', '2', '3', '5', '0', '0']);
});

test('what was decided ahead stays so when the commit before it fails', async () => {
  const { log, queue, store } = await createBusyQueue();
  const answer = queue.submit(pushOf('replace', { job: 'b' }, 'ahead 2\n'));
  await log.answer(new Error('no space left on device'));
  expect(expose(store)).not.toMatch(/ [1-9]\n/);
  await log.answer();
  await answer;
  expect(expose(store).match(/\d(?=\n)/g)).toEqual(['0', '2', '0', '0', '0', '0']);
});

test('a full queue refuses with 503 at once', async () => {
  const { queue } = createQueue();
  const push = pushOf('replace', { job: 'a' }, 'f 1\n');
  for (let i = 0; i <= queuedWritesMax; i++) queue.submit(push).catch(() => undefined);
  expect(queue.isFull).toBe(true);
  await expect(queue.submit(push)).rejects.toMatchObject({ status: 503, code: 'PG_WRITE_QUEUE_FULL' });
});

test.each([1, 2, 3, 4, 5])('whatever the log does, memory, log and answers agree at the end (seed %i)', async (seed) => {
  const storage = new FakeStorage();
  const log = new FakeGroupLog(storage, { seed, delayMsMax: 2, failureRate: 0.2 });
  await log.open({ reset: () => undefined, apply: () => undefined });
  const { store, queue } = createQueue(log);
  const oracle = createStore();
  const answers: Promise<{ readonly request: WriteRequest; readonly status: number }>[] = [];
  for (let i = 0; i < 300; i++) {
    const labels = { job: `j${(i * 7) % 5}`, ...(i % 3 === 0 ? { x: '1' } : {}) };
    const body = `# TYPE f ${i % 11 === 0 ? 'counter' : 'gauge'}\nf{n="${i % 4}"} ${i}\ng${i % 3} ${i}\n`;
    const request: WriteRequest =
      i % 13 === 0 ? { kind: 'delete', key: keyOf(labels), atMs: i } : pushOf(i % 2 === 0 ? 'add' : 'replace', labels, body, i);
    answers.push(
      queue.submit(request).then(
        () => ({ request, status: 200 }),
        (error: unknown) => ({ request, status: (error as Refusal).status }),
      ),
    );
    if (i % 10 === 0) await nextTurn();
  }
  for (const { request, status } of await Promise.all(answers)) {
    if (status !== 503) expect(write(oracle, request)?.status ?? 200).toBe(status);
  }
  await queue.drain();
  const lines = (text: string): string[] => text.split('\n').sort();
  expect(lines(expose(store, { withTimes: true }))).toEqual(lines(expose(oracle, { withTimes: true })));
  const replayed = createStore();
  for (const { value } of storage.records.values()) {
    if (value === null) continue;
    const group = decodeGroupRecord(value);
    replayed.applyChanges([{ key: group.key, before: null, after: group }]);
  }
  expect(store.groupCount).toBeGreaterThan(2);
  expect(lines(expose(replayed, { withTimes: true }))).toEqual(lines(expose(store, { withTimes: true })));
});
