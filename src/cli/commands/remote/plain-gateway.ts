import { createSystemClock } from '../../../base/clock.ts';
import type { GroupDetail, GroupSort, GroupState, GroupSummary } from '../../../api/types.ts';
import { createValueLookup, describeMetric } from '../../../api/v1/describe-family.ts';
import { describeGroup } from '../../../api/v1/describe-group.ts';
import { GroupCatalog } from '../../../api/v1/group-catalog.ts';
import { decodeGroupId } from '../../../api/v1/group-id.ts';
import type { GroupRow } from '../../../api/v1/group-row.ts';
import { parseSearch } from '../../../api/v1/search.ts';
import { parseSelector } from '../../../api/v1/parse-selector.ts';
import { formatRfc3339Nano, type FamilyJson, type MetricJson } from '../../../exposition/metrics-json.ts';
import { escapeHelp, renderLabel, renderName } from '../../../exposition/sample-text.ts';
import { readFamily, storeFamilies } from '../../../exposition/store-family.ts';
import { parseText } from '../../../exposition/text-parser.ts';
import { PushHistory } from '../../../history/push-history.ts';
import { createGroupingKey } from '../../../model/grouping-key.ts';
import type { Group } from '../../../model/group.ts';
import { pushFailureTimeName, pushTimeName } from '../../../store/push-times.ts';
import { groupNotThere } from '../errors.ts';
import type { GatewayApi } from './gateway-api.ts';

type GroupJson = Readonly<Record<string, unknown>> & { readonly labels: Readonly<Record<string, string>> };

/**
 * The groups of a gateway without the API of ours, such as prom/pushgateway: read as a whole, and looked through here as the server of
 * ours does it. There is no history, and no value of before.
 */
export class PlainGateway {
  readonly #catalog = new GroupCatalog(new Map(), createSystemClock());
  readonly #history = new PushHistory();

  constructor(groups: readonly GroupJson[]) {
    const read = groups.map((group) => readGroup(group));
    this.#catalog.apply(read.map((after) => ({ key: after.key, before: null, after })));
  }

  static async read(api: GatewayApi): Promise<PlainGateway> {
    return new PlainGateway(await api.request<readonly GroupJson[]>('GET', 'metrics', 'read the groups'));
  }

  list(selectors: readonly string[], search: string, state: GroupState | null, sort: GroupSort, limit: number): readonly GroupSummary[] {
    const filter = { selectors: selectors.map((selector) => parseSelector(selector)), search: parseSearch(search) };
    const { rows } = this.#catalog.query({ ...filter, state, sort, limit: Math.min(limit, this.#catalog.size + 1), after: null });
    return rows.map((row) => this.#describe(row));
  }

  /** One group; PG_GROUP_ABSENT if there is none with this id. */
  show(id: string, family: string | undefined): Omit<GroupDetail, 'next_cursor'> {
    const row = this.#catalog.find(decodeGroupId(id));
    if (row === undefined) throw groupNotThere('cannot show the group: there is none with these labels');
    const { key, families } = row.group;
    const shown = [...families.values()].filter(({ name }) => family === undefined || name === family);
    return {
      group: this.#describe(row),
      matched_families: shown.length,
      families: shown.map((stored) => ({
        name: stored.name,
        type: stored.type,
        help: stored.help,
        time: formatRfc3339Nano(stored.pushedAtMs),
        metric_count: stored.metricCount,
        sample_count: stored.sampleCount,
        bytes: stored.home.end - stored.home.start,
        inconsistency: null,
        first_metric: 0,
        metrics: readFamily(stored).metrics.map((metric) => describeMetric(metric, key, createValueLookup(null))),
      })),
      history: [],
    };
  }

  #describe(row: GroupRow): GroupSummary {
    return describeGroup(row, this.#history);
  }
}

function readGroup({ labels, ...families }: GroupJson): Group {
  const key = createGroupingKey(new Map(Object.entries(labels)));
  const times = { [pushTimeName]: 0, [pushFailureTimeName]: 0 };
  const stored = Object.entries(families).flatMap(([name, json]) => {
    if (!isFamily(json)) return [];
    if (name === pushTimeName || name === pushFailureTimeName) {
      times[name] = Number(json.metrics[0]?.value ?? 0);
      return [];
    }
    const parsed = parseText(Buffer.from(writeFamily(name, json)), { allowUtf8Names: true });
    return storeFamilies(parsed, key, Date.parse(json.time_stamp));
  });
  return {
    key,
    families: new Map(stored.map((family) => [family.name, family])),
    pushTimeSeconds: times[pushTimeName],
    failureTimeSeconds: times[pushFailureTimeName],
  };
}

function isFamily(json: unknown): json is FamilyJson {
  return typeof json === 'object' && json !== null && 'metrics' in json && 'type' in json;
}

/** The family as it was pushed, as text: numbers in the JSON are in Go's format already. */
function writeFamily(name: string, { type, help = '', metrics }: FamilyJson): string {
  const shown = renderName(name);
  const helpLine = help === '' ? '' : `# HELP ${shown} ${escapeHelp(help)}\n`;
  return `${helpLine}# TYPE ${shown} ${type.toLowerCase().replace('_', '')}\n${metrics.map((metric) => writeMetric(name, metric)).join('')}`;
}

function writeMetric(name: string, { labels, value, quantiles, buckets, count, sum }: MetricJson): string {
  const pairs = Object.entries(labels).map(([label, text]) => renderLabel(label, text));
  const line = (suffix: string, extra: readonly string[], text: string): string => {
    const written = renderName(name + suffix);
    return `${written === name + suffix ? `${written}{` : `{${written},`}${[...pairs, ...extra].join(',')}} ${text}\n`;
  };
  // The buckets of a native histogram have no text.
  const bounds = Array.isArray(buckets) ? [] : Object.entries(buckets ?? {});
  return [
    ...(value === undefined ? [] : [line('', [], value)]),
    ...Object.entries(quantiles ?? {}).map(([quantile, at]) => line('', [renderLabel('quantile', quantile)], at)),
    ...bounds.map(([bound, at]) => line('_bucket', [renderLabel('le', bound)], String(at))),
    ...(sum === undefined ? [] : [line('_sum', [], sum)]),
    ...(count === undefined ? [] : [line('_count', [], count)]),
  ].join('');
}
