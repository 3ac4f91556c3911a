import { create, type MessageInitShape, toBinary } from '@bufbuild/protobuf';
import { BinaryReader, WireType } from '@bufbuild/protobuf/wire';
import fc from 'fast-check';
import { MetricFamilySchema, MetricType } from '../../fixtures/proto/metrics_pb.js';

type Init = MessageInitShape<typeof MetricFamilySchema>;
type MetricInit = NonNullable<Init['metric']>[number];

/** What clients push, without its values: the labels of each metric, and the bounds of its buckets or quantiles. */
export interface FamilyPlan {
  readonly name: string;
  readonly help: string | undefined;
  readonly type: 'counter' | 'gauge' | 'summary' | 'untyped' | 'histogram';
  /** Whether counters, summaries and histograms say since when they count. */
  readonly hasCreated: boolean;
  readonly metrics: readonly { readonly labels: Readonly<Record<string, string>>; readonly bounds: readonly number[] }[];
}

const typeNumbers = {
  counter: MetricType.COUNTER,
  gauge: MetricType.GAUGE,
  summary: MetricType.SUMMARY,
  untyped: MetricType.UNTYPED,
  histogram: MetricType.HISTOGRAM,
} as const satisfies Record<FamilyPlan['type'], MetricType>;

const labelValue = fc.oneof(fc.constantFrom('', 'b', 'Zürich', '東京', 'say "done"', 'C:\\in', 'two\nlines', 'x'.repeat(130)), fc.string());
const labels = fc.dictionary(fc.constantFrom('a', 'b', 'instance', 'job', 'le', 'quantile', 'z'), labelValue, { maxKeys: 3 });
const bounds = fc.subarray([-1, 0.005, 0.5, 0.99, 1, 2.5, 1e6]).chain((some) => fc.constantFrom([...some, Infinity], some));

/** Some families of different names, most of them sound. */
export const arbitraryPlan: fc.Arbitrary<readonly FamilyPlan[]> = fc.uniqueArray(
  fc.record({
    name: fc.constantFrom('up', 'rows_total', 'size_bytes', 'size_bytes_sum', 'latency', 'latency_count', 'not a name'),
    help: fc.constantFrom(undefined, 'Help.', '', 'Größe', 'h'.repeat(200)),
    type: fc.constantFrom(...(Object.keys(typeNumbers) as FamilyPlan['type'][])),
    hasCreated: fc.boolean(),
    metrics: fc.array(fc.record({ labels, bounds }), { minLength: 1, maxLength: 3 }),
  }),
  { selector: ({ name }) => name, minLength: 1, maxLength: 3 },
);

export interface Values {
  readonly numbers: readonly number[];
  readonly counts: readonly bigint[];
}

const count = fc.oneof(fc.constantFrom(0n, 1n, 127n, 128n, 16_384n, 2n ** 53n, 2n ** 53n + 1n, 2n ** 64n - 1n), fc.bigInt(0n, 2n ** 40n));
const number = fc.oneof(fc.constantFrom(0, -0, NaN, Infinity, -Infinity, 1e6, 1e15, 0.1), fc.integer(), fc.double());
export const arbitraryValues: fc.Arbitrary<Values> = fc.record({
  numbers: fc.array(number, { minLength: 1, maxLength: 9 }),
  counts: fc.array(count, { minLength: 1, maxLength: 9 }),
});

/** The families with these values, taken in turn, as generated code writes them. */
export function encodePlan(families: readonly FamilyPlan[], { numbers, counts }: Values): Uint8Array[] {
  let taken = 0;
  const nextNumber = (): number => numbers[taken++ % numbers.length] as number;
  const nextCount = (): bigint => counts[taken++ % counts.length] as bigint;
  const nextCreated = (): { createdTimestamp: { seconds: bigint; nanos: number } } => ({
    createdTimestamp: { seconds: nextCount() & 0xffff_ffffn, nanos: Number(nextCount() & 0xf_ffffn) + 1 },
  });
  const createMetric = ({ type, hasCreated }: FamilyPlan, plan: FamilyPlan['metrics'][number]): MetricInit => {
    const created = hasCreated && type !== 'gauge' && type !== 'untyped' ? nextCreated() : {};
    const label = Object.entries(plan.labels).map(([name, value]) => ({ name, value }));
    if (type === 'histogram') {
      const bucket = plan.bounds.map((upperBound) => ({ upperBound, cumulativeCount: nextCount() }));
      return { label, histogram: { sampleCount: nextCount(), sampleSum: nextNumber(), bucket, ...created } };
    }
    if (type === 'summary') {
      const quantile = plan.bounds.map((bound) => ({ quantile: bound, value: nextNumber() }));
      return { label, summary: { sampleCount: nextCount(), sampleSum: nextNumber(), quantile, ...created } };
    }
    return { label, [type]: { value: nextNumber(), ...created } };
  };
  return families.map((family) => {
    const { name, help, type, metrics } = family;
    return toBinary(
      MetricFamilySchema,
      create(MetricFamilySchema, {
        name,
        ...(help === undefined ? {} : { help }),
        type: typeNumbers[type],
        metric: metrics.map((plan) => createMetric(family, plan)),
      }),
    );
  });
}

/** A field of a message, taken apart where it is a message itself. */
interface WireField {
  readonly tag: number;
  readonly content: Uint8Array;
  readonly fields: WireField[] | null;
}

/** What may be odd of one field of a body. */
export const oddities = ['none', 'overlong', 'longer', 'shorter', 'twice', 'missing', 'first', 'last', 'empty', 'unknown'] as const;
export interface Oddity {
  readonly kind: (typeof oddities)[number];
  /** Counts the fields of all messages; the families are fields here, too. */
  readonly field: number;
}

/** The messages behind their lengths, with one field that is odd. */
export function encodeBody(families: readonly Uint8Array[], { kind, field }: Oddity): Buffer {
  const fields = families.map((content) => ({ tag: 0, content, fields: readFields(content, 'family') }));
  const all: { readonly one: WireField; readonly siblings: WireField[] }[] = [];
  const list = (siblings: WireField[]): void => {
    for (const one of siblings) {
      all.push({ one, siblings });
      list(one.fields ?? []);
    }
  };
  list(fields);
  const { one, siblings } = all[field % all.length] as (typeof all)[number];
  const place = siblings.indexOf(one);
  if (kind === 'twice') siblings.splice(place, 0, one);
  else if (kind === 'unknown') siblings.splice(place, 0, { tag: 0x7a, content: Buffer.from('who?'), fields: null });
  else if (kind === 'missing') siblings.splice(place, 1);
  else if (kind === 'first') siblings.unshift(...siblings.splice(place, 1));
  else if (kind === 'last') siblings.push(...siblings.splice(place, 1));
  return Buffer.concat(fields.map((family) => writeField(family, one, kind)));
}

/** Which fields of a message are messages of which kind. */
const messages: Readonly<Record<string, Readonly<Record<number, string>>>> = {
  family: { 0x22: 'metric' },
  metric: { 0x0a: 'leaf', 0x12: 'leaf', 0x1a: 'parts', 0x22: 'parts', 0x2a: 'leaf', 0x3a: 'parts' },
  parts: { 0x1a: 'leaf', 0x22: 'leaf', 0x7a: 'leaf' },
  leaf: {},
};

function readFields(bytes: Uint8Array, message: string): WireField[] {
  const reader = new BinaryReader(bytes);
  const fields: WireField[] = [];
  while (reader.pos < reader.len) {
    const [number, wireType] = reader.tag();
    const tag = (number << 3) | wireType;
    const start = reader.pos;
    const isDelimited = wireType === WireType.LengthDelimited;
    if (!isDelimited) reader.skip(wireType, number);
    const content = isDelimited ? reader.bytes() : bytes.subarray(start, reader.pos);
    const kind = messages[message]?.[tag];
    fields.push({ tag, content, fields: kind === undefined ? null : readFields(content, kind) });
  }
  return fields;
}

function writeField(field: WireField, odd: WireField, kind: Oddity['kind']): Buffer {
  const isOdd = field === odd;
  const isEmpty = isOdd && kind === 'empty';
  const inner = field.fields === null ? field.content : Buffer.concat(field.fields.map((one) => writeField(one, odd, kind)));
  const content = isEmpty ? Buffer.alloc(0) : inner;
  const tag = field.tag === 0 ? [] : [field.tag];
  const isOverlong = isOdd && kind === 'overlong';
  if (field.tag !== 0 && (field.tag & 7) !== 2)
    return Buffer.from([...tag, ...((field.tag & 7) === 0 && isOverlong ? lengthen(content) : content)]);
  const delta = !isOdd ? 0 : kind === 'longer' ? 1 : kind === 'shorter' ? -1 : 0;
  const length = encodeVarint(Math.max(0, content.length + delta));
  return Buffer.from([...tag, ...(isOverlong ? lengthen(length) : length), ...content]);
}

/** The same varint with a needless byte. */
function lengthen(varint: Uint8Array): Uint8Array {
  return Uint8Array.from([...varint.subarray(0, -1), (varint.at(-1) as number) | 0x80, 0]);
}

export function encodeVarint(value: number): Uint8Array {
  const bytes: number[] = [];
  for (let left = value; ; left = Math.floor(left / 128)) {
    bytes.push(left < 128 ? left : (left % 128) | 0x80);
    if (left < 128) return Uint8Array.from(bytes);
  }
}
