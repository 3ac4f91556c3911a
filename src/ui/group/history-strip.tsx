import type { ReactNode } from 'react';
import type { PushRecord } from '../api.ts';
import { formatExact } from '../format/times.ts';
import { formatPlural } from '../format/numbers.ts';
import { usePreferences } from '../preferences.tsx';
import styles from './group.module.css';

/** The last pushes at a glance, the latest at the right. */
export function HistoryStrip({ history }: { readonly history: readonly PushRecord[] }): ReactNode {
  const { zone } = usePreferences();
  if (history.length === 0) return null;
  const bad = history.filter(({ outcome }) => outcome !== 'stored').length;
  return (
    <span
      className={styles.strip}
      role="img"
      aria-label={`${formatPlural(history.length, 'remembered push', 'remembered pushes')}, ${bad} of them not stored`}
    >
      {history.toReversed().map(({ time, outcome, method, status }, index) => (
        <i key={index} data-outcome={outcome} title={`${formatExact(Date.parse(time), zone)}: ${method}, ${outcome} (${status})`} />
      ))}
    </span>
  );
}
