import type {
  Bucket,
  BucketSpan,
  Exemplar,
  Histogram,
  LabelPair,
  Metric,
  MetricFamily,
  NativeBuckets,
  Timestamp,
} from '../model/metric-family.ts';
import { formatGoFloatSigned } from './go-number.ts';

/** A message as a tree: fields in the order of the .proto file. */
type Message = readonly Field[];
type Field = readonly [name: string, value: string | Message];

/**
 * A family in protobuf's text format, as `encoding=text` of a scrape asks for it: one field a line, indented, an empty line behind the
 * family. Written in the order of metrics.proto; fields that hold their default may be left out or shown where Go would do the
 * other, unknown fields are not shown. Metrics stand in the order they have in the family.
 */
export function writeProtobufText(family: MetricFamily): string {
  return `${writeIndented(familyToMessage(family), '')}\n`;
}

/** As `writeProtobufText`, on one line: `encoding=compact-text`. */
export function writeProtobufCompactText(family: MetricFamily): string {
  return `${writeCompact(familyToMessage(family))}\n`;
}

function writeIndented(message: Message, indent: string): string {
  let text = '';
  for (const [name, value] of message) {
    text +=
      typeof value === 'string'
        ? `${indent}${name}: ${value}\n`
        : `${indent}${name}: {\n${writeIndented(value, `${indent}  `)}${indent}}\n`;
  }
  return text;
}

function writeCompact(message: Message): string {
  return message.map(([name, value]) => (typeof value === 'string' ? `${name}:${value}` : `${name}:{${writeCompact(value)}}`)).join(' ');
}

function familyToMessage({ name, help, type, metrics, unit }: MetricFamily): Message {
  return [
    ['name', quote(name)],
    ...optional('help', help === null ? null : quote(help)),
    ['type', type === 'gaugehistogram' ? 'GAUGE_HISTOGRAM' : type.toUpperCase()],
    ...metrics.map((metric): Field => ['metric', metricToMessage(metric)]),
    ...optional('unit', unit === null ? null : quote(unit)),
  ];
}

function metricToMessage({ labels, gauge, counter, summary, untyped, histogram, timestampMs }: Metric): Message {
  const fields: Field[] = labels.map(labelToField);
  if (gauge !== null) fields.push(['gauge', [['value', formatDouble(gauge.value)]]]);
  if (counter !== null) {
    const { value, exemplar, createdTimestamp } = counter;
    fields.push(['counter', [['value', formatDouble(value)], ...exemplarFields('exemplar', exemplar), ...createdFields(createdTimestamp)]]);
  }
  if (summary !== null) {
    const quantiles = summary.quantiles.map(({ quantile, value }): Field => {
      return [
        'quantile',
        [
          ['quantile', formatDouble(quantile)],
          ['value', formatDouble(value)],
        ],
      ];
    });
    const counts: Field[] = [
      ['sample_count', `${summary.sampleCount}`],
      ['sample_sum', formatDouble(summary.sampleSum)],
    ];
    fields.push(['summary', [...counts, ...quantiles, ...createdFields(summary.createdTimestamp)]]);
  }
  if (untyped !== null) fields.push(['untyped', [['value', formatDouble(untyped.value)]]]);
  if (histogram !== null) fields.push(['histogram', histogramToMessage(histogram)]);
  if (timestampMs !== null) fields.push(['timestamp_ms', `${timestampMs}`]);
  return fields;
}

function histogramToMessage(histogram: Histogram): Message {
  return [
    countField('sample_count', histogram.sampleCount, histogram.sampleCountFloat),
    ['sample_sum', formatDouble(histogram.sampleSum)],
    ...histogram.buckets.map((bucket): Field => ['bucket', bucketToMessage(bucket)]),
    ...createdFields(histogram.createdTimestamp),
    ...(histogram.native === null ? [] : nativeFields(histogram.native)),
    ...histogram.exemplars.flatMap((exemplar) => exemplarFields('exemplars', exemplar)),
  ];
}

function bucketToMessage({ cumulativeCount, cumulativeCountFloat, upperBound, exemplar }: Bucket): Message {
  const count = countField('cumulative_count', cumulativeCount, cumulativeCountFloat);
  return [count, ['upper_bound', formatDouble(upperBound)], ...exemplarFields('exemplar', exemplar)];
}

function nativeFields(native: NativeBuckets): Field[] {
  return [
    ...optional('schema', native.schema),
    ...optional('zero_threshold', formatOptionalDouble(native.zeroThreshold)),
    ...optional('zero_count', native.zeroCount),
    ...optional('zero_count_float', formatOptionalDouble(native.zeroCountFloat)),
    ...spanFields('negative_span', native.negativeSpans),
    ...native.negativeDeltas.map((delta): Field => ['negative_delta', `${delta}`]),
    ...native.negativeCounts.map((count): Field => ['negative_count', formatDouble(count)]),
    ...spanFields('positive_span', native.positiveSpans),
    ...native.positiveDeltas.map((delta): Field => ['positive_delta', `${delta}`]),
    ...native.positiveCounts.map((count): Field => ['positive_count', formatDouble(count)]),
  ];
}

function spanFields(name: string, spans: readonly BucketSpan[]): Field[] {
  return spans.map(({ offset, length }): Field => [
    name,
    [
      ['offset', `${offset}`],
      ['length', `${length}`],
    ],
  ]);
}

function labelToField({ name, value }: LabelPair): Field {
  return [
    'label',
    [
      ['name', quote(name)],
      ['value', quote(value)],
    ],
  ];
}

function exemplarFields(name: string, exemplar: Exemplar | null): Field[] {
  if (exemplar === null) return [];
  const value: Field = ['value', formatDouble(exemplar.value)];
  return [[name, [...exemplar.labels.map(labelToField), value, ...timestampFields('timestamp', exemplar.timestamp)]]];
}

function createdFields(timestamp: Timestamp | null): Field[] {
  return timestampFields('created_timestamp', timestamp);
}

function timestampFields(name: string, timestamp: Timestamp | null): Field[] {
  if (timestamp === null) return [];
  const nanos: Field[] = timestamp.nanos === 0 ? [] : [['nanos', `${timestamp.nanos}`]];
  return [[name, [['seconds', `${timestamp.seconds}`], ...nanos]]];
}

/** A float histogram says its counts in fields of their own. */
function countField(name: string, count: bigint, countFloat: number): Field {
  return countFloat === 0 ? [name, `${count}`] : [`${name}_float`, formatDouble(countFloat)];
}

function optional(name: string, value: string | number | bigint | null): Field[] {
  return value === null ? [] : [[name, `${value}`]];
}

function formatOptionalDouble(value: number | null): string | null {
  return value === null ? null : formatDouble(value);
}

/** As in the text exposition, but for the names of what is no number. */
function formatDouble(value: number): string {
  if (Number.isNaN(value)) return 'nan';
  if (value === Infinity) return 'inf';
  return value === -Infinity ? '-inf' : formatGoFloatSigned(value);
}

function quote(text: string): string {
  return `"${text.replace(needsEscape, escapeCharacter)}"`;
}

// Everything below a blank, the quote, the backslash and DEL.
// eslint-disable-next-line no-control-regex -- control characters are what it looks for
const needsEscape = /[\u0000-\u001f"\\\u007f]/g;
const shortEscapes: ReadonlyMap<string, string> = new Map([
  ['\n', '\\n'],
  ['\r', '\\r'],
  ['\t', '\\t'],
  ['"', '\\"'],
  ['\\', '\\\\'],
]);

function escapeCharacter(character: string): string {
  return shortEscapes.get(character) ?? `\\x${character.charCodeAt(0).toString(16).padStart(2, '0')}`;
}
