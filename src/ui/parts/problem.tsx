import { Button } from '@mantine/core';
import type { ReactNode } from 'react';
import { showInvisible } from '../format/labels.ts';
import { Icon } from './icons.tsx';
import styles from './parts.module.css';

interface ProblemProps {
  /** What could not be done: "delete the group". */
  readonly what: string;
  readonly error: unknown;
  readonly onRetry?: () => void;
}

/** Why something failed, in the place where it was asked for. */
export function Problem({ what, error, onRetry }: ProblemProps): ReactNode {
  return (
    <div className={styles.problem} role="alert">
      <Icon name="alert" size={18} />
      <div>
        <p>Cannot {what}.</p>
        <code>{showInvisible(error instanceof Error ? error.message : String(error))}</code>
      </div>
      {onRetry !== undefined && (
        <Button className={styles.retry ?? ''} variant="default" size="xs" onClick={onRetry}>
          Try again
        </Button>
      )}
    </div>
  );
}
