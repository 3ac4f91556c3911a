/** In whose time the page shows dates. */
export type TimeZone = 'local' | 'utc';

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

/** How long ago, with one unit: `now`, `12 s ago`, `3 min ago`, `5 h ago`, `12 d ago`; `in 3 s` if the server's clock is ahead of ours. */
export function formatRelative(atMs: number, nowMs: number): string {
  const distanceMs = Math.abs(nowMs - atMs);
  if (distanceMs < secondMs) return 'now';
  const length = formatOneUnit(distanceMs);
  return atMs > nowMs ? `in ${length}` : `${length} ago`;
}

/** The length of a stretch of time in its two largest units: `3 d 4 h`, `12 min 5 s`, `8 s`. */
export function formatUptime(lengthMs: number): string {
  const largest = formatOneUnit(lengthMs);
  const units = [dayMs, hourMs, minuteMs, secondMs];
  const unit = units.findIndex((size) => lengthMs >= size);
  const next = units[unit + 1];
  if (unit < 0 || next === undefined) return largest;
  const rest = lengthMs % (units[unit] ?? 1);
  return rest < next ? largest : `${largest} ${formatOneUnit(rest)}`;
}

/** `2026-11-22 18:33:37.120 UTC`, or with the offset of the browser's zone: `2026-11-22 19:33:37.120 +01:00`. */
export function formatExact(atMs: number, zone: TimeZone): string {
  const offsetMinutes = zone === 'utc' ? 0 : -new Date(atMs).getTimezoneOffset();
  const shifted = new Date(atMs + offsetMinutes * minuteMs);
  if (Number.isNaN(shifted.getTime())) return 'not a time';
  const text = shifted.toISOString().slice(0, 23).replace('T', ' ');
  return `${text} ${zone === 'utc' ? 'UTC' : formatOffset(offsetMinutes)}`;
}

/** How long something took, in seconds: `0.35 ms`, `12 ms`, `1.25 s`. */
export function formatDuration(seconds: number): string {
  if (seconds < 1) return `${trimNumber(seconds * 1000)} ms`;
  return seconds < 120 ? `${trimNumber(seconds)} s` : formatUptime(seconds * 1000);
}

function formatOneUnit(lengthMs: number): string {
  if (lengthMs < minuteMs) return `${Math.floor(lengthMs / secondMs)} s`;
  if (lengthMs < hourMs) return `${Math.floor(lengthMs / minuteMs)} min`;
  if (lengthMs < 2 * dayMs) return `${Math.floor(lengthMs / hourMs)} h`;
  return `${Math.floor(lengthMs / dayMs)} d`;
}

function formatOffset(minutes: number): string {
  const [hours, rest] = [Math.floor(Math.abs(minutes) / 60), Math.abs(minutes) % 60].map((part) => String(part).padStart(2, '0'));
  return `${minutes < 0 ? '-' : '+'}${hours ?? ''}:${rest ?? ''}`;
}

/** Three digits that mean something, no zeros at the end. */
function trimNumber(value: number): string {
  return String(Number(value.toPrecision(3)));
}
