import type { ReactNode } from 'react';
import type { LabelMap } from '../api.ts';
import { showInvisible } from '../format/labels.ts';
import { formatPlural } from '../format/numbers.ts';
import styles from './parts.module.css';

/** Chips that anybody will look at. */
const labelsMax = 100;

/** Labels as chips, the job first; long values are cut, and whole on hover. */
export function LabelList({ labels }: { readonly labels: LabelMap }): ReactNode {
  const sorted = Object.entries(labels).sort(([a], [b]) => Number(b === 'job') - Number(a === 'job'));
  if (sorted.length === 0) return null;
  return (
    <ul className={styles.labels}>
      {sorted.slice(0, labelsMax).map(([name, value]) => (
        <li key={name} className={styles.label} title={`${name}="${value}"`}>
          <b>{showInvisible(name)}=</b>
          {value === '' ? '""' : showInvisible(value)}
        </li>
      ))}
      {sorted.length > labelsMax && (
        <li className={styles.label}>and {formatPlural(sorted.length - labelsMax, 'more label', 'more labels')}</li>
      )}
    </ul>
  );
}
