// The canonical workload: what batch jobs push. Always the same bytes for the same seed.

/** A job of one of these kinds pushes its own families; jobs of one kind share them, as the replicas of one program do. */
export const kindCount = 20;
/** Bodies of one kind differ in all values. No multiple of it is a power of ten, so that a group never gets the same body twice running. */
export const variantCount = 7;
/** Every tenth kind has label values outside of ASCII. */
const utf8Every = 10;

const words = ['extract', 'load', 'sort', 'merge', 'upload', 'verify', 'index', 'archive', 'notify', 'clean'];
const utf8Words = ['Zürich', 'Προμηθεύς', '東京', 'naïve'];
const bounds = ['0.005', '0.01', '0.05', '0.1', '0.5', '1', '5', '+Inf'];

/** `bodies[kind][variant]`: text expositions of exactly so many samples. */
export function makeBodies(samples, seed = 1) {
  const random = createRandom(seed);
  return Array.from({ length: kindCount }, (_, kind) => Array.from({ length: variantCount }, () => makeBody(kind, samples, random)));
}

/** What a group pushed before the measurement began: no two groups have the same values. */
export function makeStoredBody(group, samples) {
  return makeBody(group % kindCount, samples, createRandom(group + 1));
}

/** The path of a group; the kind of job that it belongs to is `group % kindCount`. */
export function groupPath(group) {
  return `/metrics/job/batch_${group % kindCount}/instance/worker-${group}.example.org`;
}

/** What pushes go into that shall not grow the stored groups. */
export function guestPath(group) {
  return `/metrics/job/batch_${group % kindCount}/instance/guest-${group}.example.org`;
}

function makeBody(kind, samples, random) {
  const lines = [];
  let left = samples;
  for (let family = 0; left > 0; family++) {
    const make = left < bounds.length + 2 ? [counter, gauge][family % 2] : [counter, histogram, gauge, summary][family % 4];
    const made = make(
      `batch_${kind}_${words[family % words.length]}${family < words.length ? '' : `_${Math.floor(family / words.length)}`}`,
      kind,
      left,
      random,
    );
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

function word(kind, index) {
  return kind % utf8Every === utf8Every - 1 ? `${utf8Words[index % utf8Words.length]}-${index}` : words[index % words.length];
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
