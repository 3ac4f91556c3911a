import { expect, test } from 'vitest';
import { GroupCatalog, type GroupQuery } from '../../../../src/api/v1/group-catalog.ts';
import { parseSearch } from '../../../../src/api/v1/search.ts';
import { parseSelector } from '../../../../src/api/v1/parse-selector.ts';
import { WorkBudget } from '../../../../src/api/v1/work-budget.ts';
import { keyOf } from '../../../store/support.ts';

const groupCount = 100_000;
/** Of processor time, the best of some rounds: the machine has others to serve. Without a bound it would be seconds. */
const heldMsMax = 100;

function createCatalog(labelsOf: (i: number) => Record<string, string>): GroupCatalog {
  const catalog = new GroupCatalog(new Map(), { nowMs: () => 1 });
  for (let i = 0; i < groupCount; i++) {
    const key = keyOf(labelsOf(i));
    catalog.apply([{ key, before: null, after: { key, families: new Map(), pushTimeSeconds: 1e9, failureTimeSeconds: 0 } }]);
  }
  return catalog;
}

const times = (count: number, write: (i: number) => string, separator = ','): string =>
  Array.from({ length: count }, (_, i) => write(i)).join(separator);

/** Asks some times. `want`: `answer`, or the words of the error. */
function ask(catalog: GroupCatalog, selectors: readonly string[], search: string, want: 'answer' | RegExp): void {
  const everything: GroupQuery = { selectors: [], search: parseSearch(search), state: null, sort: 'job', limit: 100, after: null };
  const spentMs = Array.from({ length: 4 }, () => {
    const before = process.cpuUsage();
    let outcome = 'answer';
    try {
      const budget = new WorkBudget();
      catalog.query({ ...everything, selectors: selectors.map((selector) => parseSelector(selector, budget)) });
    } catch (error) {
      outcome = String(error);
    }
    const { user, system } = process.cpuUsage(before);
    expect(outcome, selectors[0]?.slice(0, 60) ?? search).toMatch(want);
    return (user + system) / 1000;
  });
  expect(Math.min(...spentMs), selectors[0]?.slice(0, 60) ?? search).toBeLessThan(heldMsMax);
}

const tooMuch = /cannot look through the groups: selectors and search ask too much of too many/;

test('no request holds up the server, however many matchers and words it has', () => {
  const catalog = createCatalog((i) => ({ job: `nightly-${i % 500}`, instance: `host-${i}.eu-west.example.org:9100` }));
  const askMany = (count: number, write: (i: number) => string, want: 'answer' | RegExp): void => {
    const selectors = Array.from({ length: count }, (_, s) => `{${times(60, (i) => write(i + s * 100))},missing="y"}`);
    ask(catalog, selectors, '', want);
  };
  askMany(10, (i) => `instance!="host-${i}.eu-west.example.org:9100"`, 'answer');
  askMany(16, (i) => `instance!="${i}"`, tooMuch);
  askMany(16, (i) => `l${i}=""`, tooMuch);
  askMany(16, (i) => `__name__!="${i}"`, 'answer');
  askMany(16, (i) => `instance!~"${i}"`, /cannot match the regexps: they take too much work/);
  ask(catalog, [`{${times(8, (i) => `instance!~".*z${i}"`)}}`], '', tooMuch);
  ask(catalog, [`{${times(8, (i) => `instance!~".*z${i}"`)},job="nightly-7"}`], '', 'answer');
  ask(catalog, [`{${times(3, (i) => `instance!~".*z${i}"`)}}`], '', 'answer');
  ask(
    catalog,
    [],
    times(16, (i) => 'etohsx.1'[i % 8] ?? '', ' '),
    tooMuch,
  );
  ask(
    catalog,
    [],
    times(300, () => '=', ''),
    'answer',
  );
  ask(catalog, ['{'.repeat(9999)], '', /at character 2: this is not PromQL/);
});

test('nor does a store where each group has label names of its own, or very long values', () => {
  const motley = createCatalog((i) => ({ job: 'a', [`l${i}`]: `v${i}` }));
  ask(motley, ['{l5="v5"}'], '', 'answer');
  ask(motley, [], 'l9=v9', 'answer');
  ask(motley, [`{${times(60, (i) => `l${i}=""`)}}`], '', tooMuch);
  ask(
    motley,
    [],
    times(300, () => '=', ''),
    tooMuch,
  );
  const long = createCatalog((i) => ({ job: `j${i % 100}`, text: 'x'.repeat(500) + String(i) }));
  ask(long, ['{text=~".*z"}'], '', tooMuch);
  ask(long, ['{text=~".*7",job="j7"}'], 'xx7', 'answer');
});
