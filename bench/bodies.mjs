// The canonical workload: what batch jobs push. Always the same bytes for the same seed.
import { gzipSync } from 'node:zlib';

/** A job of one of these kinds pushes its own families; jobs of one kind share them, as the replicas of one program do. */
export const kindCount = 40;
/** Bodies of one kind differ in all values. No multiple of it is a power of ten, so that a group never gets the same body twice running. */
export const variantCount = 7;
/** Of ten kinds one has label values outside of ASCII, and one has some that must be escaped. */
const kindsPerTen = { utf8: 9, escaped: 4 };

const words = ['extract', 'load', 'sort', 'merge', 'upload', 'verify', 'index', 'archive', 'notify', 'clean'];
const utf8Words = ['Zürich', 'Προμηθεύς', '東京', 'naïve'];
const escapedWords = ['C:\\\\jobs\\\\in', 'say \\"done\\"', 'first\\nsecond', 'a\\\\b'];
const bounds = ['0.005', '0.01', '0.05', '0.1', '0.5', '1', '5', '+Inf'];
/** Samples of a histogram, the longest family that is not cut off. */
const histogramSamples = bounds.length + 2;
const familyMakers = [counter, histogram, gauge, summary, mixed];

export const textType = 'text/plain; version=0.0.4';
export const protobufType = 'application/vnd.google.protobuf; proto=io.prometheus.client.MetricFamily; encoding=delimited';

/** `bodies[kind][variant]`: text expositions of exactly so many samples. */
export function makeBodies(samples, seed = 1) {
  const random = createRandom(seed);
  return Array.from({ length: kindCount }, (_, kind) => Array.from({ length: variantCount }, () => makeBody(kind, samples, random)));
}

/** The same bodies as they go over the wire in this form, and the headers that say so. */
export async function encodeBodies(bodies, form) {
  if (form === 'text') return { bodies, headers: { 'content-type': textType } };
  if (form === 'gzip') return { bodies: mapBodies(bodies, gzipSync), headers: { 'content-type': textType, 'content-encoding': 'gzip' } };
  const { parseText } = await import('../dist/exposition/text-parser.js');
  const { encodeDelimitedFamily } = await import('../dist/exposition/protobuf/codec.js');
  const encode = (body) => Buffer.concat(parseText(Buffer.from(body), { allowUtf8Names: false }).map(encodeDelimitedFamily));
  return { bodies: mapBodies(bodies, encode), headers: { 'content-type': protobufType } };
}

/** What a group pushed before the measurement began: no two groups have the same values. */
export function makeStoredBody(group, samples) {
  return makeBody(group % kindCount, samples, createRandom(group + 1));
}

/** The grouping key of a group; the kind of job that it belongs to is `group % kindCount`. */
export function groupLabels(group) {
  return { job: `batch_${group % kindCount}`, instance: `worker-${group}.example.org` };
}

export function groupPath(group) {
  const { job, instance } = groupLabels(group);
  return `/metrics/job/${job}/instance/${instance}`;
}

function mapBodies(bodies, encode) {
  return bodies.map((variants) => variants.map((body) => encode(body)));
}

function makeBody(kind, samples, random) {
  const lines = [];
  let left = samples;
  for (let family = 0; left > 0; family++) {
    const makers = left < histogramSamples ? [counter, gauge] : familyMakers;
    const round = family < words.length ? '' : `_${Math.floor(family / words.length)}`;
    const made = makers[family % makers.length](`batch_${kind}_${words[family % words.length]}${round}`, kind, left, random);
    left -= made.filter((line) => !line.startsWith('#')).length;
    lines.push(...made);
  }
  return `${lines.join('\n')}\n`;
}

function counter(name, kind, left, random) {
  const head = [`# HELP ${name}_rows_total Rows that the step has handled.`, `# TYPE ${name}_rows_total counter`];
  const lines = Array.from(
    { length: Math.min(left, 6) },
    (_, index) => `${name}_rows_total{step="${word(kind, index)}",status="${index % 2 ? 'ok' : 'failed'}"} ${Math.floor(random() * 1e7)}`,
  );
  return [...head, ...lines];
}

function gauge(name, kind, left, random) {
  const head = [`# HELP ${name}_duration_seconds How long the last run of the step took.`, `# TYPE ${name}_duration_seconds gauge`];
  const lines = Array.from(
    { length: Math.min(left, 8) },
    (_, index) => `${name}_duration_seconds{step="${word(kind, index)}",table="public.orders_${index}"} ${(random() * 1000).toFixed(6)}`,
  );
  return [...head, ...lines];
}

function histogram(name, kind, left, random) {
  let count = 0;
  const labels = `step="${word(kind, 3)}"`;
  const buckets = bounds.map(
    (bound) => `${name}_latency_seconds_bucket{${labels},le="${bound}"} ${(count += Math.floor(random() * 1000))}`,
  );
  const sum = `${name}_latency_seconds_sum{${labels}} ${random() * count}`;
  return [
    `# HELP ${name}_latency_seconds Latency of one row.`,
    `# TYPE ${name}_latency_seconds histogram`,
    ...buckets,
    sum,
    `${name}_latency_seconds_count{${labels}} ${count}`,
  ];
}

function summary(name, kind, left, random) {
  const labels = `step="${word(kind, 5)}"`;
  const quantiles = ['0.5', '0.9', '0.99'].map(
    (quantile) => `${name}_size_bytes{${labels},quantile="${quantile}"} ${Math.floor(random() * 1e6)}`,
  );
  const rest = [
    `${name}_size_bytes_sum{${labels}} ${Math.floor(random() * 1e12)}`,
    `${name}_size_bytes_count{${labels}} ${Math.floor(random() * 1e6)}`,
  ];
  return [`# HELP ${name}_size_bytes Size of one row.`, `# TYPE ${name}_size_bytes summary`, ...quantiles, ...rest];
}

/** One family whose series have different label names, none to four of them. */
function mixed(name, kind, left, random) {
  const head = [`# HELP ${name}_state What the step is at, as a number.`, `# TYPE ${name}_state gauge`];
  const pairs = [`step="${word(kind, 1)}"`, 'zone="eu-west-1b"', 'owner="data@example.org"', 'dry_run="false"', 'table="public.orders"'];
  const lines = Array.from({ length: Math.min(left, 9) }, (_, index) => {
    const labels = pairs.filter((_pair, place) => ((index * 11) >> place) & 1);
    return `${name}_state${labels.length > 0 ? `{${labels.join(',')}}` : ''} ${Math.floor(random() * 1e4) / 8}`;
  });
  return [...head, ...lines];
}

function word(kind, index) {
  if (kind % 10 === kindsPerTen.utf8) return `${utf8Words[index % utf8Words.length]}-${index}`;
  if (kind % 10 === kindsPerTen.escaped) return `${escapedWords[index % escapedWords.length]}-${index}`;
  return words[index % words.length];
}

/** mulberry32 by Tommy Ettinger (public domain). */
function createRandom(seed) {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
