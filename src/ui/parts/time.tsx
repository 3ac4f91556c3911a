import { type ReactNode, useSyncExternalStore } from 'react';
import { formatExact, formatRelative } from '../format/times.ts';
import { usePreferences } from '../preferences.tsx';
import { serverNowMs } from '../server-clock.ts';

/** A moment as people speak of it, exact on hover; `never` if there is none. It keeps itself current. */
export function Time({ at, isExact = false }: { readonly at: string | null; readonly isExact?: boolean }): ReactNode {
  const { zone } = usePreferences();
  const atMs = at === null ? NaN : Date.parse(at);
  const relative = useSyncExternalStore(subscribe, () => (Number.isNaN(atMs) ? 'never' : formatRelative(atMs, nowMs)));
  if (at === null || Number.isNaN(atMs)) return <span>never</span>;
  const exact = formatExact(atMs, zone);
  return (
    <time dateTime={at} title={isExact ? relative : exact}>
      {isExact ? exact : relative}
    </time>
  );
}

// One clock for all: times are drawn again together, and only those whose words have changed.
let nowMs = serverNowMs();
const listeners = new Set<() => void>();
let timer: number | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= window.setInterval(tick, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    window.clearInterval(timer);
    timer = undefined;
  };
}

function tick(): void {
  nowMs = serverNowMs();
  for (const listener of listeners) listener();
}
