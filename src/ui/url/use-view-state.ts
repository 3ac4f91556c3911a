import { useMemo, useSyncExternalStore } from 'react';
import { formatViewState, parseViewState, type ViewState } from './view-state.ts';

const listeners = new Set<() => void>();

/** What the address says now; `navigate` changes it. */
export function useViewState(): ViewState {
  const fragment = useSyncExternalStore(subscribe, readFragment);
  return useMemo(() => parseViewState(fragment), [fragment]);
}

/** Shows something else. `replace` leaves no step to go back to, for what changes with every key. */
export function navigate(state: ViewState, how: 'push' | 'replace' = 'push'): void {
  const fragment = formatViewState(state);
  if (fragment === readFragment()) return;
  if (how === 'push') history.pushState(null, '', fragment);
  else history.replaceState(null, '', fragment);
  for (const listener of listeners) listener();
}

/** The reference has its status under `/status`: an address without a fragment still means that. */
function readFragment(): string {
  return location.hash === '' && location.pathname.endsWith('/status') ? '#/status' : location.hash;
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  window.addEventListener('hashchange', listener);
  window.addEventListener('popstate', listener);
  return () => {
    listeners.delete(listener);
    window.removeEventListener('hashchange', listener);
    window.removeEventListener('popstate', listener);
  };
}
