import { createContext, type ReactNode, useContext, useMemo, useState } from 'react';
import type { TimeZone } from './format/times.ts';

/** What belongs to the person before the screen, not to what is shown: it stays in the browser and out of the address. */
export interface Preferences {
  readonly zone: TimeZone;
  readonly setZone: (zone: TimeZone) => void;
}

const storageKey = 'pushgate-time-zone';
const PreferencesContext = createContext<Preferences>({ zone: 'local', setZone: () => {} });

export function PreferencesProvider({ children }: { readonly children: ReactNode }): ReactNode {
  const [zone, setZone] = useState<TimeZone>(() => (readStored(storageKey) === 'utc' ? 'utc' : 'local'));
  const preferences = useMemo(
    () => ({
      zone,
      setZone: (chosen: TimeZone) => {
        setZone(chosen);
        writeStored(storageKey, chosen);
      },
    }),
    [zone],
  );
  return <PreferencesContext value={preferences}>{children}</PreferencesContext>;
}

export function usePreferences(): Preferences {
  return useContext(PreferencesContext);
}

/** A browser may forbid storage; the page works without. */
function readStored(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function writeStored(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // Forgotten with the tab, then.
  }
}
