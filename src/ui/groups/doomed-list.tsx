import type { ReactNode } from 'react';
import type { GroupSummary, LabelMap } from '../api.ts';
import { formatPlural } from '../format/numbers.ts';
import { LabelList } from '../parts/label-list.tsx';
import styles from './groups.module.css';

/** A group that will go; of some only the labels are known. */
type Doomed = { readonly id: string; readonly labels: LabelMap } & Partial<GroupSummary>;

/** Groups that are named one by one. */
const namedMax = 50;

/** The first of the groups that will go, and how many more there are. */
export function DoomedList({ groups, total }: { readonly groups: readonly Doomed[]; readonly total: number }): ReactNode {
  const named = groups.slice(0, namedMax);
  return (
    <ul className={styles.doomed} tabIndex={0} aria-label="Groups that will be deleted">
      {named.map(({ id, labels, families, samples }) => (
        <li key={id}>
          <LabelList labels={labels} />
          {families !== undefined && samples !== undefined && (
            <small>
              {formatPlural(families, 'family', 'families')}, {formatPlural(samples, 'sample')}
            </small>
          )}
        </li>
      ))}
      {total > named.length && <li>and {formatPlural(total - named.length, 'more group', 'more groups')}</li>}
    </ul>
  );
}
