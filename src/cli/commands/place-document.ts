import { renderLabel } from '../../exposition/sample-text.ts';
import { storeFamily } from '../../exposition/store-family.ts';
import { createGroupingKey, type GroupingKey } from '../../model/grouping-key.ts';
import type { LabelPair, Metric, MetricFamily } from '../../model/metric-family.ts';
import type { StoredFamily } from '../../model/stored-family.ts';
import { pushFailureTimeName, pushTimeName } from '../../store/push-times.ts';
import { listDocumentParts, parseDocumentPart } from './document-parts.ts';
import { importRefused } from './errors.ts';

/** A group of a document, on its way into a store. */
export interface PlacedGroup {
  readonly key: GroupingKey;
  /** Unix milliseconds with a fraction; 0: never. */
  pushedAtMs: number;
  failedAtMs: number;
  readonly families: StoredFamily[];
}

export interface PlacedDocument {
  readonly groups: readonly PlacedGroup[];
  /** Series of the gateway itself that were left out. */
  readonly ownSeriesCount: number;
}

export interface PlacementOptions {
  /** Labels that make the group of a series which no group of the document fits; `null`: such a series is refused. */
  readonly groupingLabels: readonly string[] | null;
  /** The push time of groups of which the document does not tell one. */
  readonly nowMs: number;
}

/**
 * Sorts the series of a page of any Pushgateway into groups. The groups are those that have push times; a series belongs to the group with
 * the most labels that are all among its own. Throws `PG_IMPORT`, naming the line or the series, for whatever cannot be placed.
 */
export function placeDocument(document: Buffer, options: PlacementOptions): PlacedDocument {
  const parts = listDocumentParts(document);
  const groups = new GroupIndex(options);
  for (const part of parts.filter(({ holdsPushTimes }) => holdsPushTimes)) {
    for (const family of parseDocumentPart(document, part)) groups.addPushTimes(family);
  }
  const seen = new Set<string>([pushTimeName, pushFailureTimeName]);
  let ownSeriesCount = 0;
  for (const part of parts.filter(({ holdsPushTimes }) => !holdsPushTimes)) {
    for (const family of parseDocumentPart(document, part)) {
      if (seen.has(family.name)) {
        throw importRefused(
          `cannot import the document: the lines of ${family.name} do not stand together (line ${part.linesBefore + 1} and following)`,
        );
      }
      seen.add(family.name);
      const pushed = family.metrics.filter((metric) => !isOwnSeries(family.name, metric));
      ownSeriesCount += family.metrics.length - pushed.length;
      groups.addFamily({ ...family, metrics: pushed });
    }
  }
  return { groups: groups.list(), ownSeriesCount };
}

/** What a gateway says of itself; a job may push families of these names too, and then its label is there. */
function isOwnSeries(name: string, { labels }: Metric): boolean {
  return (
    /^(?:pushgateway|pushgate|process|nodejs|go|promhttp)_/.test(name) &&
    !labels.some((label) => label.name === 'job' && label.value !== '')
  );
}

/** The groups of a document by their labels. */
class GroupIndex {
  readonly #options: PlacementOptions;
  readonly #groups = new Map<string, PlacedGroup>();
  /** The different lists of label names that groups have, the longest first. */
  #shapes: (readonly string[])[] = [];

  constructor(options: PlacementOptions) {
    this.#options = options;
  }

  list(): PlacedGroup[] {
    return [...this.#groups.values()];
  }

  addPushTimes({ name, metrics }: MetricFamily): void {
    for (const metric of metrics) {
      const atMs = readTimeMs(name, metric);
      // Shown for a group that has no instance; of a group whose instance is empty on purpose a page cannot be told apart.
      const labels = metric.labels.filter((label) => label.name !== 'instance' || label.value !== '');
      if (!labels.some((label) => label.name === 'job' && label.value !== '')) throw refuseSeries(name, metric, 'it has no job');
      const group = this.#findOrAdd(labels, 0);
      if (name === pushTimeName) group.pushedAtMs = atMs;
      else if (name === pushFailureTimeName) group.failedAtMs = atMs;
    }
  }

  /** Each family once. */
  addFamily(family: MetricFamily): void {
    const byGroup = new Map<PlacedGroup, Metric[]>();
    for (const metric of family.metrics) {
      if (metric.timestampMs !== null) throw refuseSeries(family.name, metric, 'it has a timestamp');
      const group = this.#find(family.name, metric);
      const metrics = byGroup.get(group);
      if (metrics === undefined) byGroup.set(group, [metric]);
      else metrics.push(metric);
    }
    for (const [group, metrics] of byGroup) group.families.push(storeFamily({ ...family, metrics }, group.key, group.pushedAtMs));
  }

  #find(name: string, metric: Metric): PlacedGroup {
    const values = new Map(metric.labels.map((label) => [label.name, label.value]));
    const fitting: PlacedGroup[] = [];
    for (const shape of this.#shapes) {
      if (fitting[0] !== undefined && shape.length < fitting[0].key.labels.length) break;
      const group = this.#groups.get(JSON.stringify(shape.flatMap((label) => [label, values.get(label) ?? null])));
      if (group !== undefined) fitting.push(group);
    }
    const [group, other] = fitting;
    if (group !== undefined && other === undefined) return group;
    if (this.#options.groupingLabels === null) {
      const why =
        other === undefined ? 'no push_time_seconds of the document has labels that are all among its own' : 'more than one group fits it';
      throw refuseSeries(name, metric, `${why}; --grouping-labels=job,instance would say which labels make its group`);
    }
    return this.#groupByLabels(name, metric, this.#options.groupingLabels);
  }

  #groupByLabels(name: string, metric: Metric, groupingLabels: readonly string[]): PlacedGroup {
    const labels = metric.labels.filter((label) => label.value !== '' && groupingLabels.includes(label.name));
    if (!labels.some((label) => label.name === 'job')) throw refuseSeries(name, metric, 'it has no job');
    return this.#findOrAdd(labels, this.#options.nowMs);
  }

  #findOrAdd(labels: readonly LabelPair[], pushedAtMs: number): PlacedGroup {
    const key = createGroupingKey(new Map(labels.map(({ name, value }) => [name, value])));
    const known = this.#groups.get(key.id);
    if (known !== undefined) return known;
    const group: PlacedGroup = { key, pushedAtMs, failedAtMs: 0, families: [] };
    this.#groups.set(key.id, group);
    const shape = key.labels.map(({ name }) => name);
    const isKnown = this.#shapes.some((other) => other.length === shape.length && other.every((name, i) => name === shape[i]));
    if (!isKnown) this.#shapes = [...this.#shapes, shape].sort((a, b) => b.length - a.length);
    return group;
  }
}

/** The year 9999, the last that RFC 3339 can write. */
const secondsMax = 253_402_300_800;

function readTimeMs(name: string, metric: Metric): number {
  const seconds = (metric.gauge ?? metric.untyped ?? metric.counter)?.value ?? NaN;
  if (!(seconds >= 0 && seconds < secondsMax)) throw refuseSeries(name, metric, 'its value is no time');
  return seconds * 1000;
}

function refuseSeries(name: string, { labels }: Metric, why: string): Error {
  const series = `${name}{${labels.map((label) => renderLabel(label.name, label.value)).join(',')}}`;
  return importRefused(`cannot import the series ${series}: ${why}`);
}
