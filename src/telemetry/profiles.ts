import { Session, type HeapProfiler, type Profiler } from 'node:inspector/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { assert } from '../base/assert.ts';
import { encodeCallTree, type CallNode } from './call-tree.ts';
import { badProfileSeconds, profileRunning } from './errors.ts';
import { firstHeapWindowMs, profileSecondsMax, profileSecondsMin } from './limits.ts';

/** Microseconds between two looks at the stack: 100 a second, as in Go. */
const cpuIntervalUs = 10_000;
/** Bytes between two sampled allocations: Go's default, cheap enough to stay on. */
const heapIntervalBytes = 512 * 1024;

let isCpuProfileRunning = false;
let heapSession: Promise<{ session: Session; startMs: number }> | null = null;

/**
 * Takes a CPU profile of this process for `seconds` (1 to 300) and returns it as a gzipped pprof document. One at a time: throws
 * `PG_PROFILE_RUNNING` while another is being taken, `PG_PROFILE_SECONDS` for a duration out of bounds.
 */
export async function profileCpu(seconds: number): Promise<Buffer> {
  if (!(seconds >= profileSecondsMin && seconds <= profileSecondsMax)) {
    throw badProfileSeconds(`cannot profile for ${seconds} seconds: want ${profileSecondsMin} to ${profileSecondsMax}`);
  }
  if (isCpuProfileRunning) throw profileRunning('cannot take a CPU profile: another one is being taken, try again later');
  isCpuProfileRunning = true;
  const session = new Session();
  try {
    session.connect();
    await session.post('Profiler.enable');
    await session.post('Profiler.setSamplingInterval', { interval: cpuIntervalUs });
    const startMs = Date.now();
    await session.post('Profiler.start');
    await sleep(seconds * 1000, undefined, { ref: false });
    const { profile } = await session.post('Profiler.stop');
    return await encodeCallTree(readCpuTree(profile), {
      valueTypes: [
        { type: 'samples', unit: 'count' },
        { type: 'cpu', unit: 'nanoseconds' },
      ],
      periodType: { type: 'cpu', unit: 'nanoseconds' },
      period: cpuIntervalUs * 1000,
      startMs,
      durationMs: (profile.endTime - profile.startTime) / 1000,
    });
  } finally {
    session.disconnect();
    isCpuProfileRunning = false;
  }
}

/**
 * Returns what is alive of that which was allocated on V8's heap since the first call, as a gzipped pprof document. V8 cannot tell
 * who allocated what is there already, so the first call starts the sampling, waits a second and leaves it on (one allocation in
 * 512 KiB is looked at); call again later to see what has grown. Buffers lie outside that heap and are not shown.
 */
export async function profileHeap(): Promise<Buffer> {
  heapSession ??= startHeapSampling();
  const { session, startMs } = await heapSession;
  const { profile } = await session.post('HeapProfiler.getSamplingProfile');
  return encodeCallTree(readHeapTree(profile.head), {
    // V8 does not tell how many objects the bytes are.
    valueTypes: [{ type: 'inuse_space', unit: 'bytes' }],
    periodType: { type: 'space', unit: 'bytes' },
    period: heapIntervalBytes,
    startMs,
    durationMs: Date.now() - startMs,
  });
}

/** The command line of this process, its arguments joined by NUL as Go's /debug/pprof/cmdline has them. */
export function readProcessCommandLine(): string {
  return process.argv.join('\0');
}

async function startHeapSampling(): Promise<{ session: Session; startMs: number }> {
  const session = new Session();
  try {
    session.connect();
    const startMs = Date.now();
    await session.post('HeapProfiler.startSampling', { samplingInterval: heapIntervalBytes });
    await sleep(firstHeapWindowMs, undefined, { ref: false });
    return { session, startMs };
  } catch (error) {
    session.disconnect();
    heapSession = null;
    throw error;
  }
}

/** The list of nodes that V8 gives, as a tree, with samples and nanoseconds; time in which nothing ran is left out. */
function readCpuTree({ nodes, samples = [], timeDeltas = [] }: Profiler.Profile): CallNode {
  const values = new Map<number, [number, number]>(nodes.map(({ id }) => [id, [0, 0]]));
  for (const [i, id] of samples.entries()) {
    const value = values.get(id);
    if (value === undefined) continue;
    value[0]++;
    // The time up to the next sample belongs to this one. Deltas can be slightly negative.
    value[1] += Math.max(0, timeDeltas[i + 1] ?? 0) * 1000;
  }
  const byId = new Map<number, CallNode & { children: CallNode[] }>();
  for (const { id, callFrame } of nodes) {
    const isIdle = callFrame.functionName === '(idle)';
    byId.set(id, { ...readCallFrame(callFrame), values: isIdle ? [0, 0] : (values.get(id) ?? [0, 0]), children: [] });
  }
  for (const { id, children = [] } of nodes) {
    for (const child of children) {
      const node = byId.get(child);
      if (node !== undefined) byId.get(id)?.children.push(node);
    }
  }
  const root = byId.get(nodes[0]?.id ?? -1);
  assert(root !== undefined, 'a CPU profile has a root');
  return root;
}

function readHeapTree(node: HeapProfiler.SamplingHeapProfileNode): CallNode {
  return {
    ...readCallFrame(node.callFrame),
    values: [node.selfSize],
    children: node.children.map(readHeapTree),
  };
}

function readCallFrame({
  functionName,
  url,
  lineNumber,
}: Profiler.Profile['nodes'][number]['callFrame']): Omit<CallNode, 'values' | 'children'> {
  // V8 counts lines from 0 and has -1 for code without a source.
  return { functionName, url, lineNumber: Math.max(0, lineNumber + 1) };
}
