import { type FamilyJson, protobufKit } from './protobuf-kit.ts';
import type { Random } from './random.ts';
import { familyTypes, labelValues } from './text-bodies.ts';

const numbers = [0, '-0', 1, -1, 0.1, 1e6, 1e-7, 1e300, 'NaN', '+Inf', '-Inf', 123456.789, 2 ** 53];
const counts = [0, 1, 7, 1000, '9007199254740993', '18446744073709551615'];
const labelNames = ['zone', 'path', 'x1', '_y', 'instance', 'job'];
/** Bounds are distinct: equal ones are one key in the JSON of the API. */
const bounds = [-1, 0, 0.1, 0.5, 1, 2.5, 1e6, '+Inf'];

/** A length-delimited protobuf body, mostly good: mistakes are of the kind that only protobuf can say. */
export function generateProtobufBody(random: Random): Buffer {
  const families: FamilyJson[] = [];
  for (let count = random.below(4); count >= 0; count--) families.push(generateFamily(random));
  const bytes = protobufKit.encodeDelimited(families);
  return random.chance(0.03) ? bytes.subarray(0, bytes.length - 1 - random.below(Math.min(8, bytes.length))) : bytes;
}

function generateFamily(random: Random): FamilyJson {
  // Values of another kind than the type have a name of their own: beside a family of that kind the reference may take them or not.
  if (random.chance(0.02)) return { name: 'fz_odd', type: 'SUMMARY', metric: [generateMetric(random, 'gauge')] };
  const name = random.pick(Object.keys(familyTypes));
  const usual = familyTypes[name] ?? 'untyped';
  const type = random.chance(0.92) ? usual : random.pick(Object.values(familyTypes));
  const metrics: unknown[] = [];
  for (let count = random.below(3); count >= 0; count--) metrics.push(generateMetric(random, type));
  return {
    name,
    ...(random.chance(0.6) ? { help: random.pick(['Help.', 'Other help.', '', 'back\\slash\nline']) } : {}),
    ...(type === 'counter' && random.chance(0.5) ? {} : { type: type.toUpperCase() }),
    metric: metrics,
  };
}

function generateMetric(random: Random, type: string): unknown {
  const names = random.shuffle(labelNames.filter(() => random.chance(0.25)));
  if (random.chance(0.01)) names.push(random.pick([...names, '__x', '__name__']));
  return {
    label: names.map((name) => ({ name, value: random.pick(labelValues) })),
    [type]: generateValue(random, type),
    ...(random.chance(0.01) ? { timestamp_ms: random.pick([0, 1700000000000]) } : {}),
  };
}

function generateValue(random: Random, type: string): unknown {
  if (type === 'summary') {
    const quantile = random.shuffle(bounds).slice(0, random.below(4)).map((bound) => ({ quantile: bound, value: random.pick(numbers) })); // prettier-ignore
    return { sample_count: random.pick(counts), sample_sum: random.pick(numbers), quantile };
  }
  if (type === 'histogram') {
    const bucket = random.shuffle(bounds).slice(0, random.below(5)).map((bound) => ({ cumulative_count: random.pick(counts), upper_bound: bound })); // prettier-ignore
    return { sample_count: random.pick(counts), sample_sum: random.pick(numbers), bucket };
  }
  const exemplar = { label: [{ name: 'trace', value: 'abc' }], value: 1, timestamp: { seconds: 1700000000, nanos: 5 } };
  return { value: random.pick(numbers), ...(type === 'counter' && random.chance(0.2) ? { exemplar } : {}) };
}
