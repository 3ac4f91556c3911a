/** How far the server's clock is ahead of the browser's, in milliseconds; what it says it says in whole seconds, so less than two count as none. */
let aheadMs = 0;
const noticedMs = 2000;

/** Learns from an answer what the server takes the time to be. */
export function noteServerTime(response: Response): void {
  const saidMs = Date.parse(response.headers.get('date') ?? '') + 500;
  if (Number.isNaN(saidMs)) return;
  const differenceMs = saidMs - Date.now();
  aheadMs = Math.abs(differenceMs) < noticedMs ? 0 : differenceMs;
}

/** The time by the server's clock, by which everything on the page was stamped. */
export function serverNowMs(): number {
  return Date.now() + aheadMs;
}

/** How far the server's clock is ahead; below zero: behind; 0: both agree. */
export function clockDifferenceMs(): number {
  return aheadMs;
}
