import { defineRefusal, type RefusalKind } from './errors.ts';

/** A text that is not a Go duration. */
export const badDuration: RefusalKind = defineRefusal('PG_DURATION', 400);

const nsPerUnit: ReadonlyMap<string, bigint> = new Map([
  ['ns', 1n],
  ['us', 1_000n],
  ['µs', 1_000n], // U+00B5, micro sign
  ['μs', 1_000n], // U+03BC, Greek letter mu
  ['ms', 1_000_000n],
  ['s', 1_000_000_000n],
  ['m', 60_000_000_000n],
  ['h', 3_600_000_000_000n],
]);

/** Go's time.Duration is a signed 64-bit count of nanoseconds. */
const durationNsMax = 2n ** 63n - 1n;

const nsPerMs = 1e6;

/** One number with its unit; the unit is all up to the next digit or point, so that the message can name it. */
const partPattern = /(\d*)(?:\.(\d*))?([^\d.]*)/y;

/**
 * Reads a duration as Go's time.ParseDuration does (`5m`, `1m30s`, `200ms`, `1.5h`, `-3s`, `0`) and returns milliseconds, with a
 * fraction down to nanoseconds (exact below 104 days, rounded beyond). Throws `PG_DURATION` with Go's wording. The sign is not checked.
 */
export function parseGoDuration(text: string): number {
  const isNegative = text.startsWith('-');
  const digits = isNegative || text.startsWith('+') ? text.slice(1) : text;
  if (digits === '0') return 0;
  if (digits === '') throw invalid(text);
  let totalNs = 0n;
  partPattern.lastIndex = 0;
  while (partPattern.lastIndex < digits.length) {
    const [, whole = '', fraction = '', unit = ''] = partPattern.exec(digits) ?? [];
    if (whole === '' && fraction === '') throw invalid(text);
    if (unit === '') throw badDuration(`time: missing unit in duration ${JSON.stringify(text)}`);
    const nsOfUnit = nsPerUnit.get(unit);
    if (nsOfUnit === undefined) throw badDuration(`time: unknown unit ${JSON.stringify(unit)} in duration ${JSON.stringify(text)}`);
    // Digits behind the nanoseconds are cut off, as in Go.
    totalNs += BigInt(whole) * nsOfUnit + (BigInt(fraction) * nsOfUnit) / 10n ** BigInt(fraction.length);
    if (totalNs > durationNsMax) throw invalid(text);
  }
  return (isNegative ? -1 : 1) * (Number(totalNs) / nsPerMs);
}

/** Writes milliseconds as Go prints a time.Duration: `5m0s`, `1m30s`, `1.5s`, `200ms`, `0s`. Rounded to nanoseconds. */
export function formatGoDuration(durationMs: number): string {
  const ns = BigInt(Math.round(Math.abs(durationMs) * nsPerMs));
  const sign = durationMs < 0 && ns > 0n ? '-' : '';
  if (ns === 0n) return '0s';
  if (ns < 1_000n) return `${sign}${ns}ns`;
  if (ns < 1_000_000n) return `${sign}${decimal(ns, 3)}µs`;
  if (ns < 1_000_000_000n) return `${sign}${decimal(ns, 6)}ms`;
  const minutes = ns / 60_000_000_000n;
  const seconds = `${decimal(ns % 60_000_000_000n, 9)}s`;
  if (minutes === 0n) return `${sign}${seconds}`;
  if (minutes < 60n) return `${sign}${minutes}m${seconds}`;
  return `${sign}${minutes / 60n}h${minutes % 60n}m${seconds}`;
}

/** `value` shifted right by `places` decimal digits, without trailing zeros. */
function decimal(value: bigint, places: number): string {
  const scale = 10n ** BigInt(places);
  const fraction = String(value % scale)
    .padStart(places, '0')
    .replace(/0+$/, '');
  return fraction === '' ? String(value / scale) : `${value / scale}.${fraction}`;
}

function invalid(text: string): Error {
  return badDuration(`time: invalid duration ${JSON.stringify(text)}`);
}

const msPerPrometheusUnit = [
  ['y', 365 * 86_400_000],
  ['w', 7 * 86_400_000],
  ['d', 86_400_000],
  ['h', 3_600_000],
  ['m', 60_000],
  ['s', 1000],
  ['ms', 1],
] as const;

const prometheusDuration = new RegExp(`^${msPerPrometheusUnit.map(([unit]) => `(?:(\\d{1,9})${unit})?`).join('')}$`);

/** Reads a duration as the configuration of Prometheus writes it (`30s`, `1m30s`, `500ms`, `2d`; `0`) and returns milliseconds. Throws `PG_DURATION`. */
export function parsePrometheusDuration(text: string): number {
  if (text === '0') return 0;
  const parts = text === '' ? null : prometheusDuration.exec(text);
  if (parts === null) throw badDuration(`${JSON.stringify(text)} is not a duration: write it like 30s, 1m30s or 500ms`);
  return msPerPrometheusUnit.reduce((sum, [, ms], i) => sum + Number(parts[i + 1] ?? 0) * ms, 0);
}
