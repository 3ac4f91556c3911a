import { formatBytes, parseSampleValue } from './numbers.ts';
import { formatDuration } from './times.ts';

/** What a value means to a person, where the name of its metric tells the unit. */
export type Reading = { readonly kind: 'time'; readonly at: string } | { readonly kind: 'text'; readonly text: string };

/** The names follow Prometheus' conventions; anything else, and values that are short as they are, has no reading. */
export function readValue(metricName: string, value: string): Reading | undefined {
  const number = parseSampleValue(value);
  if (!Number.isFinite(number)) return undefined;
  const name = metricName.replace(/_total$/, '');
  if (/_(timestamp|time)_seconds$|_timestamp$/.test(name)) return readTime(number);
  if (name.endsWith('_bytes')) return Math.abs(number) < 1024 ? undefined : { kind: 'text', text: formatBytes(number) };
  if (name.endsWith('_seconds'))
    return number < 0 || (number >= 1 && number < 120) ? undefined : { kind: 'text', text: formatDuration(number) };
  if (name.endsWith('_ratio')) return { kind: 'text', text: `${Number((number * 100).toPrecision(4))} %` };
  return undefined;
}

/** Before 1973 it is a length of time under a misleading name, or a zero that means never. */
const earliestSeconds = 1e8;
const latestSeconds = 1e11;

function readTime(seconds: number): Reading | undefined {
  if (seconds < earliestSeconds || seconds > latestSeconds) return undefined;
  return { kind: 'time', at: new Date(seconds * 1000).toISOString() };
}
