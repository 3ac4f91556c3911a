import type { Metric } from '../model/metric-family.ts';
import type { StoredFamily } from '../model/stored-family.ts';
import { readFamily } from './store-family.ts';
import { parseSampleLines } from './text-parser.ts';

const lineFeed = 10;
const blank = 32;
const openBrace = 123;

/**
 * The metrics of a stored family from place `start` to before `end`, in the order in which they were pushed. As `readFamily`, but of a large
 * family only the lines that are asked for are read, the others at most counted.
 */
export function readMetrics(stored: StoredFamily, start: number, end: number): readonly Metric[] {
  const isWhole = start <= 0 && end >= stored.metricCount;
  const lines = isWhole || stored.protobuf !== null || !stored.hasLegacyNames ? null : cutLines(stored, start, end);
  if (lines === null) return readFamily(stored).metrics.slice(start, end);
  const metrics = parseSampleLines(lines, stored.name, stored.type);
  const { order } = stored;
  if (order === null) return metrics;
  const places = order.filter((place) => place >= start && place < end);
  const pushed: Metric[] = Array.from({ length: metrics.length });
  for (const [index, metric] of metrics.entries()) pushed[(places[index] as number) - start] = metric;
  return pushed;
}

/** The lines of those metrics, in the order of the text; `null` where the text does not tell where metrics end. */
function cutLines({ name, type, home, order, metricCount }: StoredFamily, start: number, end: number): Buffer | null {
  const { bytes } = home;
  const isPlain = type === 'counter' || type === 'gauge' || type === 'untyped';
  const lastName = isPlain ? null : Buffer.from(`${name}_count`);
  const cuts: Buffer[] = [];
  let metric = 0;
  let metricStart = home.start;
  for (let lineStart = home.start; lineStart < home.end;) {
    let at = lineStart;
    while (bytes[at] !== lineFeed) at++;
    const isLast = lastName === null || isNamed(bytes, lineStart, lastName);
    lineStart = at + 1;
    if (!isLast) continue;
    const place = order === null ? metric : (order[metric] ?? -1);
    if (place >= start && place < end) cuts.push(bytes.subarray(metricStart, lineStart));
    metricStart = lineStart;
    metric++;
  }
  return metric === metricCount && metricStart === home.end ? Buffer.concat(cuts) : null;
}

/** Whether the sample of this line has exactly this name. */
function isNamed(bytes: Buffer, lineStart: number, name: Buffer): boolean {
  const next = bytes[lineStart + name.length];
  if (next !== openBrace && next !== blank) return false;
  for (let i = name.length - 1; i >= 0; i--) if (bytes[lineStart + i] !== name[i]) return false;
  return true;
}
