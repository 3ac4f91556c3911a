import * as v from 'valibot';
import { flagField, listField, mappingField, sectionField, textField } from '../../base/yaml-fields.ts';
import { createGroupingKey, type GroupingKey } from '../../model/grouping-key.ts';
import { isLegacyLabelName, isReservedLabelName } from '../../model/names.ts';
import { collectorsMax, intervalMsMax, intervalMsMin } from '../limits.ts';
import type { AgentConfig, CollectorConfig, CollectorKind, GatewayConfig, OwnConfig, PushMethod } from './agent-config.ts';
import {
  boundedDurationField,
  expandingField,
  type Environment,
  type Field,
  filledField,
  mapField,
  ruledField,
  wordField,
} from './field-kinds.ts';
import { describeSources, type FieldContext, fileField, type SourceFields, tlsField } from './source-fields.ts';

const defaultIntervalMs: Readonly<Partial<Record<CollectorKind, number>>> = { hdfs: 5 * 60_000 };
const defaultTimeoutMs: Readonly<Partial<Record<CollectorKind, number>>> = { hdfs: 2 * 60_000 };
const pushMethods: readonly PushMethod[] = ['replace', 'add'];

/** The whole file. */
export function configField(context: FieldContext): Field<AgentConfig> {
  const { env, hostname } = context;
  const file = sectionField({
    gateway: v.optional(gatewayField(context), ''),
    agent: v.optional(ownField(env, hostname), ''),
    defaults: v.optional(defaultsField(env, hostname), ''),
    // Read further below, once the defaults are known.
    collectors: v.unknown(),
  });
  return v.pipe(
    file,
    v.rawTransform(({ dataset: { value }, addIssue, NEVER }): AgentConfig => {
      const result = v.safeParse(collectorsField(context, value.defaults, value.agent.key), value.collectors);
      if (result.success) {
        const written = value.collectors as readonly unknown[];
        const collectors = result.output.map((collector, i) => ({
          ...collector,
          fingerprint: fingerprintOf([written[i], value.defaults]),
        }));
        return { gateway: value.gateway, own: value.agent, collectors };
      }
      const [issue] = result.issues;
      const way = { type: 'object' as const, origin: 'value' as const, input: {}, key: 'collectors', value: value.collectors };
      addIssue({ message: issue.message, path: [way, ...((issue.path ?? []) as v.ObjectPathItem[])] });
      return NEVER;
    }),
  );
}

function gatewayField({ env, directory }: FieldContext): Field<GatewayConfig> {
  const basicAuth = mapField(
    sectionField({
      username: expandingField(env),
      password: v.optional(expandingField(env)),
      password_file: v.optional(fileField(directory)),
    }),
    ({ username, password, password_file: passwordFile = null }) => {
      if ((password === undefined) === (passwordFile === null)) throw new Error('it needs one of password and password_file');
      return { username, password: password ?? '', passwordFile };
    },
  );
  const fields = sectionField({
    url: v.optional(mapField(expandingField(env), readGatewayUrl), 'http://127.0.0.1:9091'),
    timeout: v.optional(boundedDurationField(1, intervalMsMax), '10s'),
    headers: v.optional(mappingField(expandingField(env)), ''),
    basic_auth: v.optional(basicAuth),
    bearer_token_file: v.optional(fileField(directory)),
    tls: v.optional(tlsField(directory), ''),
  });
  return mapField(fields, ({ url, timeout, headers, tls, basic_auth: auth = null, bearer_token_file: bearerTokenFile = null }) => {
    if (auth !== null && bearerTokenFile !== null) throw new Error('basic_auth and bearer_token_file exclude each other');
    return { url, timeoutMs: timeout, headers: Object.fromEntries(headers), basicAuth: auth, bearerTokenFile, tls };
  });
}

function readGatewayUrl(text: string): string {
  if (!URL.canParse(text) || !/^https?:\/\//i.test(text)) throw new Error('it is not a URL with http:// or https://');
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') throw new Error('it holds a user or a password; use basic_auth');
  return text;
}

function ownField(env: Environment, hostname: string): Field<OwnConfig> {
  const fields = sectionField({
    job: v.optional(filledField, 'pushgate_agent'),
    labels: v.optional(labelsField(env), instanceLabel(hostname)),
    interval: v.optional(boundedDurationField(intervalMsMin, intervalMsMax), '15s'),
    delete_on_stop: v.optional(flagField, 'no'),
    stop_timeout: v.optional(boundedDurationField(0, 60 * 60_000), '5s'),
  });
  return mapField(fields, ({ job, labels, interval, delete_on_stop: deletesOnStop, stop_timeout: stopTimeoutMs }) => {
    return { key: groupingKey(job, labels), intervalMs: interval, deletesOnStop, stopTimeoutMs };
  });
}

interface Defaults {
  readonly labels: ReadonlyMap<string, string>;
  readonly interval?: number | undefined;
  readonly timeout?: number | undefined;
  readonly delete_on_stop: boolean;
}

function defaultsField(env: Environment, hostname: string): Field<Defaults> {
  return sectionField({
    // Two machines with one file shall not take turns in one group.
    labels: v.optional(labelsField(env), instanceLabel(hostname)),
    interval: v.optional(boundedDurationField(intervalMsMin, intervalMsMax)),
    timeout: v.optional(boundedDurationField(1, intervalMsMax)),
    delete_on_stop: v.optional(flagField, 'no'),
  });
}

function instanceLabel(hostname: string): ReadonlyMap<string, string> {
  return new Map([['instance', hostname]]);
}

function labelsField(env: Environment): Field<Map<string, string>> {
  return ruledField(mappingField(expandingField(env)), (labels) => {
    for (const name of labels.keys()) {
      if (name === 'job') return 'the job has a key of its own, job';
      if (!isLegacyLabelName(name) || isReservedLabelName(name)) return `${JSON.stringify(name)} is no label name`;
    }
    return null;
  });
}

function collectorsField(context: FieldContext, defaults: Defaults, ownKey: GroupingKey): Field<ReadCollector[]> {
  const sources = describeSources(context);
  const kinds = Object.keys(sources) as CollectorKind[];
  const kindField = wordField(kinds);
  const byKind = new Map(kinds.map((kind) => [kind, collectorField(kind, sources[kind], context.env, defaults)] as const));
  const item = v.lazy((written) => {
    const kind = written instanceof Map ? (written.get('kind') as unknown) : undefined;
    const known = v.safeParse(kindField, kind);
    // Without a kind the other keys mean nothing yet: only that is told.
    return (known.success ? byKind.get(known.output) : undefined) ?? (sectionField({ kind: kindField }) as never);
  }) as Field<ReadCollector>;
  return ruledField(listField(item), (collectors) => tellCollectorClash(collectors, ownKey));
}

/** A collector before it is compared with that of another file. */
type ReadCollector = Omit<CollectorConfig, 'fingerprint'>;

function commonEntries(kind: CollectorKind, env: Environment) {
  return {
    kind: textField,
    name: v.optional(filledField, kind),
    job: v.optional(ruledField(expandingField(env), (job) => (job === '' ? 'it is empty' : null))),
    labels: v.optional(labelsField(env), ''),
    interval: v.optional(boundedDurationField(intervalMsMin, intervalMsMax)),
    timeout: v.optional(boundedDurationField(1, intervalMsMax)),
    method: v.optional(wordField(pushMethods), 'replace'),
    delete_on_stop: v.optional(flagField),
  };
}

function collectorField(kind: CollectorKind, source: SourceFields, env: Environment, defaults: Defaults): Field<ReadCollector> {
  const fields = sectionField({ ...commonEntries(kind, env), ...source.entries });
  return mapField(fields, (common) => {
    return {
      name: common.name,
      key: groupingKey(common.job ?? common.name, new Map([...defaults.labels, ...common.labels])),
      intervalMs: common.interval ?? defaults.interval ?? defaultIntervalMs[kind] ?? 15_000,
      timeoutMs: common.timeout ?? defaults.timeout ?? defaultTimeoutMs[kind] ?? 10_000,
      method: common.method,
      deletesOnStop: common.delete_on_stop ?? defaults.delete_on_stop,
      source: source.build(common as never),
    };
  });
}

/** Maps as their entries, in the order of their keys: it does not matter in which order a file says things. */
function fingerprintOf(tree: unknown): string {
  return JSON.stringify(tree, (_, value: unknown) => (value instanceof Map ? [...(value as Map<string, unknown>)].sort() : value));
}

function groupingKey(job: string, labels: ReadonlyMap<string, string>): GroupingKey {
  return createGroupingKey(new Map([...labels, ['job', job]]));
}

function tellCollectorClash(collectors: readonly ReadCollector[], ownKey: GroupingKey): string | null {
  if (collectors.length === 0) return 'the list is empty';
  if (collectors.length > collectorsMax) return `${collectors.length} collectors are more than the ${collectorsMax} allowed`;
  const names = new Set<string>();
  const firstOfGroup = new Map<string, ReadCollector>();
  for (const collector of collectors) {
    if (names.has(collector.name)) return `two collectors have the name ${JSON.stringify(collector.name)}; give one another name`;
    names.add(collector.name);
    if (collector.key.id === ownKey.id) {
      return `the collector ${JSON.stringify(collector.name)} pushes into the group of the agent itself; give it another job or label`;
    }
    const first = firstOfGroup.get(collector.key.id) ?? collector;
    firstOfGroup.set(collector.key.id, first);
    const together = `${JSON.stringify(first.name)} and ${JSON.stringify(collector.name)} push into one group`;
    if (first.method !== collector.method) return `${together}, so they need the same method`;
    if (first.deletesOnStop !== collector.deletesOnStop) return `${together}, so they need the same delete_on_stop`;
  }
  return null;
}
