import { useSyncExternalStore } from 'react';

const narrow = window.matchMedia('(max-width: 720px)');
const [wideRem, narrowRem] = [2.5, 3.75];

/** Pixels of a row of the table: it grows with the font, and has two lines on a narrow screen. */
export function useRowHeight(): number {
  return useSyncExternalStore(subscribe, measure);
}

function measure(): number {
  const rem = Number.parseFloat(getComputedStyle(document.documentElement).fontSize);
  return Math.round(rem * (narrow.matches ? narrowRem : wideRem));
}

function subscribe(listener: () => void): () => void {
  window.addEventListener('resize', listener);
  return () => window.removeEventListener('resize', listener);
}
