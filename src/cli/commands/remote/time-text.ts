const units = [
  ['d', 86_400],
  ['h', 3600],
  ['m', 60],
  ['s', 1],
] as const;

/** How long a time of the API lies back, in its two largest units: `3d 4h ago`. */
export function formatAge(time: string | null, nowMs: number): string {
  if (time === null) return 'never';
  const seconds = (nowMs - Date.parse(time)) / 1000;
  return seconds < 1 ? 'just now' : `${formatSeconds(seconds)} ago`;
}

/** `3d 4h`, `12s`. */
export function formatSeconds(seconds: number): string {
  const first = units.findIndex(([, size]) => seconds >= size);
  if (first === -1) return '0s';
  let left = seconds;
  const parts = units.slice(first, first + 2).map(([unit, size]) => {
    const whole = Math.floor(left / size);
    left -= whole * size;
    return `${whole}${unit}`;
  });
  return parts.filter((part, i) => i === 0 || !part.startsWith('0')).join(' ');
}

/** `12.3 MiB`. */
export function formatBytes(bytes: number): string {
  const names = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let value = bytes;
  let unit = 0;
  for (; value >= 1024 && unit < names.length - 1; unit++) value /= 1024;
  return `${unit === 0 ? value : value.toFixed(1)} ${names[unit] ?? ''}`;
}
