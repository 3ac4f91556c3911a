import { type ExposedSample, readExposition, seriesOf } from '../../fuzz/exposition.ts';
import type { PushRequest } from './client-process.ts';

type Labels = Readonly<Record<string, string>>;
type Step = Pick<PushRequest, 'operation' | 'metrics'>;

/** Pushes into one group, and all that the group then exposes. */
export interface Scenario {
  readonly title: string;
  readonly steps: readonly Step[];
  readonly wanted: readonly string[];
}

const pushAll: Step = { operation: 'push', metrics: 'all' };
const addLast: Step = { operation: 'pushadd', metrics: 'client_last_seconds=5' };
const pushLast: Step = { operation: 'push', metrics: 'client_last_seconds=5' };
const deleteGroup: Step = { operation: 'delete', metrics: 'client_last_seconds=5' };
export const onePush: readonly Step[] = [pushLast];
export const oneDelete: readonly Step[] = [deleteGroup];

/** The metrics called `all`, as every gateway exposes them: type, series, value. */
const all = (last: string): readonly string[] => [
  exposed('counter', 'client_rows_total', { table: 'a"b\\c\nd' }, '3'),
  exposed('gauge', 'client_files', { path: 'é'.repeat(1000) }, '42'),
  exposed('gauge', 'client_last_seconds', {}, last),
  exposed('histogram', 'client_latency_seconds_bucket', { le: '+Inf' }, '1'),
  exposed('histogram', 'client_latency_seconds_bucket', { le: '0.1' }, '0'),
  exposed('histogram', 'client_latency_seconds_bucket', { le: '1' }, '1'),
  exposed('histogram', 'client_latency_seconds_count', {}, '1'),
  exposed('histogram', 'client_latency_seconds_sum', {}, '0.5'),
  exposed('summary', 'client_size_bytes_count', {}, '1'),
  exposed('summary', 'client_size_bytes_sum', {}, '7'),
];
export const lastOnly: readonly string[] = [exposed('gauge', 'client_last_seconds', {}, '5')];

export const scenarios: readonly Scenario[] = [
  { title: 'pushes metrics of every type', steps: [pushAll], wanted: all('1e+06') },
  { title: 'adds to a group, which keeps what is not pushed again', steps: [pushAll, addLast], wanted: all('5') },
  { title: 'replaces a group, which keeps nothing', steps: [pushAll, pushLast], wanted: lastOnly },
  { title: 'deletes a group', steps: [pushAll, deleteGroup], wanted: [] },
];

export type KeyName = 'instance' | 'labels' | 'slash' | 'slashInJob' | 'empty' | 'utf8' | 'space' | 'signs' | 'long';

/** Grouping keys that are hard to put into a path. */
export const groupingKeys: Readonly<Record<KeyName, { readonly title: string; readonly job: string; readonly labels: Labels }>> = {
  instance: { title: 'with an instance', job: 'nightly', labels: { instance: 'db1' } },
  labels: { title: 'of several labels', job: 'nightly', labels: { instance: 'db1', shard: '7', zone: 'eu' } },
  slash: { title: 'with slashes in a value', job: 'nightly', labels: { path: '/var/tmp' } },
  slashInJob: { title: 'with a slash in the job', job: 'night/ly', labels: {} },
  empty: { title: 'with an empty value', job: 'nightly', labels: { shard: '' } },
  utf8: { title: 'in UTF-8', job: 'ночью', labels: { instance: 'Προμηθεύς☃' } },
  space: { title: 'with spaces', job: 'nightly', labels: { instance: 'a b  c' } },
  signs: { title: 'with signs that mean something in a URL', job: '100%', labels: { instance: '?a=b&c#d;e:f@g+h~i%2F%20' } },
  long: { title: 'with a long name and a long value', job: 'nightly', labels: { [`l${'o'.repeat(200)}ng`]: 'v'.repeat(4000) } },
};

/** What a page shows of the pushed metrics of one group: type, series without the labels of the group, value. */
export function readGroup(page: string, key: Labels): string[] {
  const wanted = Object.entries({ instance: '', ...key });
  const found: string[] = [];
  for (const { name, type, samples } of readExposition(page).values()) {
    // `_created` is the time at which the client was asked.
    if (!name.startsWith('client_') || name.endsWith('_created')) continue;
    for (const sample of samples) {
      const labels = new Map(sample.labels);
      if (wanted.some(([label, value]) => labels.get(label) !== value)) continue;
      for (const [label] of wanted) labels.delete(label);
      found.push(`${type} ${seriesOf({ name: sample.name, labels: [...labels] })} ${sample.value}`);
    }
  }
  return found.sort();
}

/** All pushed metrics on a page, to be compared with another page. */
export function readAllGroups(page: string): string[] {
  const families = [...readExposition(page).values()].filter(({ name }) => name.startsWith('client_'));
  const valueOf = ({ name, value }: ExposedSample): string => (name.endsWith('_created') ? '' : value);
  return families.flatMap(({ type, samples }) => samples.map((sample) => `${type} ${seriesOf(sample)} ${valueOf(sample)}`)).sort();
}

function exposed(type: string, name: string, labels: Labels, value: string): string {
  return `${type} ${seriesOf({ name, labels: Object.entries(labels) })} ${value}`;
}
