// node bench/group-list.mjs [groups]
// How long the API under the page takes to list groups (after `npm run build`): 100,000 unless told otherwise, each with 16 samples in 8 families.
// Prints milliseconds of the first and of the middle one of ten equal queries, and exits with 1 if a middle one takes more than 50.
import { createGroupingKey } from '../dist/model/grouping-key.js';
import { GroupCatalog } from '../dist/api/v1/group-catalog.js';
import { parseSearch } from '../dist/api/v1/search.js';
import { parseSelector } from '../dist/api/v1/parse-selector.js';
import { WorkBudget } from '../dist/api/v1/work-budget.js';
import { silentLogger } from '../dist/base/logger.js';
import { PushDecoder } from '../dist/exposition/decode-push.js';
import { MetricStore } from '../dist/store/metric-store.js';

const groupCount = Number(process.argv[2] ?? 100_000);
const limitMs = 50;
const catalog = new GroupCatalog(new Map(), { nowMs: () => 1e12 });
fill(new MetricStore({ ownTypes: new Map(), isChecked: true, logger: silentLogger, onApplied: (changes) => catalog.apply(changes) }));

const everything = { selectors: [], search: [], state: null, sort: 'job', limit: 100, after: null };
/** Selectors are read anew for each query, as for each request. */
const select =
  (...selectors) =>
  () => {
    const budget = new WorkBudget();
    return { selectors: selectors.map((selector) => parseSelector(selector, budget)) };
  };
const fifty = Array.from({ length: 50 }, (_, i) => i * 19);
const firstPage = catalog.query(everything);
const queries = {
  'first page': {},
  'second page': { after: firstPage.next },
  'by last push': { sort: '-last_push' },
  'by samples': { sort: '-samples' },
  'by bytes, 1000 rows': { sort: 'bytes', limit: 1000 },
  'only failed': { state: 'failed' },
  'search for a word': { search: parseSearch('host-99') },
  'search for three words': { search: parseSearch('prod nightly-3 env=p') },
  'job="..."': select('{job="nightly-3"}'),
  'job=~"....*"': select('{job=~"nightly-3.*",instance!=""}'),
  'instance=~, plain text and .*': select('{instance=~".*-9.*west.*|host-1.*"}'),
  'instance=~, a class': select('{instance=~"host-[0-9]+5\\\\..*"}'),
  'instance=~, groups and wildcards': select('{instance=~"(host|box)-.*(east|west).*"}'),
  'instance!~, a class': select('{instance!~"host-[0-9]+5\\\\..*"}'),
  'instance=~, in any letter case': select('{instance=~"(?i)HOST-\\\\d{3}\\\\..*|.*99:9.*"}'),
  'instance=~, repeated groups': select('{instance=~"((host|box)-\\\\d+\\\\.?)+.*"}'),
  'instance=~, repeats in repeats': select('{instance=~"(([a-z]+)+-?(\\\\d+)*[.:]?)+"}'),
  'instance=~, bounded repeats': select('{instance=~"(host-[0-9]{1,3}){1,4}.*"}'),
  'instance=~, a host name': select('{instance=~"[a-z0-9-]{1,63}(\\\\.[a-z0-9-]{1,63}){0,9}:[0-9]{1,5}"}'),
  'instance=~, 50 alternatives': select(`{instance=~".*(${fifty.map((i) => `t-${i}7`).join('|')}).*"}`),
  'instance=~, 50 names': select(`{instance=~"(${fifty.map((i) => `host-${i}`).join('|')})\\\\..*"}`),
  'instance=~, classes of Unicode': select('{instance=~"\\\\p{Latin}+-\\\\pN+(\\\\.[\\\\pL-]+)+:.*"}'),
  'instance=~, word boundaries': select('{instance=~".*\\\\beu\\\\b.*\\\\b9100\\\\b"}'),
  'instance!~, repeated groups': select('{instance!~"(?i)((HOST|box)-\\\\d+\\\\.?)+.*9"}'),
  'three regexps': select('{instance=~"(?i)(HOST-[0-9]+)+\\\\..*",instance!~"(.*[05])+",job=~"(nightly-\\\\d+)+"}'),
  'a regexp and a word': () => ({ ...select('{instance=~"(host-\\\\d+)+\\\\..*"}')(), search: parseSearch('prod') }),
  'four selectors': select(
    '{instance=~"(host-1\\\\d+)+\\\\..*"}',
    '{instance=~".*(2|4)\\\\.eu.*",env="test"}',
    '{job!~"(nightly-[0-9]{1,2})+"}',
    '{instance=~"(?i).*(99|77)[.].*"}',
  ),
  '60 comparisons': select(`{${Array.from({ length: 60 }, (_, i) => `instance!="host-${i}"`).join(',')}}`),
  'search for one letter': { search: parseSearch('e') },
  'search for two letters': { search: parseSearch('zz') },
  'deep page': { after: catalog.query({ ...everything, limit: 90_000 }).next },
  'a family, not pushed': select('{__name__="absent"}'),
  'a family by name alone': select('{__name__="m_3"}'),
  'a family': select('m_3{env="prod"}'),
  'families by regexp': select('{__name__=~"m_(7|9)"}'),
};
console.log(`${groupCount} groups, Node ${process.version}\n\nquery                              first ms  middle ms  matched`);
for (const [name, query] of Object.entries(queries)) {
  const times = [];
  let matched = 0;
  for (let i = 0; i < 10; i++) {
    const startMs = performance.now();
    ({ matched } = catalog.query({ ...everything, ...(typeof query === 'function' ? query() : query) }));
    times.push(performance.now() - startMs);
  }
  const [first] = times;
  const middle = times.sort((a, b) => a - b)[5];
  console.log(`${name.padEnd(34)} ${first.toFixed(1).padStart(8)} ${middle.toFixed(1).padStart(10)} ${String(matched).padStart(8)}`);
  if (middle > limitMs) process.exitCode = 1;
}

function fill(store) {
  const decoder = new PushDecoder(false);
  for (let i = 0; i < groupCount; i++) {
    const labels = { job: `nightly-${i % 500}`, instance: `host-${i}.eu-west.example.org:9100`, env: i % 3 === 0 ? 'test' : 'prod' };
    const key = createGroupingKey(new Map(Object.entries(labels)));
    const families = Array.from({ length: 8 }, (_, f) => `# TYPE m_${f} gauge\nm_${f}{a="x"} ${i % 97}\nm_${f}{a="y"} 2\n`);
    const atMs = 1e12 + ((i * 7919) % 1_000_003);
    const { changes } = store.prepareWrite({
      kind: 'replace',
      key,
      atMs,
      ...decoder.decode(Buffer.from(families.join('')), undefined, key, atMs),
    });
    store.applyChanges(changes);
  }
}
