import type { Operation } from './operations.ts';

/** Where Pushgate (or the reference at the version that we follow, 1.11.3) is meant to answer otherwise than Debian's 1.5.1. */
export interface KnownDifference {
  readonly reason: string;
  /** Whether a request runs into the difference, and is therefore not sent. Absent: the generators never write it. */
  readonly touches?: (operation: Operation) => boolean;
}

/** The one list of what the differential fuzzer does not compare. A new entry needs a reason of the same kind. */
export const knownDifferences: readonly KnownDifference[] = [
  {
    reason: 'since 1.11 a quote or a brace may begin a name: {"name"}, quoted label names, # TYPE "name"',
    touches: (operation) => matches(operation, /^[ \t]*["{]|[{,][ \t]*"|#[ \t]*(HELP|TYPE)[ \t]+"/m),
  },
  {
    reason: 'since 1.11 braces may hold the metric name as well: name{other}',
    touches: (operation) => matches(operation, /[{,][ \t]*[^\s=",{}]*[ \t]*[,}]/),
  },
  {
    reason: 'since 1.11 \\" is an escape in HELP',
    touches: (operation) => matches(operation, /HELP.*\\"/),
  },
  {
    reason: 'since 1.10 there are gauge histograms in text',
    touches: (operation) => matches(operation, /gauge\\?_?\\?histogram/i),
  },
  {
    reason: 'since 1.10 a fractional count makes a histogram a float histogram; counts below 0 or above 2^64 are undefined before',
    touches: (operation) => matches(operation, /summary|histogram/i) && hasOddCount(operation.text?.toString('latin1') ?? ''),
  },
  {
    reason: 'HELP is kept as text: bytes that are not UTF-8 become U+FFFD',
    touches: (operation) => operation.text !== null && !isUtf8(operation.text),
  },
  { reason: 'the two groups {job="x"} and {job="x",instance=""} break every scrape of the reference' },
  { reason: 'a grouping value that is not UTF-8 breaks every scrape of the reference' },
  {
    reason: 'a value of another kind than the type: the reference takes it or not, as its map order falls, if another group has that kind',
  },
  { reason: 'a job that is not base64 makes 1.5.1 hang' },
  { reason: 'a histogram with two le labels cannot be read by Prometheus: we refuse it, the reference does not' },
  { reason: 'protobuf families without a name break the scrapes of the reference; with odd names, too' },
  { reason: 'native and gauge histograms in protobuf are shown since 1.11 only' },
  { reason: 'since 1.11 protobuf pushes may have label names outside the legacy pattern' },
  { reason: 'push_failure_time_seconds is ours: we override a pushed one always, the reference mostly' },
  { reason: 'names of own metrics (go_, process_, pushgateway_) differ between a Go process and a Node process' },
  { reason: 'damaged gzip is always refused since 1.11; 1.5.1 overlooks what shows up at the start of a line' },
  { reason: 'deflate and zstd are decompressed by us and ignored by the reference; snappy is new in 1.6' },
  { reason: 'escaped dots and slashes in a path are cleaned only by builds with Go < 1.22' },
];

/** Whether both servers are meant to give the same answer. */
export function isComparable(operation: Operation): boolean {
  return !knownDifferences.some((difference) => difference.touches?.(operation));
}

function matches(operation: Operation, pattern: RegExp): boolean {
  return operation.text !== null && pattern.test(operation.text.toString('latin1'));
}

function isUtf8(bytes: Buffer): boolean {
  return Buffer.from(bytes.toString('utf8')).equals(bytes);
}

/** Looks at every line that may be a count or a bucket, generously: what is not sent is not compared, that is all. */
function hasOddCount(text: string): boolean {
  return text.split('\n').some((line) => {
    if (line.trimStart().startsWith('#') || !/_count|_bucket|le[ \t]*=/.test(line)) return false;
    const value = /([^ \t}]*)(?:[ \t]+[^ \t}"]*)?$/.exec(line)?.[1] ?? '';
    return !/^\+?\d{1,15}$/.test(value);
  });
}
