import type { ReactNode } from 'react';
import type { GroupState } from '../api.ts';
import styles from './parts.module.css';

const words: Readonly<Record<GroupState, string>> = { ok: 'OK', failed: 'Failed', deleted: 'Deleted' };

/** Whether the latest push of a group was taken: by colour, by shape and by word. */
export function StateSign({ state }: { readonly state: GroupState }): ReactNode {
  return (
    <span className={styles.state} data-state={state}>
      {words[state]}
    </span>
  );
}
