import { afterEach, expect, test } from 'vitest';
import {
  type BatchChange,
  type Change,
  createFormRecord,
  type FormRecord,
  type GroupLog,
  type GroupLogSink,
  type GroupRecord,
} from '../../src/persistence/group-log.ts';

/** A log under test; `reopen` gives a new one on the same storage. */
export interface LogHarness {
  /** Whether a new log finds what an older one committed. */
  readonly isDurable: boolean;
  create(): GroupLog | Promise<GroupLog>;
  /** A new log on what the last one left; the last one is closed. */
  reopen(): GroupLog | Promise<GroupLog>;
}

/** What a log has told its sink. */
export class RecordingSink implements GroupLogSink {
  readonly groups: Map<string, string> = new Map();
  resets = 0;
  revision = -1n;

  reset(all: Iterable<Change>, revision: bigint): void {
    this.resets += 1;
    this.groups.clear();
    this.#take(all, revision);
  }

  apply(changes: readonly Change[], revision: bigint): void {
    expect(revision).toBeGreaterThan(this.revision);
    this.#take(changes, revision);
  }

  #take(changes: Iterable<Change>, revision: bigint): void {
    this.revision = revision;
    for (const { key, value, revision: changed } of changes) {
      expect(changed).toBeLessThanOrEqual(revision);
      if (value === null) this.groups.delete(key);
      else this.groups.set(key, showRecord(value));
    }
  }
}

/** A record as a text: its bytes, and those of the form that it rests on. */
export function showRecord({ bytes, form }: GroupRecord): string {
  const text = Buffer.from(bytes).toString();
  return form === null ? text : `${text} on ${Buffer.from(form.bytes).toString()}`;
}

export function change(key: string, value: string | null, expect = 0n, form: FormRecord | null = null): BatchChange {
  return { key, expect, value: value === null ? null : () => ({ bytes: Buffer.from(value), form }) };
}

/** Commits and returns the revision, refusing a conflict. */
export async function commitChanges(log: GroupLog, ...changes: BatchChange[]): Promise<bigint> {
  const result = await log.commit({ changes });
  if ('conflict' in result) throw new Error(`a conflict at revision ${result.conflict}`);
  return result.revision;
}

/** What every GroupLog must do, wherever it keeps its records. Call it inside a `describe`. */
export function testGroupLogContract(harness: () => LogHarness): void {
  const opened: GroupLog[] = [];
  const openLog = async (log: GroupLog): Promise<{ log: GroupLog; sink: RecordingSink }> => {
    const sink = new RecordingSink();
    opened.push(log);
    await log.open(sink);
    return { log, sink };
  };
  const openNew = async (): Promise<{ log: GroupLog; sink: RecordingSink }> => openLog(await harness().create());
  const closeAndReopen = async (log: GroupLog): Promise<{ log: GroupLog; sink: RecordingSink }> => {
    await log.close();
    opened.length = 0;
    return openLog(await harness().reopen());
  };

  afterEach(async () => {
    for (const log of opened.splice(0)) await log.close();
  });

  test('a new log is empty, resets its sink once before it is open, and is ready', async () => {
    const { log, sink } = await openNew();
    expect(sink.resets).toBe(1);
    expect([...sink.groups]).toEqual([]);
    expect(log.health()).toMatchObject({ ready: true, lagMs: 0 });
  });

  test('revisions grow with every commit, from that of the reset on', async () => {
    const { log, sink } = await openNew();
    let last = sink.revision;
    for (let i = 0; i < 5; i++) {
      const revision = await commitChanges(log, change('["job","a"]', `${i}`, last));
      expect(revision).toBeGreaterThan(last);
      last = revision;
    }
  });

  test('asks a change for its bytes at most once, and before it returns', async () => {
    const { log, sink } = await openNew();
    let asked = 0;
    let isReturned = false;
    const value = (): GroupRecord => {
      expect(isReturned).toBe(false);
      asked += 1;
      return { bytes: Buffer.from('bytes'), form: null };
    };
    const commit = log.commit({ changes: [{ key: '["job","a"]', expect: sink.revision, value }] });
    isReturned = true;
    await commit;
    expect(asked).toBeLessThanOrEqual(1);
  });

  test('removing a group that is not there is no error', async () => {
    const { log, sink } = await openNew();
    await commitChanges(log, change('["job","nobody"]', null, sink.revision));
  });

  test('what was committed is found by the next log, and nothing else', async () => {
    const { log, sink } = await openNew();
    const first = await commitChanges(log, change('["job","a"]', 'one', sink.revision), change('["job","b"]', 'two', sink.revision));
    const second = await commitChanges(log, change('["job","a"]', 'three', first), change('["job","c"]', '', first));
    const third = await commitChanges(log, change('["job","b"]', null, second));
    const next = await closeAndReopen(log);
    if (!harness().isDurable) {
      expect(next.sink.groups.size).toBe(0);
      return;
    }
    expect(Object.fromEntries(next.sink.groups)).toEqual({ '["job","a"]': 'three', '["job","c"]': '' });
    expect(next.sink.revision).toBeGreaterThan(sink.revision);
    expect(next.sink.revision).toBeLessThanOrEqual(third);
  });

  test('a record is found with the form that it rests on', async () => {
    const { log, sink } = await openNew();
    const [one, two, again] = ['one', 'two', 'one'].map((text) => createFormRecord(Buffer.from(text))) as [
      FormRecord,
      FormRecord,
      FormRecord,
    ];
    const first = sink.revision;
    const [a, b, c] = ['["job","a"]', '["job","b"]', '["job","c"]'] as const;
    const second = await commitChanges(log, change(a, 'a1', first, one), change(b, 'b1', first, one), change(c, 'c1', first));
    // Another form, an equal one from elsewhere, and one for the first time.
    await commitChanges(log, change(a, 'a2', second, two), change(b, 'b2', second, again), change(c, 'c2', second, two));
    const next = await closeAndReopen(log);
    const expected = harness().isDurable ? { [a]: 'a2 on two', [b]: 'b2 on one', [c]: 'c2 on two' } : {};
    expect(Object.fromEntries(next.sink.groups)).toEqual(expected);
  });

  test('keys of any length and any character are kept apart', async () => {
    const { log, sink } = await openNew();
    const keys = [
      '["job","a"]',
      `["job","${'ä'.repeat(5000)}"]`,
      `["job","${'ä'.repeat(5000)}."]`,
      '["job","\\u0000"]',
      '["job","\u{1F600}"]',
      '',
    ];
    await commitChanges(log, ...keys.map((key, i) => change(key, `value ${i}`, sink.revision)));
    const next = await closeAndReopen(log);
    const expected = harness().isDurable ? keys.map((key, i) => [key, `value ${i}`]) : [];
    expect([...next.sink.groups].sort()).toEqual(expected.sort());
  });

  test('a record of many megabytes and a batch of many records are kept', async () => {
    const { log, sink } = await openNew();
    const many = Array.from({ length: 3000 }, (_, i) => change(`["job","${i}"]`, `value ${i}`.repeat(i % 100), sink.revision));
    const revision = await commitChanges(log, ...many);
    await commitChanges(log, change('["job","big"]', 'x'.repeat(20_000_000), revision));
    const next = await closeAndReopen(log);
    expect(next.sink.groups.size).toBe(harness().isDurable ? 3001 : 0);
    if (harness().isDurable) expect(next.sink.groups.get('["job","big"]')?.length).toBe(20_000_000);
  });

  test('closing waits for a running commit', async () => {
    const { log, sink } = await openNew();
    const commit = commitChanges(log, change('["job","a"]', 'late', sink.revision));
    await log.close();
    await commit;
    opened.length = 0;
    const next = await openLog(await harness().reopen());
    expect(next.sink.groups.get('["job","a"]')).toBe(harness().isDurable ? 'late' : undefined);
  });
}
