import { expect, test } from 'vitest';
import { parseSelector } from '../../../src/api/v1/parse-selector.ts';
import { GroupCatalog } from '../../../src/api/v1/group-catalog.ts';
import { isSelective, type Selector } from '../../../src/api/v1/selector.ts';
import { createStore, pushOf, write } from '../../store/support.ts';

/** A list of this one group. */
function groupOf(labels: Readonly<Record<string, string>>, body: string): GroupCatalog {
  const catalog = new GroupCatalog(new Map(), { nowMs: () => 1 });
  write(createStore({ onApplied: (changes) => catalog.apply(changes) }), pushOf('replace', labels, body, 1000));
  return catalog;
}

function selects(selector: Selector, catalog: GroupCatalog): boolean {
  return catalog.select({ selectors: [selector], search: [], state: null }).length === 1;
}

const group = groupOf({ job: 'nightly-backup', instance: 'db-1.example.org:9100', empty: '' }, 'up 1\nrows_total 2\n');

test('a selector takes the groups that PromQL would take', () => {
  const f = (selector: string, want: boolean): void => {
    expect(selects(parseSelector(selector), group), selector).toBe(want);
  };
  f('{}', true);
  f('{job="nightly-backup"}', true);
  f('{job="nightly"}', false);
  f('{job!="nightly"}', true);
  f('{job=~"nightly-.*"}', true);
  f('{job=~"nightly"}', false);
  f('{job=~".*backup"}', true);
  f('{job=~".*ly-ba.*"}', true);
  f('{job=~"ly-ba"}', false);
  f('{job=~"x|nightly-backup"}', true);
  f('{job=~"nightly-(backup|copy)"}', true);
  f('{job=~"NIGHTLY.*"}', false);
  f('{job=~"(?i)NIGHTLY.*"}', true);
  f('{job!~"nightly.*"}', false);
  f('{job=~".+"}', true);
  f('{job=~""}', false);
  f('{job=~"x||y"}', false);
  f('{empty=~"x|"}', true);
  f('{job=~"nightly.+-backup"}', false);
  f('{job=~"nightly.*-backup"}', true);
  f('{job=~"n.+y.+p"}', true);
  f('{job=~".*backup.+"}', false);
  f('{job=~"nightly-backup.*nightly-backup"}', false);
  f('{instance=~"db.*\\\\.example\\\\.org:.*"}', true);
  f('{instance=~"db.*\\\\.example_org:.*"}', false);
  f('{instance=~"a.*|db.*"}', true);
  f('{instance=~"db-\\\\d+\\\\.example\\\\.org:9100"}', true);
  f('{instance=~`db-\\d+\\.example\\.org:9100`}', true);
  f("{job='nightly-backup'}", true);
  f('{job="nightly\\x2dbackup"}', true);
  f('{job="nightly-backup",instance=""}', false);
  f('{empty=""}', true);
  f('{missing=""}', true);
  f('{missing!=""}', false);
  f('{missing=~".*"}', true);
  f('{missing=~".+"}', false);
  f('{"job"="nightly-backup",}', true);
  f('{job="nightly-backup"} # the backup', true);
});

test('a metric name asks for a family that the group holds, and its negation for a group without', () => {
  const f = (selector: string, want: boolean): void => {
    expect(selects(parseSelector(selector), group), selector).toBe(want);
  };
  f('up', true);
  f('up{job="nightly-backup"}', true);
  f('down', false);
  f('{"up"}', true);
  f('{__name__="up"}', true);
  f('{__name__!="up"}', false);
  f('{__name__!="down"}', true);
  f('{__name__=~"rows_.*"}', true);
  f('{__name__!~"rows_.*"}', false);
  f('{__name__!~"cols_.*"}', true);
  f('{__name__="push_time_seconds"}', true);
  f('{__name__!="push_time_seconds"}', false);
});

test('a regexp takes a dot for a line feed, and no time for nested repeats', () => {
  const hostile = groupOf({ job: 'a\nb', text: `${'a'.repeat(5000)}!` }, 'm 1\n');
  expect(selects(parseSelector('{job=~"a.b"}'), hostile)).toBe(true);
  const startMs = performance.now();
  expect(selects(parseSelector('{text=~"(a+)+(a+)+b"}'), hostile)).toBe(false);
  expect(performance.now() - startMs).toBeLessThan(1000);
});

test('what is more or less than label matchers is refused with its place', () => {
  const f = (selector: string, want: RegExp): void => {
    expect(() => parseSelector(selector), selector).toThrow(want);
  };
  f('', /at character 1: /);
  f('{job="a"', /at character 9: this is not PromQL/);
  f('{job=1}', /at character 6: this is not PromQL/);
  f('{job="a"} offset 5m', /at character 1: want label matchers alone/);
  f('rate(up[5m])', /at character 1: want label matchers alone/);
  f('up[5m]', /at character 1: want label matchers alone/);
  f('up + up', /at character 1: want label matchers alone/);
  f('{job=~"("}', /cannot compile the regexp "\("/);
  f('{job=~"(?=a)"}', /cannot compile the regexp/);
  f('{job="\\q"}', /\\q is not an escape/);
  f('{job="\\ud800"}', /\\ud800 is not an escape/);
  f(`{job=~"${'a'.repeat(1001)}."}`, /1000 are the most/);
  f(`{job="${'a'.repeat(10_000)}"}`, /10000 are the most/);
  f(`{${'a="",'.repeat(65)}}`, /64 matchers are the most/);
});

test('a selector that takes every group is told from one that chooses', () => {
  const f = (selector: string, want: boolean): void => {
    expect(isSelective(parseSelector(selector)), selector).toBe(want);
  };
  f('{}', false);
  f('{job=~".*"}', false);
  f('{instance=""}', false);
  f('{job=~".+"}', true);
  f('{job="a"}', true);
});
