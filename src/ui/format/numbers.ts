const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 });

/** `100,000`: the same for everybody, as what is copied here is pasted elsewhere. */
export function formatCount(count: number): string {
  return grouped.format(count);
}

/** `1 group`, `2,000 groups`; the plural is the noun with an s unless it is given. */
export function formatPlural(count: number, noun: string, plural = `${noun}s`): string {
  return `${formatCount(count)} ${count === 1 ? noun : plural}`;
}

const byteUnits = ['B', 'KiB', 'MiB', 'GiB', 'TiB', 'PiB'];

/** `512 B`, `1.5 KiB`, `23 MiB`. */
export function formatBytes(bytes: number): string {
  let size = Math.abs(bytes);
  let unit = 0;
  while (size >= 1024 && unit < byteUnits.length - 1) {
    size /= 1024;
    unit++;
  }
  const digits = unit === 0 || size >= 10 ? 0 : 1;
  return `${bytes < 0 ? '-' : ''}${Number(size.toFixed(digits))} ${byteUnits[unit] ?? ''}`;
}

/** The number that Prometheus' spelling of a sample value stands for: `+Inf`, `NaN`, `1e+06`. */
export function parseSampleValue(text: string): number {
  const name = text.toLowerCase();
  if (name === '+inf' || name === 'inf') return Infinity;
  return name === '-inf' ? -Infinity : Number(text);
}

/** A number as an exposition has it: like Go, with an exponent of two digits from 1e+06 on and below 1e-04. */
export function formatGoFloat(value: number): string {
  const size = Math.abs(value);
  if (size === 0 || (size >= 1e-4 && size < 1e6)) return String(value);
  return value.toExponential().replace(/e([+-])(\d)$/, 'e$10$2');
}

/** Short number for axes and bars: `950`, `12.3k`, `4.5M`, `1.2e-7`. */
export function formatShort(value: number): string {
  if (!Number.isFinite(value)) return Number.isNaN(value) ? 'NaN' : value > 0 ? '+Inf' : '-Inf';
  const size = Math.abs(value);
  if (size !== 0 && (size < 0.001 || size >= 1e15)) return Number(value.toPrecision(3)).toExponential();
  const unit = shortUnits.find(({ from }) => size >= from);
  return unit === undefined ? String(Number(value.toPrecision(4))) : `${Number((value / unit.size).toPrecision(3))}${unit.name}`;
}

const shortUnits = [
  { from: 1e12, size: 1e12, name: 'T' },
  { from: 1e9, size: 1e9, name: 'G' },
  { from: 1e6, size: 1e6, name: 'M' },
  { from: 1e4, size: 1e3, name: 'k' },
] as const;

/** The difference of a value to the one before: `+12`, `-0.5`, `±0`; `undefined` where it says nothing (NaN, infinities). */
export function formatDifference(now: number, before: number): string | undefined {
  const difference = now - before;
  if (!Number.isFinite(difference)) return undefined;
  if (difference === 0) return '±0';
  // Binary fractions leave a rest behind the digits that both values have in common.
  const digits = 14 - Math.floor(Math.log10(Math.max(Math.abs(now), Math.abs(before))));
  const text = String(Number(difference.toFixed(Math.min(Math.max(digits, 0), 100))));
  return difference > 0 ? `+${text}` : text;
}
