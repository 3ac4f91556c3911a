import { useEffect, useRef, useSyncExternalStore } from 'react';
import { type ChangeEvent, type Connection, followChanges } from './api.ts';

/**
 * One stream of events for the whole page, open while anybody listens and the page can be seen: browsers allow few connections, and a
 * forgotten tab shall cost the server nothing.
 */
const changeListeners = new Set<(change: ChangeEvent) => void>();
const connectionListeners = new Set<() => void>();
let connection: Connection = 'open';
let stop: (() => void) | undefined;

/** Whether the page hears of changes. */
export function useConnection(): Connection {
  return useSyncExternalStore(subscribeConnection, () => connection);
}

/** Calls the latest `onChange` with every event while the component is there. */
export function useChanges(onChange: (change: ChangeEvent) => void): void {
  const latest = useRef(onChange);
  useEffect(() => {
    latest.current = onChange;
  });
  useEffect(() => {
    const listener = (change: ChangeEvent): void => latest.current(change);
    changeListeners.add(listener);
    update();
    return () => {
      changeListeners.delete(listener);
      update();
    };
  }, []);
}

function subscribeConnection(listener: () => void): () => void {
  connectionListeners.add(listener);
  update();
  return () => {
    connectionListeners.delete(listener);
    update();
  };
}

function update(): void {
  const isWanted = !document.hidden && changeListeners.size + connectionListeners.size > 0;
  if (isWanted && stop === undefined) {
    stop = followChanges(tell, setConnection);
  } else if (!isWanted && stop !== undefined) {
    stop();
    stop = undefined;
  }
}

function tell(change: ChangeEvent): void {
  changeListeners.forEach((listener) => listener(change));
}

/** What may have happened while nobody listened. */
const missed: ChangeEvent = { time: '', pushed: 0, failed: 0, deleted: 0, groups: [], is_truncated: true };
let hasListened = false;

function setConnection(now: Connection): void {
  if (now === 'open') {
    if (hasListened) tell(missed);
    hasListened = true;
  }
  if (now === connection) return;
  connection = now;
  for (const listener of connectionListeners) listener();
}

document.addEventListener('visibilitychange', update);
