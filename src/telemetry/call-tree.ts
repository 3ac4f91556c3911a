import { promisify } from 'node:util';
import { gzip } from 'node:zlib';
import { Function as ProfileFunction, Line, Location, Profile, Sample, StringTable, ValueType } from 'pprof-format';

/** One call in a tree of calls, as both profilers of V8 tell it. */
export interface CallNode {
  readonly functionName: string;
  readonly url: string;
  /** From 1; 0 where V8 does not know. */
  readonly lineNumber: number;
  /** What happened in this very call, one number per value type. All zero: nothing. */
  readonly values: readonly number[];
  readonly children: readonly CallNode[];
}

/** What the numbers of a profile mean, such as `cpu` in `nanoseconds`. */
export interface ProfileValueType {
  readonly type: string;
  readonly unit: string;
}

export interface ProfileFrame {
  readonly valueTypes: readonly ProfileValueType[];
  /** What a period counts, and how much of it there is between two samples. */
  readonly periodType: ProfileValueType;
  readonly period: number;
  /** Unix time in milliseconds at the start. */
  readonly startMs: number;
  readonly durationMs: number;
}

const nsPerMs = 1_000_000;

/** Encodes a call tree as a gzipped pprof document (github.com/google/pprof, proto/profile.proto). */
export async function encodeCallTree(root: CallNode, frame: ProfileFrame): Promise<Buffer> {
  const strings = new StringTable();
  const locations = createLocationTable(strings);
  const toValueType = ({ type, unit }: ProfileValueType): ValueType =>
    new ValueType({ type: strings.dedup(type), unit: strings.dedup(unit) });
  const sample: Sample[] = [];
  // A stack of its own: call trees can be deeper than the stack of this thread.
  const pending: { node: CallNode; callers: readonly number[] }[] = root.children.map((node) => ({ node, callers: [] }));
  for (let next = pending.pop(); next !== undefined; next = pending.pop()) {
    const { node, callers } = next;
    // pprof wants the innermost call first.
    const locationId = [locations.idOf(node), ...callers];
    if (node.values.some((value) => value !== 0)) sample.push(new Sample({ locationId, value: [...node.values] }));
    for (const child of node.children) pending.push({ node: child, callers: locationId });
  }
  const profile = new Profile({
    sampleType: frame.valueTypes.map(toValueType),
    sample,
    location: locations.locations,
    function: locations.functions,
    periodType: toValueType(frame.periodType),
    period: frame.period,
    timeNanos: BigInt(Math.round(frame.startMs)) * BigInt(nsPerMs),
    durationNanos: Math.round(frame.durationMs * nsPerMs),
    stringTable: strings,
  });
  return promisify(gzip)(profile.encode());
}

interface LocationTable {
  readonly locations: Location[];
  readonly functions: ProfileFunction[];
  /** The number of the node's function and line, the same for equal ones; from 1. */
  idOf(node: CallNode): number;
}

function createLocationTable(strings: StringTable): LocationTable {
  const locations: Location[] = [];
  const functions: ProfileFunction[] = [];
  const ids = new Map<string, number>();
  return {
    locations,
    functions,
    idOf({ functionName, url, lineNumber }) {
      const key = JSON.stringify([functionName, url, lineNumber]);
      const known = ids.get(key);
      if (known !== undefined) return known;
      const id = locations.length + 1;
      const name = strings.dedup(functionName === '' ? '(anonymous)' : functionName);
      functions.push(new ProfileFunction({ id, name, systemName: name, filename: strings.dedup(url), startLine: lineNumber }));
      locations.push(new Location({ id, line: [new Line({ functionId: id, line: lineNumber })] }));
      ids.set(key, id);
      return id;
    },
  };
}
