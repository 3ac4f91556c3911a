import { Loader } from '@mantine/core';
import type { ReactNode } from 'react';
import styles from './parts.module.css';

/** Something is on its way. */
export function Waiting({ what }: { readonly what: string }): ReactNode {
  return (
    <div className={styles.waiting} role="status">
      <Loader size="sm" aria-hidden="true" />
      Loading {what}
    </div>
  );
}
