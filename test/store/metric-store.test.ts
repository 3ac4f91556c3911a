import { describe, expect, test } from 'vitest';
import { createGroupingKey } from '../../src/model/grouping-key.ts';
import type { WriteRequest } from '../../src/model/write-request.ts';
import type { LogFields } from '../../src/base/logger.ts';
import { silentLogger } from '../../src/base/logger.ts';
import { createStore, expose, joinTexts, keyOf, pushOf, write } from './support.ts';

describe('pushes', () => {
  test('PUT replaces all families of the group, POST those of the pushed names', () => {
    const store = createStore();
    write(store, pushOf('replace', { job: 'a' }, 'one 1\ntwo 2\n'));
    write(store, pushOf('add', { job: 'a' }, 'two 3\nthree 3\n'));
    expect(expose(store)).toBe(
      '# TYPE one untyped\none{instance="",job="a"} 1\n# TYPE three untyped\nthree{instance="",job="a"} 3\n# TYPE two untyped\ntwo{instance="",job="a"} 3\n',
    );
    write(store, pushOf('replace', { job: 'a' }, 'four 4\n'));
    expect(expose(store)).toBe('# TYPE four untyped\nfour{instance="",job="a"} 4\n');
  });

  test('an empty push makes the group, with its two push times', () => {
    const store = createStore();
    write(store, pushOf('add', { job: 'a', instance: 'i' }, '', 1_700_000_000_123));
    expect(expose(store, { withTimes: true })).toBe(
      '# HELP push_failure_time_seconds Last Unix time when changing this group in the Pushgateway failed.\n# TYPE push_failure_time_seconds gauge\n' +
        'push_failure_time_seconds{instance="i",job="a"} 0\n' +
        '# HELP push_time_seconds Last Unix time when changing this group in the Pushgateway succeeded.\n# TYPE push_time_seconds gauge\n' +
        'push_time_seconds{instance="i",job="a"} 1.700000000123e+09\n',
    );
  });

  test('a delete takes the group and nothing else, a wipe takes all', () => {
    const store = createStore();
    write(store, pushOf('replace', { job: 'a' }, 'one 1\n'));
    write(store, pushOf('replace', { job: 'b' }, 'one 2\n'));
    write(store, { kind: 'delete', key: keyOf({ job: 'a' }), atMs: 0 });
    write(store, { kind: 'delete', key: keyOf({ job: 'unknown' }), atMs: 0 });
    expect(expose(store)).toBe('# TYPE one untyped\none{instance="",job="b"} 2\n');
    write(store, { kind: 'wipe', atMs: 0 });
    expect(expose(store, { withTimes: true })).toBe('');
    expect(store.groupCount).toBe(0);
  });

  test('a refused push stores nothing but the failure time, and makes the group if it is new', () => {
    const store = createStore();
    write(store, pushOf('replace', { job: 'a' }, 'one 1\n', 5000));
    expect(write(store, pushOf('replace', { job: 'a' }, 'one 2 77\n', 6000))?.message).toBe(
      'pushed metrics are invalid or inconsistent with existing metrics: pushed metrics must not have timestamps',
    );
    expect(write(store, pushOf('replace', { job: 'new' }, 'one 2\none 3\n', 7000))).toMatchObject({
      status: 400,
      code: 'PG_PUSH_INCONSISTENT',
    });
    expect(expose(store)).toBe('# TYPE one untyped\none{instance="",job="a"} 1\n');
    expect(store.group(keyOf({ job: 'a' }).id)).toMatchObject({ pushTimeSeconds: 5, failureTimeSeconds: 6 });
    expect(store.group(keyOf({ job: 'new' }).id)).toMatchObject({ pushTimeSeconds: 0, failureTimeSeconds: 7 });
    write(store, pushOf('add', { job: 'a' }, '', 8000));
    expect(store.group(keyOf({ job: 'a' }).id)).toMatchObject({ pushTimeSeconds: 8, failureTimeSeconds: 6 });
  });

  test('a push into a key that is not UTF-8 leaves no trace', () => {
    const store = createStore();
    const request = pushOf('replace', { job: 'a' }, 'one 1\n');
    const key = createGroupingKey(new Map([['job', 'a']]), true);
    expect(write(store, { ...request, key } as typeof request)?.message).toContain('not valid UTF-8');
    expect(store.groupCount).toBe(0);
  });

  test('pushed push times never replace ours; a pushed failure time counts in a group that exists', () => {
    const store = createStore();
    write(
      store,
      pushOf('replace', { job: 'a' }, '# TYPE push_time_seconds counter\npush_time_seconds{x="y"} 42\npush_failure_time_seconds 7\n', 1000),
    );
    expect(store.group(keyOf({ job: 'a' }).id)).toMatchObject({ pushTimeSeconds: 1, failureTimeSeconds: 0 });
    write(store, pushOf('add', { job: 'a' }, 'push_failure_time_seconds 7\n', 2000));
    expect(store.group(keyOf({ job: 'a' }).id)).toMatchObject({ pushTimeSeconds: 2, failureTimeSeconds: 7 });
    expect(expose(store)).toBe('');
  });
});

describe('the consistency check refuses, and names family, series and group', () => {
  /** Pushes the first bodies, then expects the last one to be refused with a message that holds all of `wanted`. */
  function refuses(pushes: readonly (readonly [Record<string, string>, string])[], ...wanted: string[]): void {
    const store = createStore({
      ownTypes: new Map([
        ['own', 'gauge'],
        ['own_summary', 'summary'],
      ]),
    });
    const last = pushes.length - 1;
    pushes.forEach(([labels, body], i) => {
      const refusal = write(store, pushOf('replace', labels, body));
      if (i < last) expect(refusal).toBeNull();
      else
        for (const part of ['pushed metrics are invalid or inconsistent with existing metrics: ', ...wanted])
          expect(refusal?.message).toContain(part);
    });
  }

  test.each([
    [
      'another type in another group',
      [
        [{ job: 'a' }, '# TYPE f counter\nf 1\n'],
        [{ job: 'b' }, '# TYPE f gauge\nf 1\n'],
      ],
      ['"f"', 'gauge', 'counter', '{job="a"}'],
    ],
    ['another type than ours', [[{ job: 'a' }, '# TYPE own counter\nown 1\n']], ['"own"', 'gauge', 'counter']],
    ['a part of a summary of ours', [[{ job: 'a' }, 'own_summary_count 1\n']], ['"own_summary_count"', '"own_summary"']],
    [
      'a part of a summary in another group',
      [
        [{ job: 'a' }, '# TYPE s summary\ns_count 1\n'],
        [{ job: 'b' }, 's_sum 1\n'],
      ],
      ['"s_sum"', '"s"', '{job="a"}'],
    ],
    [
      'a histogram over a family in another group',
      [
        [{ job: 'a' }, 'h_bucket 1\n'],
        [{ job: 'b' }, '# TYPE h histogram\nh_count 1\n'],
      ],
      ['"h_bucket"', '{job="a"}'],
    ],
    [
      'a summary over a family of the same push',
      [[{ job: 'a' }, 's_count 1\n# TYPE s summary\ns{quantile="1"} 1\n']],
      ['"s_count"', '"s"'],
    ],
    [
      'the same series from a group with fewer labels',
      [
        [{ job: 'a' }, 'f{zone="z"} 1\n'],
        [{ job: 'a', zone: 'z' }, 'f 2\n'],
      ],
      ['f{', 'zone="z"', '{job="a"}'],
    ],
    [
      'the same series from a group with more labels',
      [
        [{ job: 'a', zone: 'z' }, 'f 2\n'],
        [{ job: 'a' }, 'f{zone="y"} 1\nf{zone="z"} 1\n'],
      ],
      ['zone="z"', '{job="a",zone="z"}'],
    ],
    [
      'the same series through the implied instance',
      [
        [{ job: 'a' }, 'f{x="y"} 2\n'],
        [{ job: 'a', instance: '' }, 'f{x="y"} 1\n'],
      ],
      ['instance=""', '{job="a"}'],
    ],
    [
      'a group whose push times another group holds',
      [
        [{ job: 'a' }, ''],
        [{ job: 'a', instance: '' }, ''],
      ],
      ['push_time_seconds{instance="",job="a"}', '{job="a"}'],
    ],
    [
      'the same series twice in a push',
      [[{ job: 'a' }, 'f{a="b",c="d"} 1\nf{c="d",a="b"} 2\n']],
      ['"f"', '{a="b",c="d",instance="",job="a"}'],
    ],
  ] as const)('%s', (_, pushes, wanted) => refuses(pushes, ...wanted));

  test('and what it refused is fine once the other group is gone', () => {
    const store = createStore();
    write(store, pushOf('replace', { job: 'a' }, '# TYPE f counter\nf 1\n'));
    expect(write(store, pushOf('replace', { job: 'b' }, '# TYPE f gauge\nf 1\n'))).not.toBeNull();
    write(store, { kind: 'delete', key: keyOf({ job: 'a' }), atMs: 0 });
    expect(write(store, pushOf('replace', { job: 'b' }, '# TYPE f gauge\nf 1\n'))).toBeNull();
    expect(write(store, pushOf('replace', { job: 'b' }, '# TYPE f counter\nf 1\n'))).toBeNull();
  });

  test('and a group that a refused push could not even make leaves no trace', () => {
    const store = createStore();
    write(store, pushOf('replace', { job: 'a' }, 'f 1\n'));
    expect(write(store, pushOf('replace', { job: 'a', instance: '' }, 'g 1\n'))).not.toBeNull();
    expect(store.groupCount).toBe(1);
    expect(write(store, pushOf('replace', { job: 'a' }, 'f 2\n'))).toBeNull();
    expect(expose(store)).toBe('# TYPE f untyped\nf{instance="",job="a"} 2\n');
  });
});

describe('without checks', () => {
  test('a family that is left out is told of with its group and the reason, not once per push', () => {
    const warnings: LogFields[] = [];
    const store = createStore({ isChecked: false, logger: { ...silentLogger, warn: (fields) => warnings.push(fields) } });
    write(store, pushOf('replace', { job: 'a' }, '# TYPE f counter\nf 1\n'));
    for (let i = 0; i < 5; i++) write(store, pushOf('replace', { job: 'b' }, '# TYPE f gauge\nf 2\n'));
    expect(warnings).toEqual([{ group: '{job="b"}', reason: expect.stringContaining('it is a counter in group {job="a"}') as string }]);
  });

  test('the conflicting family of the later group is held back until the earlier one is gone', () => {
    const store = createStore({ isChecked: false });
    expect(write(store, pushOf('replace', { job: 'a' }, '# TYPE f counter\nf 1\n'))).toBeNull();
    expect(write(store, pushOf('replace', { job: 'b' }, '# TYPE f gauge\nf 2\ng 2\n'))).toBeNull();
    expect(expose(store)).toBe('# TYPE f counter\nf{instance="",job="a"} 1\n# TYPE g untyped\ng{instance="",job="b"} 2\n');
    expect(store.inconsistentFamilyCount).toBe(1);
    write(store, { kind: 'delete', key: keyOf({ job: 'a' }), atMs: 0 });
    expect(expose(store)).toBe('# TYPE f gauge\nf{instance="",job="b"} 2\n# TYPE g untyped\ng{instance="",job="b"} 2\n');
    expect(store.inconsistentFamilyCount).toBe(0);
  });

  test('a series that stands twice in a push is held back with its family', () => {
    const store = createStore({ isChecked: false });
    write(store, pushOf('replace', { job: 'a' }, 'f 1\nf 2\ng 1\n'));
    expect(expose(store)).toBe('# TYPE g untyped\ng{instance="",job="a"} 1\n');
    write(store, pushOf('add', { job: 'a' }, 'f 3\n'));
    expect(expose(store)).toBe('# TYPE f untyped\nf{instance="",job="a"} 3\n# TYPE g untyped\ng{instance="",job="a"} 1\n');
  });

  test('a summary waits for a family that has one of its names, also if the group itself brought it', () => {
    const store = createStore({ isChecked: false });
    write(store, pushOf('replace', { job: 'a' }, 's_count 1\n'));
    write(store, pushOf('replace', { job: 'b' }, '# TYPE s summary\ns_count 5\n'));
    expect(expose(store)).toBe('# TYPE s_count untyped\ns_count{instance="",job="a"} 1\n');
    write(store, pushOf('replace', { job: 'a' }, 'other 1\n'));
    expect(expose(store)).toContain('# TYPE s summary\ns_sum{instance="",job="b"} 0\ns_count{instance="",job="b"} 5\n');
  });

  test('groups with equal push times show those of the first one', () => {
    const store = createStore({ isChecked: false });
    write(store, pushOf('replace', { job: 'a' }, '', 1000));
    write(store, pushOf('replace', { job: 'a', instance: '' }, '', 2000));
    expect(expose(store, { withTimes: true })).toContain('push_time_seconds{instance="",job="a"} 1\n');
    expect(expose(store, { withTimes: true })).not.toContain('} 2\n');
    write(store, { kind: 'delete', key: keyOf({ job: 'a' }), atMs: 0 });
    expect(expose(store, { withTimes: true })).toContain('push_time_seconds{instance="",job="a"} 2\n');
  });
});

describe('reservations', () => {
  test('a write is decided as if those prepared before it were in, and shows only when applied', () => {
    const store = createStore();
    const first = store.prepareWrite(pushOf('replace', { job: 'a' }, '# TYPE f counter\nf 1\n'));
    expect(store.prepareWrite(pushOf('replace', { job: 'b' }, '# TYPE f gauge\nf 1\n')).refusal).not.toBeNull();
    expect(expose(store, { withTimes: true })).toBe('');
    expect(store.groupCount).toBe(0);
    store.applyChanges(first.changes);
    expect(expose(store)).toBe('# TYPE f counter\nf{instance="",job="a"} 1\n');
  });

  test('abandoned writes leave no trace in what is decided next', () => {
    const store = createStore();
    write(store, pushOf('replace', { job: 'a' }, 'f 1\n'));
    const before = expose(store, { withTimes: true });
    const writes = [
      store.prepareWrite(pushOf('replace', { job: 'a' }, '# TYPE g counter\ng 1\n')),
      store.prepareWrite(pushOf('replace', { job: 'a' }, 'h 1\n')),
      store.prepareWrite(pushOf('replace', { job: 'b' }, '# TYPE f gauge\nf 2\n')),
      store.prepareWrite({ kind: 'wipe', atMs: 0 }),
    ];
    store.abandonChanges(writes.flatMap(({ changes }) => changes));
    expect(expose(store, { withTimes: true })).toBe(before);
    expect(write(store, pushOf('replace', { job: 'c' }, '# TYPE g gauge\ng 1\n'))).toBeNull();
    expect(write(store, pushOf('replace', { job: 'd' }, '# TYPE f gauge\nf 1\n'))).not.toBeNull();
  });
});

describe('what a scrape reads', () => {
  test('the families are the same array until one comes, goes or changes in anything but values', () => {
    const store = createStore({ isChecked: false });
    let before = store.readExposition().families;
    const f = (request: WriteRequest, isSame: boolean): void => {
      write(store, request);
      const { families } = store.readExposition();
      expect(families === before).toBe(isSame);
      expect(store.readExposition().families).toBe(families);
      before = families;
    };
    f(pushOf('replace', { job: 'a' }, 'x 1\n'), false);
    f(pushOf('replace', { job: 'a' }, 'x 2\n'), true);
    f(pushOf('add', { job: 'a' }, 'y 1\n'), false);
    f(pushOf('replace', { job: 'b' }, 'x 1\n'), false);
    f(pushOf('add', { job: 'b' }, 'x 1\n'), true);
    f(pushOf('add', { job: 'b' }, '# HELP x help\nx 1\n'), false);
    // Held back: the type is another one.
    f(pushOf('replace', { job: 'c' }, '# TYPE x gauge\nx 1\n'), false);
    f(pushOf('replace', { job: 'a' }, 'x 3\ny 3\n'), true);
    f({ kind: 'delete', key: keyOf({ job: 'b' }), atMs: 0 }, false);
    f({ kind: 'delete', key: keyOf({ job: 'nobody' }), atMs: 0 }, true);
    f(pushOf('replace', { job: 'a' }, 'x 4\n'), false);
  });

  test('a snapshot does not change while it is read', () => {
    const store = createStore();
    for (let i = 0; i < 600; i++) write(store, pushOf('replace', { job: `j${i}` }, 'f 1\n'));
    const exposition = store.readExposition();
    const parts = exposition.families.find(({ name }) => name === 'f')?.parts ?? [];
    for (let i = 0; i < 600; i++)
      write(store, i % 2 === 0 ? pushOf('replace', { job: `j${i}` }, 'f 2\n') : { kind: 'delete', key: keyOf({ job: `j${i}` }), atMs: 0 });
    const lines = joinTexts(parts, exposition).trimEnd().split('\n');
    expect(lines).toEqual(Array.from({ length: 600 }, (_, i) => `f{instance="",job="j${i}"} 1`));
    expect(expose(store).split('\n')).toHaveLength(302);
  });

  test('of different HELPs the first in byte order is shown, and they are logged once', () => {
    const warnings: LogFields[] = [];
    const store = createStore({ logger: { ...silentLogger, warn: (fields) => warnings.push(fields) } });
    write(store, pushOf('replace', { job: 'a' }, '# HELP f b\nf 1\n'));
    write(store, pushOf('replace', { job: 'b' }, '# HELP f a\nf 1\n'));
    write(store, pushOf('replace', { job: 'c' }, 'f 1\n'));
    write(store, pushOf('replace', { job: 'b' }, '# HELP f a\nf 2\n'));
    expect(expose(store)).toMatch(/^# HELP f a\n/);
    expect(expose(store)).toMatch(/^# HELP f a\n/);
    expect(warnings).toEqual([{ family: 'f', helps: ['a', 'b'] }]);
    write(store, { kind: 'delete', key: keyOf({ job: 'b' }), atMs: 0 });
    expect(expose(store)).toMatch(/^# HELP f b\n/);
  });
});
