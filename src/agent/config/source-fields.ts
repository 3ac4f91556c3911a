import { statSync } from 'node:fs';
import path from 'node:path';
import * as v from 'valibot';
import { countField, flagField, listField, mappingField, sectionField, textField } from '../../base/yaml-fields.ts';
import { hdfsPathsMax, httpBodyBytesMax, httpTargetsMax, intervalMsMax, processWatchesMax } from '../limits.ts';
import type {
  CollectorKind,
  ExecConfig,
  FileConfig,
  HdfsConfig,
  HttpConfig,
  HttpTarget,
  NetworkConfig,
  ProcessConfig,
  ProcessWatch,
  SourceConfig,
  StatusRange,
  TlsClientConfig,
  TrafficUnit,
} from './agent-config.ts';
import {
  boundedDurationField,
  expandingField,
  type Environment,
  type Field,
  filledField,
  globField,
  mapField,
  partPatternField,
  ruledField,
  wholePatternField,
  wordField,
} from './field-kinds.ts';
import { compileGlob, compilePattern } from '../pattern.ts';

/** What the fields need to know of their surroundings. */
export interface FieldContext {
  readonly env: Environment;
  /** Relative paths begin here: the folder of the configuration file. */
  readonly directory: string;
  readonly hostname: string;
}

/** The keys of a kind of collector, and what they add up to. */
export interface SourceFields {
  readonly entries: v.ObjectEntries;
  build(values: never): SourceConfig;
}

function defineSource<Entries extends v.ObjectEntries>(
  entries: Entries,
  build: (values: v.InferOutput<v.ObjectSchema<Entries, undefined>>) => SourceConfig,
): SourceFields {
  return { entries, build };
}

/** The keys that each kind of collector has beside those that all have. */
export function describeSources(context: FieldContext): Readonly<Record<CollectorKind, SourceFields>> {
  return {
    network: networkSource(context),
    http: httpSource(context),
    process: processSource(context),
    hdfs: hdfsSource(),
    exec: execSource(context),
    file: fileSource(context),
  };
}

const trafficUnits: readonly TrafficUnit[] = ['Byte/s', 'KByte/s', 'bit/s'];

function networkSource({ env, hostname }: FieldContext): SourceFields {
  return defineSource(
    {
      include: v.optional(wholePatternField),
      exclude: v.optional(wholePatternField),
      unit: v.optional(wordField(trafficUnits), 'Byte/s'),
      instance: v.optional(expandingField(env), hostname),
      procfs: v.optional(filledField, '/proc'),
    },
    ({ include = compilePattern('.*', 'whole'), exclude = null, unit, instance, procfs }): NetworkConfig => {
      return { kind: 'network', include, exclude, unit, instance, procfs };
    },
  );
}

function processSource({ directory }: FieldContext): SourceFields {
  const watch = mapField(
    sectionField({
      label: v.optional(filledField),
      name: v.optional(filledField),
      user: v.optional(filledField),
      pid_file: v.optional(fileField(directory)),
      command_line: v.optional(filledField),
    }),
    ({ label, name = null, user = null, pid_file: pidFile = null, command_line: text }): ProcessWatch => {
      const ownName = name ?? (pidFile === null ? null : path.basename(pidFile, '.pid')) ?? user ?? text;
      if (ownName === undefined) throw new Error('it needs one of name, user, pid_file or command_line');
      const commandLine = text === undefined ? null : compilePattern(text, 'part');
      return { label: label ?? ownName, name, user, pidFile, commandLine };
    },
  );
  const watches = ruledField(filledListField(watch, processWatchesMax), (all) =>
    tellRepeat(
      all.map(({ label }) => label),
      'label',
    ),
  );
  return defineSource({ processes: watches, procfs: v.optional(filledField, '/proc') }, ({ processes, procfs }): ProcessConfig => {
    return { kind: 'process', procfs, watches: processes };
  });
}

function hdfsSource(): SourceFields {
  return defineSource(
    {
      paths: ruledField(filledListField(filledField, hdfsPathsMax), (paths) => {
        const option = paths.find((text) => text.startsWith('-'));
        return option === undefined ? tellRepeat(paths, 'path') : `${JSON.stringify(option)} would be read as an option`;
      }),
      command: v.optional(filledListField(filledField, 100), ['hadoop', 'fs']),
      summary: v.optional(flagField, 'yes'),
    },
    ({ paths, command, summary }): HdfsConfig => ({ kind: 'hdfs', command, paths, isSummary: summary }),
  );
}

function execSource({ env, directory }: FieldContext): SourceFields {
  return defineSource(
    {
      command: filledListField(textField, 1000),
      directory: v.optional(fileField(directory), '.'),
      environment: v.optional(mappingField(expandingField(env)), ''),
    },
    ({ command, directory: folder, environment }): ExecConfig => {
      return { kind: 'exec', command, directory: folder, environment: Object.fromEntries(environment) };
    },
  );
}

function fileSource({ directory }: FieldContext): SourceFields {
  return defineSource(
    {
      directory: fileField(directory),
      files: v.optional(filledListField(globField, 100)),
    },
    ({ directory: folder, files = [compileGlob('*.prom')] }): FileConfig => ({ kind: 'file', directory: folder, files }),
  );
}

function httpSource(context: FieldContext): SourceFields {
  const targets = ruledField(filledListField(targetField(context), httpTargetsMax), (all) =>
    tellRepeat(
      all.map(({ name }) => name),
      'target',
    ),
  );
  return defineSource(
    {
      targets,
      concurrency: v.optional(
        ruledField(countField, (count) => (count > 0 ? null : 'it must be 1 or more')),
        '10',
      ),
    },
    ({ targets: all, concurrency }): HttpConfig => ({ kind: 'http', concurrency, targets: all }),
  );
}

/** A target is its URL alone, or a section. */
function targetField(context: FieldContext): Field<HttpTarget> {
  const { env, directory } = context;
  const section = sectionField({
    url: mapField(expandingField(env), readTargetUrl),
    name: v.optional(filledField),
    method: v.optional(
      mapField(filledField, (text) => text.toUpperCase()),
      'GET',
    ),
    headers: v.optional(mappingField(expandingField(env)), ''),
    body: v.optional(expandingField(env)),
    timeout: v.optional(boundedDurationField(1, intervalMsMax), '5s'),
    follow_redirects: v.optional(flagField, 'yes'),
    expected_status: v.optional(filledListField(mapField(filledField, readStatusRange), 100), ['2xx']),
    body_match: v.optional(partPatternField),
    body_bytes_max: v.optional(countField, String(httpBodyBytesMax)),
    tls: v.optional(tlsField(directory), ''),
  });
  const build = mapField(section, ({ url, name, ...rest }): HttpTarget => {
    return {
      name: name ?? url.href,
      url,
      method: rest.method,
      headers: Object.fromEntries(rest.headers),
      body: rest.body ?? null,
      timeoutMs: rest.timeout,
      followsRedirects: rest.follow_redirects,
      expectedStatus: rest.expected_status,
      bodyPattern: rest.body_match ?? null,
      bodyBytesMax: rest.body_bytes_max,
      tls: rest.tls,
    };
  });
  return v.pipe(
    v.unknown(),
    v.transform((written) => (typeof written === 'string' ? new Map([['url', written]]) : written)),
    build,
  );
}

function readTargetUrl(text: string): URL {
  if (!URL.canParse(text) || !/^https?:\/\//i.test(text)) throw new Error(`${JSON.stringify(text)} is not a URL with http:// or https://`);
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') {
    // The text stays out of the message, since it holds a secret.
    throw new Error('it holds a user or a password, which would show in a label; use the headers of the target');
  }
  return url;
}

/** `200`, `2xx` or `200-204`. */
function readStatusRange(text: string): StatusRange {
  const [, first = '', last = first] = /^([1-5](?:\d\d|xx))(?:-([1-5]\d\d))?$/.exec(text) ?? [];
  if (first === '' || (first.endsWith('xx') && last !== first))
    throw new Error(`${JSON.stringify(text)} is not a status such as 200, 2xx or 200-204`);
  const range = { from: Number(first.replace('xx', '00')), to: Number(last.replace('xx', '99')) };
  if (range.to < range.from) throw new Error(`${JSON.stringify(text)} ends before it begins`);
  return range;
}

/** What both the gateway and a target may say of TLS. */
export function tlsField(directory: string): Field<TlsClientConfig> {
  const fields = sectionField({
    ca_file: v.optional(fileField(directory)),
    cert_file: v.optional(fileField(directory)),
    key_file: v.optional(fileField(directory)),
    server_name: v.optional(filledField),
    insecure_skip_verify: v.optional(flagField, 'no'),
  });
  return mapField(fields, ({ ca_file: caFile = null, cert_file: certFile = null, key_file: keyFile = null, ...rest }) => {
    if ((certFile === null) !== (keyFile === null)) throw new Error('cert_file and key_file go together');
    for (const file of [caFile, certFile, keyFile]) if (file !== null) statSync(file);
    return { caFile, certFile, keyFile, serverName: rest.server_name ?? null, isVerified: !rest.insecure_skip_verify };
  });
}

/** A path, made absolute. */
export function fileField(directory: string): Field<string> {
  return mapField(filledField, (text) => path.resolve(directory, text));
}

function filledListField<T>(item: Field<T>, lengthMax: number): Field<T[]> {
  return ruledField(listField(item), ({ length }) => {
    if (length === 0) return 'the list is empty';
    return length > lengthMax ? `${length} entries are more than the ${lengthMax} allowed` : null;
  });
}

function tellRepeat(texts: readonly string[], noun: string): string | null {
  const repeated = texts.find((text, i) => texts.indexOf(text) !== i);
  return repeated === undefined ? null : `two have the ${noun} ${JSON.stringify(repeated)}`;
}
